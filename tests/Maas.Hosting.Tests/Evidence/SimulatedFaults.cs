using System.Net;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Maas.Core.Power;
using Maas.Testing;
using Maas.Testing.Hardware;

namespace Maas.Hosting.Tests.Evidence;

/// <summary>A simulated fault for each rule of the diagnosis.</summary>
internal static partial class SimulatedFaults
{
    private const int DhcpServerPort = 67, DhcpClientPort = 68, TftpPort = 69;
    private static readonly TimeSpan TwoMinutes = TimeSpan.FromMinutes(2), FiveMinutes = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The faults by the name of the rule that explains them; a rule that has several is followed by what is different. Each simulates its
    /// fault up to the time at which the rule explains it.
    /// </summary>
    public static IReadOnlyDictionary<string, Func<Task<Diagnosed>>> All { get; } = new Dictionary<string, Func<Task<Diagnosed>>>
    {
        ["bmc-unreachable"] = BmcUnreachableAsync,
        ["next-boot-not-set"] = NextBootNotSetAsync,
        ["turn-on-by-hand"] = TurnOnByHandAsync,
        ["machine-off"] = TurnedOffAsync,
        ["machine-off (the agent worked)"] = TurnedOffAtWorkAsync,
        ["machine-off (it does not turn on)"] = DoesNotTurnOnAsync,
        ["power-stays-on"] = () => PowerStaysOnAsync(new MachinePowerResult.Done(MachinePowerState.On)),
        ["power-stays-on (in a driver's words)"] = () => PowerStaysOnAsync(new MachinePowerResult.Failed(
            "The controller accepted the command to turn off, but the machine was still on 30 s later.")),

        // A cable that is not connected; a port that spanning tree holds back for longer than the firmware waits looks the same.
        ["no-discover"] = () => BootAsync(link: new LinkConditions { Loss = 1 }, time: TimeSpan.FromMinutes(6)),
        ["no-discover (spanning tree)"] = () =>
            BootAsync(link: new LinkConditions { ForwardingDelay = FiveMinutes }, time: TimeSpan.FromMinutes(6)),
        ["spanning-tree-delay"] = () => BootAsync(link: SlowPort(), time: TwoMinutes),
        ["offer-not-requested"] = () => BootAsync(link: Dropping((to, _) => to.Port == DhcpClientPort), time: TwoMinutes),
        ["two-servers"] = TwoServersAsync,
        ["rogue-server"] = RogueServerAsync,
        ["proxy-ignored"] = () => BootAsync(
            link: Dropping((to, octets) => to.Port == DhcpClientPort && IsProxyOffer(octets)), time: TwoMinutes,
            start: () => VirtualMaas.StartAsync(dhcp => dhcp.Mode = DhcpMode.Proxy), rogue: RogueDhcpBehavior.OfferWithoutBootFile),
        ["wrong-architecture"] = () => BootAsync(
            time: TwoMinutes, start: () => VirtualMaas.StartAsync(architecture: "arm64"), architecture: "arm64/generic"),
        ["no-boot-file"] = NoEnvironmentAsync,
        ["wrong-relay"] = WrongRelayAsync,
        ["not-answered"] = () => BootAsync(
            time: TwoMinutes, start: () => VirtualMaas.StartAsync(range: "10.0.1.1-10.0.1.1"), crowded: true),

        ["tftp-not-requested"] = () => BootAsync(link: Dropping((to, _) => to.Port == TftpPort), time: TwoMinutes),
        ["file-refused"] = () => BootAsync(time: TwoMinutes, start: () => VirtualMaas.StartAsync(missingFile: "snponly.efi")),
        ["tftp-stalls"] = () => BootAsync(link: Dropping((_, octets) => octets.Length > 1400), time: FiveMinutes),
        ["transfer-broken"] = () => BootAsync(link: BreakingAfter(8), time: FiveMinutes),
        ["boot-program-fails"] = () => BootAsync(
            fault: SimulatedFault.BootProgramHangs, firmware: SimulatedFirmware.BiosPxe, time: TwoMinutes),
        ["secure-boot-violation"] = () => BootAsync(fault: SimulatedFault.RefusesUnsignedPrograms, time: TwoMinutes),
        ["script-not-fetched"] = () => BootAsync(blocks: url => url.AbsolutePath.Contains("/ipxe/"), time: TwoMinutes),
        ["kernel-not-fetched"] = () => BootAsync(blocks: url => url.AbsolutePath.EndsWith("/kernel"), time: TwoMinutes),
        ["kernel-incomplete"] = () => BootAsync(blocks: url => url.AbsolutePath.EndsWith("/initrd"), time: TwoMinutes),

        ["no-agent"] = () => BootAsync(fault: SimulatedFault.HasNoNetworkDriver, time: FiveMinutes),
        ["agent-without-address"] = RenumberedAsync,
        ["api-unreachable"] = () => BootAsync(blocks: url => url.AbsolutePath.StartsWith("/MAAS/metadata"), time: FiveMinutes),
        ["out-of-memory"] = OutOfMemoryAsync,
        ["clock-skew"] = ClockSkewAsync,
        ["agent-silent"] = () => BootAsync(fault: SimulatedFault.AgentHangs, time: TimeSpan.FromMinutes(11)),

        ["installer-not-started"] = () => InstallAsync(SimulatedFault.HasNoNetworkDriver, FiveMinutes),
        ["answers-not-fetched"] = () => InstallAsync(
            SimulatedFault.None, TimeSpan.FromMinutes(16), blocks: url => url.AbsolutePath.Contains("/latest/install/")),
        ["installer-silent"] = () => InstallAsync(SimulatedFault.InstallerWaits, TimeSpan.FromMinutes(16)),

        ["disk-not-found"] = () => DeployAsync(
            change: options => options with { Hardware = HardwareWith(new SimulatedDiskModel("sda", 32L << 30, "OTHER")) },
            time: FiveMinutes),
        ["other-hardware"] = () => DeployAsync(
            change: options => options with { Uuid = Guid.Parse("4c4c4544-0042-0001-0000-000000000002") }, time: FiveMinutes),
        ["image-not-written"] = () => DeployAsync(
            change: options => options with
            {
                Hardware = HardwareWith(new SimulatedDiskModel("vda", 16L << 30, "S1") { FailsAfter = 500_000 }),
            },
            time: FiveMinutes),
        ["image-not-written (the server is gone)"] = () => DeployAsync(
            time: FiveMinutes, blocks: url => url.AbsolutePath.EndsWith("/maas-image")),
        ["storage-not-made"] = () => UnpackAsync(RootArchive, new SimulatedDiskModel("vda", 16L << 30, "S1") { IsHeld = true }),
        ["archive-incomplete"] = () => UnpackAsync([.. RootArchive.Where(file => file != "usr/sbin/grub-install")]),
        ["archive-incomplete (no kernel)"] = () => UnpackAsync(["etc/os-release"]),
        ["image-hash-wrong"] = () => DeployAsync(time: FiveMinutes, changes: Damage),
        ["installer-failed"] = InstallerFailedAsync,
        ["test-failed"] = () => ScriptFailsAsync(
            "20-maas-disk-read", "sda: 8 MiB read.\nsda: the last MiB could not be read.\nbye\n",
            "20-maas-disk-read failed with exit status 3: sda: the last MiB could not be read.",
            "current-testing/?include_output=true), repair the part, and run it again (op=test with testing_scripts=20-maas-disk-read)"),
        ["script-failed"] = () => ScriptFailsAsync(
            "00-maas-inventory", "", "00-maas-inventory failed with exit status 3 and printed nothing.",
            "current-commissioning/?include_output=true), remove the cause, and commission the machine again"),
        ["cloud-init-failed"] = () => DeployAsync(
            change: options => options with { Faults = SimulatedFault.CloudInitFails }, time: FiveMinutes),
        ["network-boot-again"] = () => DeployAsync(
            change: options => options with { Faults = SimulatedFault.DiskDoesNotBoot }, time: TimeSpan.FromMinutes(4)),

        ["disk-does-not-boot"] = () => DeployAsync(
            change: options => options with { Faults = SimulatedFault.SystemHangs }, time: TimeSpan.FromMinutes(11)),
        ["cloud-init-silent"] = () => DeployAsync(
            change: options => options with { Faults = SimulatedFault.HasNoCloudInit }, time: TimeSpan.FromMinutes(11)),
    };

