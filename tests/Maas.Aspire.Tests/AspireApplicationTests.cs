using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Maas.Client;
using Maas.Judges;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Aspire.Tests;

/// <summary>An Aspire application with a MAAS server, run by Aspire's own orchestrator.</summary>
public class AspireApplicationTests
{
    private static readonly TimeSpan S_limit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_project_that_references_the_server_finds_its_simulated_machines_and_nothing_is_left()
    {
        Judge.RequireAll("sh", "printenv", "mv");
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The simulated machines of maas-server need Linux.");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(S_limit);
        var folder = Directory.CreateTempSubdirectory("maas-aspire-test-").FullName;
        try
        {
            var builder = AspireHost.CreateBuilder();
            var maas = builder.AddMaasServer("maas", command: AspireHost.ServerProgram).WithSimulatedMachines(3);
            builder.AddExecutable("shop", "sh", folder, "-c", "printenv ConnectionStrings__maas >new && mv new connection")
                .WithReference(maas).WaitFor(maas);
            string keyFolder;
            await using (var application = builder.Build())
            {
                await application.StartAsync(limit.Token);
                var states = application.Services.GetRequiredService<ResourceNotificationService>();
                await states.WaitForResourceHealthyAsync("maas", limit.Token);
                await states.WaitForResourceAsync("shop", KnownResourceStates.TerminalStates, limit.Token);

                var connection = (await File.ReadAllTextAsync(Path.Combine(folder, "connection"), limit.Token)).TrimEnd();
                connection.Should().MatchRegex("^Endpoint=http://[^;]*/MAAS/;KeyFile=.*/admin.apikey$");
                keyFolder = Path.GetDirectoryName(maas.Resource.KeyFile)!;
                if (!OperatingSystem.IsWindows())
                    File.GetUnixFileMode(keyFolder).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                using var client = MaasClient.Connect(connection);
                (await client.Account.ListKeysAsync(limit.Token).CountAsync(limit.Token)).Should().Be(1, "the key is the administrator's");
                await application.StopAsync(limit.Token);
            }

            Directory.Exists(keyFolder).Should().BeFalse();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_server_without_a_program_fails_to_start_and_the_application_goes_on()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(S_limit);
        var builder = AspireHost.CreateBuilder();
        builder.AddMaasServer("maas", command: "/no/such/maas-server");
        await using var application = builder.Build();
        await application.StartAsync(limit.Token);
        var states = application.Services.GetRequiredService<ResourceNotificationService>();
        await states.WaitForResourceAsync("maas", KnownResourceStates.FailedToStart, limit.Token);
        await application.StopAsync(limit.Token);
    }
}
