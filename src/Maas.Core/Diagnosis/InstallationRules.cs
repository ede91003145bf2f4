using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Core.Scripts;

namespace Maas.Core.Diagnosis;

/// <summary>The agent works, and reports a failure.</summary>
internal static class InstallationRules
{
    private const int LongestLine = 300;

    // The words with which installers and their tools begin the line of a failure.
    private static readonly string[] Markers = ["E: ", "error:", "Error:", "ERROR", "Traceback", "No space left", "failed", "could not"];

    // The words of the Debian installer and of the programs that it runs.
    private static readonly string[] LoggedFailures =
        [": E: ", ": error: ", "exiting on error", "failed with error code", "' failed.", "bad d-i Packages file", "Traceback"];

    public static IReadOnlyList<DiagnosisRule> All { get; } =
    [
        new("disk-not-found", DiagnosisPhase.Installation, DiskNotFound)
        {
            Symptom = "the agent reports that the disk is absent",
            Cause = "The disk of the inventory is not there: it was removed, its controller has no driver, or it has another size.",
            NextStep = "Check the disk and its controller; commission the machine again, or choose another boot disk.",
        },
        new("other-hardware", DiagnosisPhase.Installation, OtherHardware)
        {
            Symptom = "the agent refuses because the hardware is not the inventory's",
            Cause = "The hardware is not that of the inventory: the network card moved to another machine, or the board was exchanged.",
            NextStep = "Compare the hardware address and UUID with the machine; commission it again.",
        },
        new("image-hash-wrong", DiagnosisPhase.Installation, ImageHashWrong)
        {
            Symptom = "the agent reports another SHA-256 of the image",
            Cause = "The image arrived changed: a proxy, a faulty disk or memory changed it, or the stored file is damaged.",
            NextStep = "Upload the image again; test the machine's memory.",
        },
        new("image-not-written", DiagnosisPhase.Installation, ImageNotWritten)
        {
            Symptom = "the agent cannot write the image",
            Cause = "The image could not be written: the disk fails or is too small, the connection to the server breaks, or the image is "
                + "damaged.",
            NextStep = "Read the last lines of the report; test the disk; check the image with ImageTool info.",
        },
        new("storage-not-made", DiagnosisPhase.Installation, StorageNotMade)
        {
            Symptom = "the agent cannot make a partition table, RAID, volume group or file system",
            Cause = "The configured storage could not be made: a disk fails, is in use by the firmware's RAID, or a disk that the "
                + "configuration does not use holds a volume group of the same name.",
            NextStep = "Read the program's output in the event; erase the machine's other disks, or change its storage configuration.",
        },
        new("archive-incomplete", DiagnosisPhase.Installation, ArchiveIncomplete)
        {
            Symptom = "the agent misses a program, the kernel or os-release in the root archive",
            Cause = "The root archive lacks what this machine needs to boot from its storage.",
            NextStep = "Add the package that the message names to the archive, and upload it again.",
        },
        new("script-failed", DiagnosisPhase.Installation, ScriptFailed)
        {
            Symptom = "a script of commissioning, release or deployment fails",
            Cause = "A script failed; the explanation names it, its exit status, and the first line of its output that tells of a failure.",
            NextStep = "Read all that it printed (GET nodes/ID/results/current-commissioning/?include_output=true), remove the cause, and "
                + "start the operation again.",
        },
        new("test-failed", DiagnosisPhase.Installation, TestFailed)
        {
            Symptom = "a test fails",
            Cause = "A test failed; the explanation names it, its exit status, and the first line of its output that tells of a failure.",
            NextStep = "Read all that it printed (GET nodes/ID/results/current-testing/?include_output=true), repair the part, and run the "
                + "test again with op=test; op=override_failed_testing accepts the machine as it is.",
        },
        new("cloud-init-failed", DiagnosisPhase.FirstBoot, CloudInitFailed)
        {
            Symptom = "cloud-init reports the failure of a stage",
            Cause = "A stage of cloud-init failed in the installed system.",
            NextStep = "Read /var/log/cloud-init.log on the machine; check the user data.",
        },
        new("installer-failed", DiagnosisPhase.Installation, InstallerFailed)
        {
            Symptom = "the installation reports a failure that no other rule explains, or an installer logs one",
            Cause = "The installer failed.",
            NextStep = "Read the event and the lines before it; look at the console.",
        },
    ];

    private static Finding? DiskNotFound(BootTrace trace) => Reported(
        trace, "The disk to install to was not found", " is absent; there are:", "; there are:", "disks is there, nothing was written",
        "has another size than in the inventory");

    private static Finding? OtherHardware(BootTrace trace) => Reported(
        trace, "this is another machine: its hardware UUID", "cannot be told to be the machine that is meant",
        "does not know this machine's disks");

    private static Finding? ImageHashWrong(BootTrace trace) => Reported(trace, "the image's SHA-256 is wrong");

    private static Finding? ImageNotWritten(BootTrace trace) => Reported(
        trace, "the image could not be written", "the image broke off after", "cannot be written", " is read-only",
        "the archive could not be", "the file system of the image", "no partition of the image holds");

    private static Finding? StorageNotMade(BootTrace trace) => Reported(
        trace, "the partition table of", "the RAID ", "the volume group ", "the logical volume ", "the file system ext",
        "the file system xfs", "the file system btrfs", "the file system fat32", "the file system vfat", "the file system swap",
        "could not be mounted at");

    private static Finding? ArchiveIncomplete(BootTrace trace) => Reported(trace, "the archive lacks ", "the archive holds no ");

