using System.Text.RegularExpressions;
using Maas.Journey.Tests.Lab;
using Maas.Judges;
using VmLab.Networks;
using VmLab.Processes;
using VmLab.Servers;

namespace Maas.Journey.Tests.Servers;

/// <summary>The commands of the page about deployment with curl alone, run against the sample host.</summary>
[Collection(LabCollection.Name)]
public sealed partial class CurlScriptTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-curl-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_commands_of_the_page_do_what_they_say_with_curl_alone()
    {
        LabJudges.RequireNetwork();
        Judge.Require("curl", "curl");
        await using var network = await LabNetwork.CreateAsync(Token);
        var data = Path.Combine(_folder.FullName, "data");
        await using var server = new MaasServerProcess(network, data, new ServerSetup(), TimeProvider.System);
        await server.StartAsync(Token);
        using var api = new MaasClient(
            network.CreateHttpHandler(), MaasServerProcess.Address, await server.ReadApiKeyAsync(Token), TimeProvider.System);
        // every machine has one
        var id =
            (await api.PostAsync(
                "machines/",
                [new("architecture", "amd64/generic"), new("mac_addresses", "52:54:00:12:34:56"), new("power_type", "manual")],
                Token)).GetProperty("system_id")
                .GetString()!;
        foreach (var space in (string[])["db", "dmz"]) await AddSpaceAsync(api, space);
        var image = new byte[9 << 20]; // three pieces
        new Random(3).NextBytes(image);
        await File.WriteAllBytesAsync(Path.Combine(_folder.FullName, "debian-12.raw.gz"), image, Token);
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "key.pub"), SshKey.Public, Token);

        var commands = PageCommands().ToList();
        commands.Should().HaveCount(10);
        foreach (var command in commands)
        {
            var line = command.Replace("ID", id, StringComparison.Ordinal).Replace(
                "~/.ssh/id_ed25519.pub", "key.pub", StringComparison.Ordinal);
            var verdict = await RunAsync(network, data, line);
            if (((string[])["op=allocate", "op=deploy", "op=release"]).Any(operation => line.Contains(operation, StringComparison.Ordinal)))
                verdict.Should().Contain("409", "a machine that was not commissioned is neither given away nor taken back").And.Contain(
                    "\n");
            else
                verdict.Should().NotContain("curl:", line);
        }

        (await api.GetAsync($"machines/{id}/", Token)).GetProperty("power_type").GetString().Should().Be("wakeonlan");
        var resources = await api.GetAsync("boot-resources/", Token);
        resources.EnumerateArray()
            .Should()
            .ContainSingle(resource => resource.GetProperty("name").GetString() == "custom/debian-12"
                || resource.GetProperty("name").GetString() == "debian-12");
        (await RunAsync(network, data, "$maas upload custom/debian-12 ddgz debian-12.raw.gz")).Should().Contain(
            "is there already", "all three pieces came");
        (await api.GetAsync("account/prefs/sshkeys/", Token)).GetArrayLength().Should().Be(1);
        $"{server.Log}".Should().Contain($"({id}").And.NotContain("(null)");
    }

    private static IEnumerable<string> PageCommands() =>
        File.ReadAllText(Repository.PathOf("docs/how-to/accept-and-deploy.md"))
            .Split('\n')
            .Where(line => line.StartsWith("$maas ", StringComparison.Ordinal))
            .Select(line => Comment().Replace(line, ""));

    /// <summary>A space with a subnet: constraints name only what is there.</summary>
    private static async Task AddSpaceAsync(MaasClient api, string name)
    {
        await api.PostAsync("spaces/", [new("name", name)], Token);
        var fabric = (await api.PostAsync("fabrics/", [new("name", name)], Token)).GetProperty("id").GetInt32();
        var vlan = await api.PostAsync($"fabrics/{fabric}/vlans/", [new("vid", "10"), new("space", name)], Token);
        await api.PostAsync(
            "subnets/", [new("cidr", $"10.{fabric}.7.0/24"), new("vlan", $"{vlan.GetProperty("id").GetInt32()}")], Token);
    }

    private async Task<string> RunAsync(LabNetwork network, string data, string line)
    {
        var script =
            $"cd '{_folder.FullName}'; maas='{Repository.PathOf("samples/MaasServer/maas.sh")}'; export "
                + $"MAAS_SERVER={MaasServerProcess.Address.AbsoluteUri.TrimEnd('/')} MAAS_API_KEY='{data}/admin.apikey'; {{ {line}; }} "
                + $"2>&1 || true";
        return await HostCommand.RunAsync("ip", ["netns", "exec", network.Name, "sh", "-c", script], Token);
    }

    [GeneratedRegex("  +#.*$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Comment();
}
