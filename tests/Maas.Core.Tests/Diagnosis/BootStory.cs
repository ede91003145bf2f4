using System.Net;
using Maas.Core.Diagnosis;
using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Core.Power;

namespace Maas.Core.Tests.Diagnosis;

/// <summary>A timeline as the boot servers and the lifecycle write it, step by step, with the texts of a store.</summary>
internal sealed class BootStory
{
    public const string Kernel = "ephemeral/amd64/kernel", InitialRamDisk = "ephemeral/amd64/initrd";
    private const string ScriptFile = "http://10.0.0.1:5240/MAAS/boot/ipxe/52-54-00-12-34-56";
    private static readonly DateTimeOffset Start = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);
    private static readonly MacAddress Mac = MacAddress.Parse("52:54:00:12:34:56");
    private static readonly IPAddress Client = IPAddress.Parse("10.0.0.100");
    private readonly List<TimelineEntry> _entries = [];
    private readonly Guid _operation = Guid.CreateVersion7(Start);
    private DateTimeOffset _now = Start;
    private uint _xid = 1;

    public BootStory(MachineStatus status = MachineStatus.Deploying)
    {
        Machine = new Machine
        {
            Id = SystemId.Parse("4y3h7n"),
            Hostname = "node",
            MacAddresses = [Mac],
            Status = status,
            StatusSince = Start,
            Updated = Start,
            Deadline = Start + TimeSpan.FromMinutes(30),
            OperationId = _operation,
            Power = new PowerSettings("ipmi", new Dictionary<string, string>()),
            PowerState = MachinePowerState.On,
        };
        Event(EventLevel.Info, status.DisplayName, "Installing debian/12 on vda.");
    }

    public Machine Machine { get; private set; }

    public string? PowerFailure { get; set; }

    public IReadOnlyList<TimelineEntry> Timeline => _entries;

    public BootStory Is(Func<Machine, Machine> change)
    {
        Machine = change(Machine);
        return this;
    }

    public BootStory Wait(double seconds)
    {
        _now += TimeSpan.FromSeconds(seconds);
        return this;
    }

    public BootStory Event(EventLevel level, string type, string description)
    {
        _entries.Add(new TimelineEntry.EventEntry(
            new Event(_entries.Count + 1, _now, Machine.Id, Machine.Hostname, _operation, new EventNote(level, type, description))));
        return this;
    }

    public BootStory Observe(BootEvidence evidence)
    {
        _entries.Add(new TimelineEntry.ObservationEntry(new Observation(_now, Mac, evidence.Kind, evidence.ToText())));
        return Wait(0.1);
    }

    public BootStory Discover(
        string? file = "snponly.efi", string? firmware = "X64Uefi", string? answer = "OFFER", string rule = "a free address",
        string? relay = null) =>
        Dhcp("DISCOVER", answer, file, firmware, rule, relay);

    public BootStory Request(
        string? file = "snponly.efi", string? firmware = "X64Uefi", string? answer = "ACK", string rule = "the offered address") =>
        Dhcp("REQUEST", answer, file, firmware, rule, relay: null);

    public BootStory Script(string instruction = "kernel " + Kernel) =>
        Observe(new BootEvidence.Script(Client, "ipxe/52-54-00-12-34-56", instruction));

    public BootStory Fetch(
        string name = "snponly.efi", long bytes = 180_000, string outcome = "completed", string transport = "tftp",
        string detail = "blksize 1468, 0 blocks sent again") =>
        Observe(new BootEvidence.Transfer(transport, Client, name, bytes, TimeSpan.FromSeconds(1), outcome, detail));

    public BootStory Other(string server = "10.0.0.9") => Observe(new BootEvidence.OtherServer(server, IPAddress.Parse("10.0.0.200")));

    public BootStory Log(string line, double ahead = 0) => Observe(new BootEvidence.Logged(line, TimeSpan.FromSeconds(ahead)));

    /// <summary>The firmware has its address and the boot program.</summary>
    public BootStory UpToProgram(string file = "snponly.efi", string firmware = "X64Uefi") =>
        Wait(90).Discover(file, firmware).Wait(1).Request(file, firmware).Wait(1).Fetch(file, 0, "only the size was asked").Fetch(file);

    /// <summary>iPXE has its script.</summary>
    public BootStory UpToScript() => UpToProgram().Wait(3).Discover(ScriptFile).Wait(1).Request(ScriptFile).Script()
        .Fetch("ipxe/52-54-00-12-34-56", 300, transport: "http", detail: "status 200");

    public BootStory UpToKernel() => UpToScript().Fetch(Kernel, 9_000_000, transport: "http", detail: "status 200").Wait(1)
        .Fetch(InitialRamDisk, 60_000_000, transport: "http", detail: "status 200");

    /// <summary>The agent has an address and its credentials.</summary>
    public BootStory UpToAgent() =>
        UpToKernel().Wait(20).AgentDhcp().Wait(1).Is(machine => machine with { CheckedIn = true, Updated = _now });

    /// <summary>The machine gave a sign of life, which moves its deadline and writes no event.</summary>
    public BootStory Heard(double after)
    {
        Wait(after);
        return Is(machine => machine with { Deadline = _now + (new MachineDeadlines().For(machine) ?? TimeSpan.Zero) });
    }

    public BootStory AgentDhcp() => Discover(null, null).Request(null, null);

    /// <summary>The system is on the disk.</summary>
    public BootStory UpToHandover() => UpToAgent().Wait(60)
        .Event(EventLevel.Info, "Network boot", "Boots from its disk from now on.")
        .Event(EventLevel.Info, "Installed", "The installer is done.")
        .Is(machine => machine with { Netboot = false, Updated = _now });

    public BootStory SystemDhcp() => Discover(null, null).Request(null, null);

    public BootStory Fails(string words, string type = "Failed deployment", MachineStatus status = MachineStatus.FailedDeployment) =>
        Event(EventLevel.Error, type, words)
            .Is(machine => machine with { Status = status, StatusSince = _now, StatusMessage = words, Deadline = null });

    public DiagnosisReport Explain(double later = 0) => MachineDiagnosis.Explain(new DiagnosisContext
    {
        Machine = Machine, Timeline = _entries, PowerFailure = PowerFailure, Now = _now + TimeSpan.FromSeconds(later),
    });

    private BootStory Dhcp(string asked, string? answer, string? file, string? firmware, string rule, string? relay) =>
        Observe(new BootEvidence.Dhcp(
            asked, answer, answer is null ? null : Client, answer is null ? null : file,
            answer is null ? TimeSpan.Zero : TimeSpan.FromMilliseconds(1.5), rule, _xid++)
        {
            Firmware = firmware, Relay = relay is null ? null : IPAddress.Parse(relay),
        });
}
