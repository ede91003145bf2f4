using System.Net;
using System.Text;
using Maas.Boot;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Maas.Core;
using Maas.Core.Diagnosis;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Testing;
using Maas.Testing.Hardware;

namespace Maas.Hosting.Tests.Evidence;

/// <summary>
/// Why did it not boot? Each fault is simulated on a network in memory against Boot's servers, policy and API, and the rule of the fault
/// explains it. A boot without a fault is explained by none.
/// </summary>
public class SimulatedFaultTests
{
    private const int DhcpServerPort = 67, DhcpClientPort = 68, TftpPort = 69;
    private static readonly TimeSpan TwoMinutes = TimeSpan.FromMinutes(2), FiveMinutes = TimeSpan.FromMinutes(5);

    private static readonly Dictionary<string, Func<Task<DiagnosisReport>>> Faults = new()
    {
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
        ["wrong-relay"] = WrongRelayAsync,
        ["not-answered"] = () => BootAsync(
            time: TwoMinutes, start: () => VirtualMaas.StartAsync(range: "10.0.1.1-10.0.1.1"), crowded: true),

        ["tftp-not-requested"] = () => BootAsync(link: Dropping((to, _) => to.Port == TftpPort), time: TwoMinutes),
        ["tftp-stalls"] = () => BootAsync(link: Dropping((_, octets) => octets.Length > 1400), time: FiveMinutes),
        ["secure-boot-violation"] = () => BootAsync(fault: SimulatedFault.RefusesUnsignedPrograms, time: TwoMinutes),
        ["script-not-fetched"] = () => BootAsync(blocks: url => url.AbsolutePath.Contains("/ipxe/"), time: TwoMinutes),
        ["kernel-not-fetched"] = () => BootAsync(blocks: url => url.AbsolutePath.EndsWith("/kernel"), time: TwoMinutes),
        ["kernel-incomplete"] = () => BootAsync(blocks: url => url.AbsolutePath.EndsWith("/initrd"), time: TwoMinutes),

        ["no-agent"] = () => BootAsync(fault: SimulatedFault.HasNoNetworkDriver, time: FiveMinutes),
        ["api-unreachable"] = () => BootAsync(blocks: url => url.AbsolutePath.StartsWith("/MAAS/metadata"), time: FiveMinutes),
        ["out-of-memory"] = OutOfMemoryAsync,
        ["clock-skew"] = ClockSkewAsync,

        ["disk-not-found"] = () => DeployAsync(
            change: options => options with { Hardware = new() { Disks = [new SimulatedDiskModel("sda", 32L << 30, "OTHER")] } },
            time: FiveMinutes),
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

        ["bmc-unreachable"] = BmcUnreachableAsync,
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => [.. Faults.Keys];

    [Theory, MemberData(nameof(Names))]
    public async Task A_simulated_fault_is_explained_by_its_rule(string fault)
    {
        var report = await Faults[fault]();

        report.Explanations.Should().NotBeEmpty();
        report.Explanations[0].Rule.Should().Be(fault.Split(' ')[0], "it says {0}", report.Explanations[0].Cause);
    }

    [Fact]
    public async Task A_boot_without_a_fault_is_explained_by_no_rule_at_any_time()
    {
        await using var maas = await VirtualMaas.StartAsync();
        var (simulated, machine) = await maas.AddAsync();
        var found = new List<string>();
        await WatchAsync(MachineStatus.Ready);
        machine = await maas.DeployReadyAsync(machine.Id);
        await WatchAsync(MachineStatus.Deployed);

        found.Should().BeEmpty();

        async Task WatchAsync(MachineStatus end)
        {
            simulated.TurnOn();
            for (var step = 0; step < 400 && machine.Status != end; step++)
            {
                await maas.Network.RunForAsync(TimeSpan.FromSeconds(1));
                found.AddRange((await maas.ExplainAsync(machine.Id)).Explanations.Select(each => $"{machine.Status}: {each.Rule}"));
                machine = await maas.SettleAsync(machine.Id);
            }

            machine.Status.Should().Be(end);
            await maas.Network.RunAsync(() => simulated.WhenAtRestAsync(Token));
        }
    }

    [Fact]
    public async Task A_deployment_that_hands_over_leaves_a_device_whose_network_boot_is_not_answered()
    {
        await using var maas = await VirtualMaas.StartAsync();
        var (simulated, machine) = await maas.AddAsync();
        await maas.CommissionAsync(simulated, machine.Id);
        machine = await maas.DeployReadyAsync(machine.Id, handOver: true);
        simulated.TurnOn();
        await maas.Network.RunForAsync(FiveMinutes);

        (await simulated.WhenAtRestAsync(Token)).Should().BeOfType<SettledState.SystemRunning>();
        (await maas.Core.Machines.GetAsync(machine.Id, Token)).Should().BeNull();
        simulated.System!.VendorData.Should().Contain("cloud-init.disabled");
        var mac = MacAddress.Parse(VirtualMaas.Mac);
        (await maas.Core.Devices.FindByMacAsync(mac, Token))!.Hostname.Should().Be(machine.Hostname);
        await maas.Network.RunAsync(() => simulated.TurnOffAsync());

        simulated.TurnOn();
        await maas.Network.RunForAsync(FiveMinutes);

        (await maas.Core.Machines.FindByMacAsync(mac, Token)).Should().BeNull("it does not enlist again");
        (await simulated.WhenAtRestAsync(Token)).Should().BeOfType<SettledState.SystemRunning>("its firmware went on to the disk");
    }

    private static async Task<DiagnosisReport> BootAsync(
        LinkConditions? link = null, TimeSpan time = default, SimulatedFault fault = default, Func<Uri, bool>? blocks = null,
        Func<Task<VirtualMaas>>? start = null, string? architecture = null, RogueDhcpBehavior? rogue = null, bool crowded = false)
    {
        await using var maas = await (start?.Invoke() ?? VirtualMaas.StartAsync());
        if (blocks is not null) maas.Blocks = blocks;
        using var other = rogue is { } behavior ? Rogue(maas, behavior) : null;
        if (crowded)
        {
            var first = maas.Add(mac: "52:54:00:00:00:77");
            await maas.Network.RunAsync(first.BootAsync);
        }

        var (simulated, machine) = await maas.AddAsync(link, options => options with { Faults = fault }, architecture);
        return await maas.BootAsync(simulated, machine, time);
    }

    // Commissions without a fault, and deploys with it.
    private static async Task<DiagnosisReport> DeployAsync(
        TimeSpan time, Func<SimulatedMachineOptions, SimulatedMachineOptions>? change = null, Action<HttpResponseMessage>? changes = null)
    {
        await using var maas = await VirtualMaas.StartAsync();
        var (simulated, machine) = await maas.AddAsync();
        await maas.CommissionAsync(simulated, machine.Id);
        machine = await maas.DeployReadyAsync(machine.Id);
        if (changes is not null) maas.Changes = changes;
        if (change is null) return await maas.BootAsync(simulated, machine, time);
        await simulated.DisposeAsync();
        return await maas.BootAsync(maas.Add(change: change), machine, time);
    }

    private static RogueDhcpServer Rogue(VirtualMaas maas, RogueDhcpBehavior behavior)
    {
        var host = maas.Network.AddHost("rogue", IPAddress.Parse("10.0.0.66"));
        host.Link = new LinkConditions { Delay = TimeSpan.FromMicroseconds(1) };
        return new RogueDhcpServer(host, behavior);
    }

    // Another machine of the link takes the rogue's offer; this one hears both offers and goes silent.
    private static async Task<DiagnosisReport> TwoServersAsync()
    {
        await using var maas = await VirtualMaas.StartAsync();
        using var rogue = Rogue(maas, RogueDhcpBehavior.OfferWithBootFile);
        maas.Add(mac: "52:54:00:00:00:77").TurnOn();
        await maas.Network.RunForAsync(TwoMinutes);
        var (simulated, machine) = await maas.AddAsync(
            Dropping((to, octets) => to.Port == DhcpServerPort && IsRequest(octets)));
        return await maas.BootAsync(simulated, machine, TwoMinutes);
    }

    private static async Task<DiagnosisReport> RogueServerAsync()
    {
        await using var maas = await VirtualMaas.StartAsync();
        using var rogue = Rogue(maas, RogueDhcpBehavior.OfferWithBootFile);
        var (simulated, machine) = await maas.AddAsync();
        return await maas.BootAsync(simulated, machine, TwoMinutes);
    }

    // The machine's link reaches the server through a relay alone, whose address is of no subnet.
    private static async Task<DiagnosisReport> WrongRelayAsync()
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

    private static async Task<DiagnosisReport> OutOfMemoryAsync()
    {
        await using var maas = await VirtualMaas.StartAsync();
        var (simulated, machine) = await maas.AddAsync(
            change: options => options with { Hardware = new() { MemoryMebibytes = 256 } });
        await maas.Core.Machines.EditAsync(machine.Id, null, each => each with { MemoryMiB = 256 }, Token);
        return await maas.BootAsync(simulated, machine, FiveMinutes);
    }

    // The syslog server is not on the network in memory: its observation of a line with the time of last week is given.
    private static async Task<DiagnosisReport> ClockSkewAsync()
    {
        await using var maas = await VirtualMaas.StartAsync();
        maas.Blocks = url => url.AbsolutePath.StartsWith("/MAAS/metadata", StringComparison.Ordinal);
        var (simulated, machine) = await maas.AddAsync();
        simulated.TurnOn();
        await maas.Network.RunForAsync(TimeSpan.FromSeconds(30));
        var now = maas.Network.TimeProvider.GetUtcNow();
        var leased = (await maas.Core.Timeline.ReadAsync(machine.Id, cancellationToken: Token)).Count;
        leased.Should().BePositive();
        var line = Encoding.ASCII.GetBytes($"<13>1 {now.AddDays(-7):yyyy-MM-dd'T'HH:mm:ss'Z'} node agent - - - up");
        maas.Observe(new BootObservation.LineLogged(now, maas.AddressOf(VirtualMaas.Mac), SyslogMessage.Parse(line)));
        await maas.Network.RunForAsync(TimeSpan.FromSeconds(30));
        return await maas.ExplainAsync(machine.Id);
    }

    // The report of an installer with its log: the first failing line is the cause.
    private static async Task<DiagnosisReport> ScriptFailsAsync(string script, string output, string cause, string nextStep)
    {
        await using var maas = await VirtualMaas.StartAsync();
        var (simulated, machine) = await maas.AddAsync(change: options => options with
        {
            RunScript = each => each.Name == script ? new SimulatedScriptResult(3, output) : null,
        });
        simulated.TurnOn();
        await maas.Network.RunForAsync(FiveMinutes);
        var report = await maas.ExplainAsync(machine.Id);
        report.Explanations[0].Cause.Should().Be(cause);
        report.Explanations[0].NextStep.Should().Contain(nextStep);
        return report;
    }

    private static async Task<DiagnosisReport> InstallerFailedAsync()
    {
        await using var maas = await VirtualMaas.StartAsync();
        var (simulated, machine) = await maas.AddAsync();
        await maas.CommissionAsync(simulated, machine.Id);
        machine = await maas.DeployReadyAsync(machine.Id);
        maas.Blocks = url => url.AbsolutePath.EndsWith("/maas-image", StringComparison.Ordinal);
        simulated.TurnOn();
        await maas.Network.RunForAsync(TimeSpan.FromSeconds(10));
        var log = string.Join(' ', Enumerable.Repeat("Setting up a package.", 30))
            + " E: Unable to locate package linux-image-x " + string.Join(' ', Enumerable.Repeat("cleanup", 60)) + " error: later";
        await maas.Core.Machines.ReportAsync(machine.Id, new MachineReport.Signal(SignalReport.Failed, log), Token);
        var report = await maas.ExplainAsync(machine.Id);
        report.Explanations[0].Cause.Should().Contain("E: Unable to locate package linux-image-x").And.NotContain("error: later");
        return report;
    }

    private static async Task<DiagnosisReport> BmcUnreachableAsync()
    {
        await using var maas = await VirtualMaas.StartAsync();
        maas.Power = () => new MachinePowerResult.Failed("no answer from 10.0.0.77 within 30 s");
        var (_, machine) = await maas.AddAsync();
        var report = await maas.ExplainAsync(machine.Id);
        report.Explanations[0].Cause.Should().Contain("10.0.0.77");
        return report;
    }

    // Each bit of an image is written as it comes, and its hash is compared at the end.
    private static void Damage(HttpResponseMessage response)
    {
        if (response.RequestMessage?.RequestUri?.AbsolutePath.EndsWith("/maas-image", StringComparison.Ordinal) is not true) return;
        var image = response.Content.ReadAsByteArrayAsync(Token).Result;
        image[image.Length / 2] ^= 1;
        response.Content = new ByteArrayContent(image);
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
}
