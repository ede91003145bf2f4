using System.Net;
using System.Runtime.InteropServices;
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
        await using var demonstration = await Demonstration.StartAsync("MaasServer", "--demo", $"{Machines}");
        var key = MaasApiKey.Parse(await File.ReadAllTextAsync(demonstration.KeyFile, Cancellation));
        using var client = new MaasClient(demonstration.Server, key);

        var machines = await UntilSettledAsync(client);

        machines.Select(machine => (machine.Hostname, machine.StatusName)).Order().Should().Equal(
            ("demo-01", "Deployed"), ("demo-02", "Ready"), ("demo-03", "Failed testing"), ("demo-04", "Deployed"));
        machines.Single(machine => machine.StatusName == "Failed testing").StatusMessage.Should().Contain("20-maas-disk-read");
        using var browser = new HttpClient(new SocketsHttpHandler { CookieContainer = new CookieContainer() });
        (await browser.GetStringAsync(demonstration.SignInLink, Cancellation)).Should().Contain("admin", "the link signs in");
        using var again = await browser.GetAsync(demonstration.SignInLink, Cancellation);
        again.StatusCode.Should().Be(HttpStatusCode.Unauthorized, "it works once");
        (await demonstration.StopAsync()).Should().Be(0);
        Directory.Exists(Path.GetDirectoryName(demonstration.KeyFile)).Should().BeFalse();
    }

    [Fact]
    public async Task The_server_with_the_dashboard_is_published_as_one_file()
    {
        var output = Directory.CreateTempSubdirectory("maas-one-file");
        try
        {
            string[] publish =
            [
                "publish", Repository.PathOf("samples/MaasServer"), "--configuration", Repository.Configuration,
                "--output", output.FullName, "--runtime", RuntimeInformation.RuntimeIdentifier, "--verbosity", "quiet",
                "-p:WithDashboard=true",
                // Code is compiled when it runs, which is what takes least time here.
                "-p:PublishReadyToRun=false", "-p:UseSharedCompilation=false", "-nodeReuse:false", "-p:BuildProjectReferences=false",
                "-maxcpucount:1",
            ];
            (await Judge.RunAsync("dotnet", publish, cancellationToken: Cancellation)).Approved();
            // Nothing but the program is kept of what was published.
            var alone = output.CreateSubdirectory("alone");
            var program = Path.Combine(alone.FullName, "MaasServer");
            File.Move(Path.Combine(output.FullName, "MaasServer"), program);

            await using var demonstration = await Demonstration.StartProgramAsync(program, "--demo", "1");
            using var browser = new HttpClient(new SocketsHttpHandler { CookieContainer = new CookieContainer() });
            var page = await browser.GetStringAsync(demonstration.SignInLink, Cancellation);

            var files = Asset().Matches(page).Select(match => new Uri(demonstration.Server, match.Groups["path"].Value)).ToList();
            files.Select(file => file.AbsolutePath).Should().Contain(["/MAAS/assets/blazor.js", "/MAAS/assets/mudblazor.css"]);
            foreach (var file in files) (await browser.GetByteArrayAsync(file, Cancellation)).Should().NotBeEmpty();
            (await demonstration.StopAsync()).Should().Be(0);
        }
        finally
        {
            output.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("--demo 0", "--demo 0 is no number of machines from 1 to 1000")]
    [InlineData("--demo 3 --data x", "--demo has state and a network of its own: leave out --data, --interface and --postgres")]
    public async Task A_wrong_demonstration_is_refused_in_one_line(string options, string expected)
    {
        var program = Path.Combine(Repository.Root, "samples/MaasServer/bin", Repository.Configuration, "net10.0/MaasServer.dll");

        var verdict = await Judge.RunAsync("dotnet", [program, .. options.Split(' ')], cancellationToken: Cancellation);

        verdict.ExitCode.Should().Be(1);
        verdict.Error.Trim().Should().Be("maas: " + expected);
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

    [GeneratedRegex("(href|src)=\"(?<path>assets/[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Asset();
}