    public static string RuleOf(string fault) => fault.Split(' ')[0];

    private static async Task<Diagnosed> BootAsync(
        LinkConditions? link = null, TimeSpan time = default, SimulatedFault fault = default, Func<Uri, bool>? blocks = null,
        Func<Task<VirtualMaas>>? start = null, string? architecture = null, RogueDhcpBehavior? rogue = null, bool crowded = false,
        SimulatedFirmware firmware = SimulatedFirmware.UefiPxe)
    {
        await using var maas = await (start?.Invoke() ?? VirtualMaas.StartAsync());
        if (blocks is not null) maas.Blocks = blocks;
        using var other = rogue is { } behavior ? Rogue(maas, behavior) : null;
        if (crowded)
        {
            var first = maas.Add(mac: "52:54:00:00:00:77");
            await maas.Network.RunAsync(first.BootAsync);
        }

        var (simulated, machine) = await maas.AddAsync(
            link, options => options with { Faults = fault, Firmware = firmware }, architecture);
        return await maas.BootAsync(simulated, machine, time);
    }

    private static RogueDhcpServer Rogue(VirtualMaas maas, RogueDhcpBehavior behavior)
    {
        var host = maas.Network.AddHost("rogue", IPAddress.Parse("10.0.0.66"));
        host.Link = new LinkConditions { Delay = TimeSpan.FromMicroseconds(1) };
        return new RogueDhcpServer(host, behavior);
    }

