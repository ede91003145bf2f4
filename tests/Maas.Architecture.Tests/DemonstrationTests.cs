using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Maas.Client;
using Maas.Client.Machines;
using Maas.Judges;

namespace Maas.Architecture.Tests;

/// <summary>The first command of the README: <c>MaasServer --demo</c>.</summary>
public sealed partial class DemonstrationTests
{
    private const int Machines = 4;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_demonstration_boots_its_machines_signs_in_by_its_link_and_leaves_nothing_behind()
    {
        var program = Path.Combine(Repository.Root, "samples/MaasServer/bin", Repository.Configuration, "net10.0/MaasServer.dll");
        using var process = Judge.Start("dotnet", [program, "--demo", $"{Machines}", "--listen", "http://127.0.0.1:0"], Path.GetTempPath());
        try
        {
            var (link, keyFile) = await ReadIntroductionAsync(process);
            var dashboard = new Uri(link, ".");
            var key = MaasApiKey.Parse(await File.ReadAllTextAsync(keyFile, Cancellation));
            using var client = new MaasClient(new Uri(dashboard, ".."), key);
            var machines = await UntilSettledAsync(client);
            machines.Select(machine => (machine.Hostname, machine.StatusName)).Order().Should().Equal(
                ("demo-01", "Deployed"), ("demo-02", "Ready"), ("demo-03", "Failed testing"), ("demo-04", "Deployed"));
            machines.Single(machine => machine.StatusName == "Failed testing").StatusMessage.Should().Contain("20-maas-disk-read");

            using var browser = new HttpClient(new SocketsHttpHandler { CookieContainer = new CookieContainer() });
            (await browser.GetStringAsync(link, Cancellation)).Should().Contain("admin", "the link signs in");
            (await browser.GetAsync(link, Cancellation)).StatusCode.Should().Be(HttpStatusCode.Unauthorized, "it works once");

            (await Judge.RunAsync("bash", ["-c", $"kill -INT {process.Id}"], cancellationToken: Cancellation)).Approved();
            await process.WaitForExitAsync(Cancellation);
            process.ExitCode.Should().Be(0);
            Directory.Exists(Path.GetDirectoryName(keyFile)).Should().BeFalse();
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    [Theory]
    [InlineData("--demo 0", "--demo 0 is no number of machines from 1 to 1000")]
    [InlineData("--demo 3 --data x", "--demo has state and a network of its own: leave out --data and --interface")]
    public async Task A_wrong_demonstration_is_refused_in_one_line(string options, string expected)
    {
        var program = Path.Combine(Repository.Root, "samples/MaasServer/bin", Repository.Configuration, "net10.0/MaasServer.dll");

        var verdict = await Judge.RunAsync("dotnet", [program, .. options.Split(' ')], cancellationToken: Cancellation);

        verdict.ExitCode.Should().Be(1);
        verdict.Error.Trim().Should().Be("maas: " + expected);
    }

    private static async Task<(Uri Link, string KeyFile)> ReadIntroductionAsync(Process process)
    {
        Uri? link = null;
        while (await process.StandardOutput.ReadLineAsync(Cancellation) is { } line)
        {
            if (Link().Match(line) is { Success: true } found) link = new Uri(found.Value);
            if (KeyFile().Match(line) is { Success: true } file && link is not null) return (link, file.Value);
        }

        throw new InvalidOperationException(await process.StandardError.ReadToEndAsync(Cancellation));
    }

    private static async Task<List<MaasMachine>> UntilSettledAsync(MaasClient client)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (await ticks.WaitForNextTickAsync(Cancellation))
        {
            var machines = await client.Machines.ListAsync(Cancellation).ToListAsync(Cancellation);
            if (machines.Count == Machines
                && machines.TrueForAll(machine => machine.StatusName is "Deployed" or "Ready" or "Failed testing")
                && machines.Count(machine => machine.StatusName == "Deployed") == 2)
                return machines;
        }

        throw new OperationCanceledException(Cancellation);
    }

    [GeneratedRegex(@"http://\S+token=[0-9a-f]+", RegexOptions.None, 60_000)]
    private static partial Regex Link();

    [GeneratedRegex(@"/\S+admin\.apikey", RegexOptions.None, 60_000)]
    private static partial Regex KeyFile();
}
