using System.Net;
using Maas.Journey.Tests.Lab;
using Maas.Judges;
using VmLab.Machines;
using VmLab.Servers;

namespace Maas.Journey.Tests;

/// <summary>The whole host on a link without IPv4: firmware, iPXE and the environment have addresses of a prefix alone.</summary>
[Collection(LabCollection.Name), Trait("Category", "Journey"), Trait("Category", "Long")]
public class IPv6OnlyTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_UEFI_machine_enlists_and_is_commissioned_on_a_link_without_IPv4()
    {
        Judge.RequireLong();
        LabJudges.RequireMachines();
        Judge.RequireFile("/usr/lib/ipxe/snponly.efi", "ipxe");
        await using var bench = await RackBench.CreateAsync("ipv6-only", output, new ServerSetup { Mode = "observe" });
        var network = bench.Rack.Network;
        await network.AddAddressAsync(IPAddress.Parse("fd00:77::1"), Token);
        // The test itself speaks to the server by IPv4, which the link does not have.
        foreach (var words in (string[])["addr del 10.77.0.1/24 dev br0", "addr add 10.77.0.1/32 dev lo"])
            await network.RunAsync("ip", words.Split(' '), Token);
        bench.Rack.Server.Options = ["--prefix6", "fd00:77::/64"];
        var racked = await bench.Rack.AddMachineAsync("six", Firmware.Uefi, 66, machine => machine with { BootsOverIPv6 = true }, Token);
        bench.Rack.Server.Listen = $"http://[::]:{MaasServerProcess.Port}";
        using var client = await bench.Rack.OpenAsync(Token);

        await racked.Machine.TurnOnAsync(Token);
        await racked.Machine.Console.WaitForAsync("MAAS-AGENT network eth0 fd00:77:", Patience, 0, Token);
        await racked.Machine.Console.WaitForAsync("MAAS-AGENT done", Patience, 0, Token);
        var machine = (await client.GetAsync("machines/", Token)).EnumerateArray().Single();
        machine.GetProperty("status_name").GetString().Should().Be("New");

        await racked.Machine.WaitForPowerOffAsync(Patience, Token);
        await client.PostAsync(
            $"machines/{machine.GetProperty("system_id").GetString()}/?op=commission", [new("testing_scripts", "none")], Token);
        var after = racked.Machine.Console.Position;
        await racked.Machine.TurnOnAsync(Token);
        await racked.Machine.Console.WaitForAsync("MAAS-AGENT task=commission", Patience, after, Token);
        await racked.Machine.Console.WaitForAsync("MAAS-AGENT done", Patience, after, Token);
        machine = (await client.GetAsync("machines/", Token)).EnumerateArray().Single();
        machine.GetProperty("status_name").GetString().Should().Be("Ready");
    }
}
