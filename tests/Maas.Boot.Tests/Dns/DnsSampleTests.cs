using System.Net;
using Maas.Judges;

namespace Maas.Boot.Tests.Dns;

/// <summary><c>samples/DnsServer</c>: <c>Maas.Boot</c> for somebody who wants names and nothing else.</summary>
public sealed class DnsSampleTests : IDisposable
{
    private readonly string _hosts = Path.GetTempFileName();

    public void Dispose() => File.Delete(_hosts);

    [Fact]
    public async Task Names_come_from_a_hosts_file_that_may_change()
    {
        await File.WriteAllTextAsync(
            _hosts, "# the lab\n127.0.0.1 localhost\n10.0.0.5 Node-1.lab.example node-1 # the first\n10.0.0.6\tnode-2\nnonsense\n");
        var program = Judge.RequireFile(
            Repository.PathOf($"samples/DnsServer/bin/{Repository.Configuration}/net10.0/DnsServer"), "(dotnet build samples/DnsServer)");
        Judge.RequireAll("dig");
        using var server = Judge.Start(program, [_hosts, "--listen", "127.0.0.1:0", "--domain", "lab.example", "--network", "10.0.0.0/24"]);
        try
        {
            var first = await server.StandardOutput.ReadLineAsync();
            first.Should().StartWith("DNS on 127.0.0.1:");
            var port = IPEndPoint.Parse(first!.Split(' ', ';')[2]).Port; // it begins as expected

            (await AskAsync(port, "node-1.lab.example")).Should().Be("10.0.0.5");
            (await AskAsync(port, "-x", "10.0.0.6")).Should().Be("node-2.lab.example.");
            await File.AppendAllTextAsync(_hosts, "10.0.0.7 node-3\n");
            for (var answer = ""; answer != "10.0.0.7";) answer = await AskAsync(port, "node-3.lab.example"); // it looks once a second
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    private static async Task<string> AskAsync(int port, params string[] question) =>
        (await Judge.RunAsync(
            Judge.Require("dig", "bind9-dnsutils"),
            ["@127.0.0.1", "-p", $"{port}", "+short", "+tries=1", .. question])).Approved().Output.Trim();
}
