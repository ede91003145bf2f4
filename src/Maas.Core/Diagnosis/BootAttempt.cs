namespace Maas.Core.Diagnosis;

/// <summary>How far a network boot came.</summary>
internal enum BootStage
{
    Discover,
    Offered,
    Granted,
    Program,
    Started,
    Script,
    Kernel,
    Agent,
}

/// <summary>One boot from the network: from a firmware's first DISCOVER to the next one.</summary>
internal sealed class BootAttempt
{
    private BootAttempt(List<TraceEntry> entries)
    {
        Entries = entries;
        Discovers = [.. entries.Where(entry => entry.IsFirmwareDiscover)];
        Requests = [.. entries.Where(entry => entry.IsRequest && entry.IsFirmware)];
        Transfers = [.. entries.Where(entry => entry.Transfer is { } transfer && !TraceEntry.IsScriptName(transfer.Name))];
        Scripts = [.. entries.Where(entry => entry.Script is not null)];
        var kernel = KernelOf(Scripts);
        var begin = kernel is null ? -1 : entries.FindIndex(entry => IsFile(entry, kernel));
        KernelFiles = begin < 0 ? [] : [.. entries.Skip(begin).Where(entry => entry.Transfer is not null)];
        // Transfers from another server are not observed.
        if (begin < 0 && IsElsewhere(kernel)) begin = entries.FindLastIndex(entry => entry.Script is not null);
        AgentDhcp = begin < 0 ? [] : [.. entries.Skip(begin).Where(entry => entry.Dhcp is not null && !entry.IsFirmware)];
        Stage = StageOf();
    }

    public IReadOnlyList<TraceEntry> Entries { get; }

    /// <summary>What the firmware asked first, and iPXE after it.</summary>
    public IReadOnlyList<TraceEntry> Discovers { get; }

    /// <summary>Requests of the firmware, and of iPXE.</summary>
    public IReadOnlyList<TraceEntry> Requests { get; }

    /// <summary>Transfers of files other than scripts.</summary>
    public IReadOnlyList<TraceEntry> Transfers { get; }

    public TraceEntry? LastTransfer => Transfers.Count > 0 ? Transfers[^1] : null;

    public IReadOnlyList<TraceEntry> Scripts { get; }

    /// <summary>The transfers from the kernel on: its initial ram disk is the second.</summary>
    public IReadOnlyList<TraceEntry> KernelFiles { get; }

    /// <summary>Messages after the kernel of a client that is no firmware.</summary>
    public IReadOnlyList<TraceEntry> AgentDhcp { get; }

    public BootStage Stage { get; }

    public DateTimeOffset End => Entries.Last(entry => entry.IsProgress).At; // it begins with an observation

    public bool WasOffered => Discovers.Any(entry => entry.Dhcp is { Answered: not null });

    /// <summary>The architecture type that the firmware names; <see langword="null"/> for none.</summary>
    public string? Firmware => Entries.Select(entry => entry.Dhcp?.Firmware).FirstOrDefault(firmware => firmware is not null);

    /// <summary>The boot program that the firmware was given; <see langword="null"/> for none.</summary>
    public string? Program =>
        Entries.Where(entry => entry.IsFirmware && !entry.NamesScript)
            .Select(entry => entry.Dhcp?.BootFile)
            .LastOrDefault(file => file is { Length: > 0 });

    /// <summary>The kernel of a script; <see langword="null"/> when it says something else.</summary>
    public static string? KernelOf(IEnumerable<TraceEntry> scripts) =>
        scripts.Select(entry => entry.Script?.Instruction).LastOrDefault() is { } instruction
            && instruction.StartsWith("kernel ", StringComparison.Ordinal)
            ? instruction["kernel ".Length..]
            : null;

    /// <summary>Whether a kernel is one of another server, which a recipe names by its URL.</summary>
    public static bool IsElsewhere(string? kernel) => kernel?.Contains("://", StringComparison.Ordinal) is true;

    /// <summary>Whether an entry is the transfer of a file, which a firmware may name by URL.</summary>
    public static bool IsFile(TraceEntry entry, string file) =>
        entry.Transfer?.Name.TrimStart('/') is { Length: > 0 } name && file.EndsWith(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Divides a trace; what comes before the first firmware is left out.</summary>
    public static IReadOnlyList<BootAttempt> Split(IReadOnlyList<TraceEntry> entries)
    {
        var attempts = new List<BootAttempt>();
        List<TraceEntry>? open = null;
        var (goneOn, hasScript, asked) = (false, false, DateTimeOffset.MinValue);
        foreach (var entry in entries)
        {
            if (entry.IsFirmwareDiscover || (open is null && entry.IsFirmware))
            {
                var begins = open is null || (entry.NamesScript
                    ? hasScript || entry.At - open[^1].At > BootTrace.StepTime
                    : goneOn || entry.At - asked > BootTrace.StepTime);
                if (begins)
                {
                    if (open is not null) attempts.Add(new BootAttempt(open));
                    open = [];
                    (goneOn, hasScript) = (false, false);
                }

                asked = entry.At;
            }
            else if (entry.Transfer is not null || entry.Script is not null || (entry.IsRequest && entry.IsFirmware))
            {
                goneOn = true;
                hasScript |= entry.Script is not null;
            }

            open?.Add(entry);
        }

        if (open is not null) attempts.Add(new BootAttempt(open));
        return attempts;
    }

    private BootStage StageOf() =>
        AgentDhcp.Count > 0 ? BootStage.Agent
        : KernelFiles.Count > 0 ? BootStage.Kernel
        : Scripts.Count > 0 ? BootStage.Script
        : Transfers.Count > 0 && Entries.Any(entry => entry.NamesScript) ? BootStage.Started
        : Transfers.Count > 0 ? BootStage.Program
        : Requests.Any(entry => entry.Dhcp is { Answered: not null and not "NAK" }) ? BootStage.Granted
        : WasOffered ? BootStage.Offered
        : BootStage.Discover;
}