    // Another machine of the link takes the rogue's offer; this one hears both offers and goes silent.
    private static async Task<Diagnosed> TwoServersAsync()
    {
        await using var maas = await VirtualMaas.StartAsync();
        using var rogue = Rogue(maas, RogueDhcpBehavior.OfferWithBootFile);
        maas.Add(mac: "52:54:00:00:00:77").TurnOn();
        await maas.Network.RunForAsync(TwoMinutes);
        var (simulated, machine) = await maas.AddAsync(
            Dropping((to, octets) => to.Port == DhcpServerPort && IsRequest(octets)));
        return await maas.BootAsync(simulated, machine, TwoMinutes);
    }

    private static async Task<Diagnosed> RogueServerAsync()
    {
        await using var maas = await VirtualMaas.StartAsync();
        using var rogue = Rogue(maas, RogueDhcpBehavior.OfferWithBootFile);
        var (simulated, machine) = await maas.AddAsync();
        return await maas.BootAsync(simulated, machine, TwoMinutes);
    }

    // The machine's link reaches the server through a relay alone, whose address is of no subnet.
    private static async Task<Diagnosed> WrongRelayAsync()
    {
        await using var maas = await VirtualMaas.StartAsync(
            link: Dropping((to, _) => to is { Port: DhcpServerPort } && to.Address.Equals(IPAddress.Broadcast)));
        var relay = maas.Network.AddHost("relay", IPAddress.Parse("10.77.0.1"));
        using var port = relay.OpenUdp(DhcpServerPort, (port, datagram) =>
        {
            if (!DhcpMessage.TryParse(datagram.Payload.Span, out var message) || message.Operation is not DhcpOperation.Request) return;
            message.RelayAddress = relay.Address;
            var octets = new byte[DhcpMessage.LongestOnEthernet];
            if (message.TryWrite(octets, out var length)) port.Send(octets.AsSpan(0, length), maas.Host.EndPoint(DhcpServerPort));
        });
        var (simulated, machine) = await maas.AddAsync();
        return await maas.BootAsync(simulated, machine, TwoMinutes);
    }

    private static LinkConditions Dropping(Func<IPEndPoint, ReadOnlyMemory<byte>, bool> drops) => new() { Drops = drops };

    // It forwards just before the firmware gives up: the last of its DISCOVERs leaves, and the answer comes too late.
    private static LinkConditions SlowPort() => new()
    {
        ForwardingDelay = TimeSpan.FromSeconds(27), Drops = (to, _) => to.Port == DhcpClientPort,
    };

    private static bool IsRequest(ReadOnlyMemory<byte> octets) =>
        DhcpMessage.TryParse(octets.Span, out var message) && message.Type is DhcpMessageType.Request;

    private static bool IsProxyOffer(ReadOnlyMemory<byte> octets) =>
        DhcpMessage.TryParse(octets.Span, out var message) && message.YourAddress.Equals(IPAddress.Any);

    // What arrives first arrives, and then nothing that is as long as a block.
    private static LinkConditions BreakingAfter(int blocks)
    {
        var passed = 0;
        return Dropping((_, octets) => octets.Length > 1400 && ++passed > blocks);
    }
}
