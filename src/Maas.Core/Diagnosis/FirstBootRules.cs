namespace Maas.Core.Diagnosis;

/// <summary>The system is on the disk, and does not report.</summary>
internal static class FirstBootRules
{
    public static IReadOnlyList<DiagnosisRule> All { get; } =
    [
        new("network-boot-again", DiagnosisPhase.FirstBoot, NetworkBootAgain)
        {
            Symptom = "after the installation the machine boots from the network more than once without a sign of the installed system",
            Cause = "The disk does not boot, and the firmware returns to the network: the image does not fit the firmware (BIOS or UEFI), "
                + "or has no boot loader that the firmware finds.",
            NextStep = "Look at the console; check the image with ImageTool info, and the firmware's boot entries.",
        },
        new("disk-does-not-boot", DiagnosisPhase.FirstBoot, DiskDoesNotBoot)
        {
            Symptom = "after the installation nothing of the machine is observed for ten minutes",
            Cause = "The installed system does not start, or starts without its network: boot loader, boot order, or driver.",
            NextStep = "Look at the console; check the image and the boot order.",
        },
        new("cloud-init-silent", DiagnosisPhase.FirstBoot, CloudInitSilent)
        {
            Symptom = "the installed system has an address, and reports nothing for ten minutes",
            Cause = "The installed system runs and does not report: the image has no cloud-init, or its datasource MAAS is not enabled, or "
                + "it cannot reach the server.",
            NextStep = "Log in on the console; read /var/log/cloud-init.log; check that the image has cloud-init.",
        },
    ];

    private static Finding? NetworkBootAgain(BootTrace trace)
    {
        if (!trace.AwaitsFirstBoot) return null;
        // Once is the way to the disk when the network comes first in the boot order. A system that was seen may restart itself.
        var seen = After(trace).LastOrDefault(IsSystem)?.At;
        var attempts = trace.Attempts.Where(attempt => seen is null || attempt.Entries[0].At > seen).ToList();
        var boots = attempts.Where(attempt => attempt.Discovers.Count > 0).ToList();
        var scripts = attempts.SelectMany(attempt => attempt.Scripts).ToList();
        return boots.Count >= 3 || scripts.Count >= 2
            ? new Finding(
                ExplanationConfidence.Observed,
                scripts.Count > 0 ? scripts : [.. boots.Select(attempt => attempt.Entries[0])])
            : null;
    }

    private static Finding? DiskDoesNotBoot(BootTrace trace) =>
        IsSilent(trace) && !HasSystem(trace) && NetworkBootAgain(trace) is null
            ? new Finding(ExplanationConfidence.Inferred, [trace.Entries[trace.Handover]])
            : null;

    private static Finding? CloudInitSilent(BootTrace trace) =>
        IsSilent(trace) && HasSystem(trace) && !trace.Reports.Any()
            ? new Finding(ExplanationConfidence.Inferred, [.. After(trace).Where(IsSystem)])
            : null;

    private static bool IsSilent(BootTrace trace) =>
        trace.AwaitsFirstBoot && trace.Now - Last(trace) >= trace.FirstBootTime;

    // A lease that is renewed is no progress of a boot.
    private static DateTimeOffset Last(BootTrace trace) =>
        After(trace)
            .Where(entry => (entry.Note is not null && !BootTrace.IsDeadline(entry)) || entry.IsFirmware || entry.Script is not null)
            .Select(entry => entry.At).DefaultIfEmpty(trace.Entries[trace.Handover].At).Last();

    private static bool HasSystem(BootTrace trace) => After(trace).Any(IsSystem);

    private static bool IsSystem(TraceEntry entry) =>
        entry.Evidence is BootEvidence.Logged || (entry.Dhcp is { Answered: "ACK" or "REPLY" } && !entry.IsFirmware);

    private static IEnumerable<TraceEntry> After(BootTrace trace) => trace.Entries.Skip(trace.Handover + 1);
}
