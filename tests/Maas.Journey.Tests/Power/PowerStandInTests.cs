using System.Net;
using System.Net.Sockets;
using Maas.Journey.Tests.Lab;
using VmLab.Machines;
using VmLab.Power;

namespace Maas.Journey.Tests.Power;

/// <summary>The lab's buttons, pressed by programs other than ours.</summary>
[Collection(LabCollection.Name)]
public class PowerStandInTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ipmitool_turns_a_machine_on_asks_its_state_and_turns_it_off()
    {
        LabJudges.RequireMachines();
        LabJudges.RequireBmc();
        await using var bench = await LabBench.CreateAsync();
        var machine = await bench.AddMachineAsync("bmc", Firmware.Bios, memory: 64);
        await using var bmc =
            await BmcSimulator.StartAsync(bench.Network, machine, IPAddress.Parse("10.77.0.11"), TimeProvider.System, Token);

        async Task<string> Ipmitool(params string[] words) =>
            await bench.Network.RunAsync(
                "ipmitool",
                ["-I", "lanplus", "-C", "3", "-H", $"{bmc.Address}", "-U", BmcSimulator.User, "-P", BmcSimulator.Password, .. words],
                Token);

        (await Ipmitool("power", "status")).Should().Contain("is off");
        await Ipmitool("chassis", "bootdev", "pxe");
        await Ipmitool("power", "on");
        await machine.Console.WaitForAsync("SeaBIOS", Soon, cancellationToken: Token);
        (await Ipmitool("power", "status")).Should().Contain("is on");
        await Ipmitool("power", "off");
        await machine.WaitForPowerOffAsync(Soon, Token);
        (await Ipmitool("power", "status")).Should().Contain("is off");
        machine.PowerOns.Should().Be(1, "the hook may be called more than once for one command");
    }

    [Fact]
    public async Task A_magic_packet_wakes_the_machine_it_names_and_no_other()
    {
        LabJudges.RequireMachines();
        await using var bench = await LabBench.CreateAsync();
        var sleeping = await bench.AddMachineAsync("sleeping", Firmware.Bios, memory: 64);
        var named = await bench.AddMachineAsync("named", Firmware.Bios, memory: 64);
        await using var standIn = WakeOnLanStandIn.Start(bench.Network, [sleeping, named]);

        using var sender = bench.Network.OpenSocket(SocketType.Dgram, ProtocolType.Udp);
        sender.EnableBroadcast = true;
        byte[] address = [.. Convert.FromHexString(named.Hardware.MacAddress.Replace(":", "", StringComparison.Ordinal))];
        byte[] packet = [.. Enumerable.Repeat((byte)0xFF, 6), .. Enumerable.Repeat(address, 16).SelectMany(octets => octets)];
        await sender.SendToAsync(packet, new IPEndPoint(IPAddress.Broadcast, 9), Token);

        await named.Console.WaitForAsync("SeaBIOS", Soon, cancellationToken: Token);
        sleeping.IsOn.Should().BeFalse();
    }
}