    private static Finding? ScriptFailed(BootTrace trace) => trace.WaitsOrFailed || trace.Machine.Status is MachineStatus.FailedReleasing
        ? FailureOf(trace, isTest: false)
        : null;

    private static Finding? TestFailed(BootTrace trace) => trace.WaitsOrFailed ? FailureOf(trace, isTest: true) : null;

    // The agent says "Failed: NAME"; the server adds the names where it does not.
    private static Finding? FailureOf(BootTrace trace, bool isTest)
    {
        var failures = trace.ScriptFailures.Where(failure => (failure.Kind is ScriptKind.Testing) == isTest).ToList();
        var isOfTests = trace.ScriptFailures.Count > 0
            ? trace.ScriptFailures.All(failure => failure.Kind is ScriptKind.Testing)
            : trace.Machine.Status is MachineStatus.FailedTesting or MachineStatus.Testing;
        if (isOfTests != isTest || trace.Reports.FirstOrDefault(entry => entry.Says("Failed scripts: ")
            || entry.Words.StartsWith("Failed: ", StringComparison.Ordinal)
            || failures.Exists(failure => entry.Says(failure.Name))) is not { } failed)
            return null;
        return failures.Count == 0 ? Quote(failed) : new Finding(
            ExplanationConfidence.Stated, [failed],
            string.Join("; ", trace.ScriptFailures.Select(failure => failure.Words)) + ".",
            NextStepAfter(failures[0], trace.Machine.Id));
    }

    private static string NextStepAfter(ScriptFailure failure, SystemId machine)
    {
        var (set, again) = failure.Kind switch
        {
            ScriptKind.Testing => (
                "testing", $"repair the part, and run it again (op=test with testing_scripts={failure.Name}); "
                    + "op=override_failed_testing accepts the machine as it is"),
            ScriptKind.Release => ("release", "remove the cause, and release the machine again (op=release)"),
            ScriptKind.Deployment => ("deployment", "remove the cause, release the machine, and deploy it again"),
            _ => ("commissioning", "remove the cause, and commission the machine again (op=commission)"),
        };
        return $"Read all that {failure.Name} printed (GET nodes/{machine}/results/current-{set}/?include_output=true), {again}.";
    }

    private static Finding? CloudInitFailed(BootTrace trace)
    {
        if (!trace.WaitsOrFailed && trace.Machine.Status is not MachineStatus.Deployed) return null;
        var failed = trace.Reports.Where(entry => entry.Note is { Type: "cloud-init" or "Node report" }
            || (entry.Words.StartsWith('\'') && entry.Says("' failed: "))).ToList();
        return failed.Count == 0
            ? null
            : new Finding(ExplanationConfidence.Stated, failed, $"cloud-init failed: {Line(failed[0].Words)}");
    }

    // The first error, as later ones follow from it.
    private static Finding? InstallerFailed(BootTrace trace)
    {
        if (!trace.WaitsOrFailed || Specific.Any(find => find(trace) is not null)) return null;
        var logged = FirstLogged(trace);
        if (trace.Reports.FirstOrDefault(IsOfInstaller) is { } failed)
            return new Finding(
                ExplanationConfidence.Stated, logged is null ? [failed] : [logged, failed],
                $"The machine reported: {FailingLine(failed.Words)}{(logged is null ? "" : $" Its log: {Line(logged.Words)}")}");
        return logged is null
            ? null
            : new Finding(ExplanationConfidence.Observed, [logged], $"The installer logged: {Line(logged.Words).TrimEnd('.')}.");
    }

    /// <summary>
    /// The first line of an installer's log that tells of a failure. A healthy installation logs some of these, too: before a failure they
    /// count only if the installer says that a step failed, after which it waits for a person.
    /// </summary>
    private static TraceEntry? FirstLogged(BootTrace trace)
    {
        if (!trace.IsOfInstaller || trace.IsHandedOver) return null;
        var logged = trace.Entries.Where(entry => entry.Evidence is BootEvidence.Logged).ToList();
        return trace.HasFailed || logged.Exists(entry => entry.Says("Menu item '") && entry.Says("' failed"))
            ? logged.Find(entry => entry.Says(LoggedFailures) && !entry.Words.StartsWith("kernel", StringComparison.Ordinal))
            : null;
    }

    private static bool IsOfInstaller(TraceEntry entry) =>
        entry.Note is { Level: EventLevel.Error, Type: not ("Power" or "cloud-init") } && !entry.Words.StartsWith('\'')
        && !entry.Says("Powering on failed", "Powering off failed", "Shutting down failed");

    private static Func<BootTrace, Finding?>[] Specific =>
        [DiskNotFound, OtherHardware, ImageHashWrong, ImageNotWritten, StorageNotMade, ArchiveIncomplete, ScriptFailed, TestFailed];

    private static Finding? Reported(BootTrace trace, params ReadOnlySpan<string> phrases)
    {
        if (!trace.WaitsOrFailed) return null;
        foreach (var entry in trace.Reports)
            if (entry.Says(phrases)) return Quote(entry);
        return null;
    }

    private static Finding Quote(TraceEntry entry) =>
        new(ExplanationConfidence.Stated, [entry], $"The machine reported: {Line(entry.Words)}");

    private static string Line(string words) => words.Length <= LongestLine ? words : words[..LongestLine] + "…";

    // An event is one line. A short one is shown whole; of a long one, which is a log, what follows the first mark of a failure.
    private static string FailingLine(string words)
    {
        if (words.Length <= LongestLine) return words;
        var first = Markers.Select(marker => words.IndexOf(marker, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(0).Min();
        return Line(words[Math.Max(0, first - 60)..]);
    }
}
