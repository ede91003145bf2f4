namespace Maas.Core.Diagnosis;

/// <summary>The firmware has an address and a boot file, and does not come to a kernel.</summary>
internal static class TransferRules
{
    private const string NeverAnswered = "the client never answered";
    private const string WentSilent = "the client went silent";

    public static IReadOnlyList<DiagnosisRule> All { get; } =
    [
        new("tftp-not-requested", DiagnosisPhase.Transfer, NotRequested)
        {
            Symptom = "the firmware accepts an address with a boot file, and requests no file",
            Cause = "The request for the boot file does not arrive: a firewall blocks UDP port 69 or the HTTP port, or another server "
                + "names another next-server.",
            NextStep = "Allow UDP 69 (or the HTTP port) to this server; capture the machine's packets (op=get_capture).",
        },
        new("file-refused", DiagnosisPhase.Transfer, FileRefused)
        {
            Symptom = "a request for a boot file is refused",
            Cause = "The boot file does not exist, or its name is not allowed.",
            NextStep = "Put the file into the folder boot of the data directory, or correct the name.",
        },
        new("tftp-stalls", DiagnosisPhase.Transfer, Stalls)
        {
            Symptom = "a transfer stops at its first block",
            Cause = "The first block does not reach the client, or its acknowledgement does not come back: the MTU of the path is smaller "
                + "than the block, or a firewall drops the transfer's own UDP port.",
            NextStep = "Compare the MTU of all switches and tunnels with the block size; allow UDP from the server's ephemeral ports, or "
                + "serve on one port (TftpServerOptions).",
        },
        new("transfer-broken", DiagnosisPhase.Transfer, Broken)
        {
            Symptom = "a transfer begins and ends before the file does",
            Cause = "The path loses packets, the client ran out of memory, or it was restarted.",
            NextStep = "Look at the console; check the cable and the port's error counters.",
        },
        new("boot-program-fails", DiagnosisPhase.Transfer, ProgramFails)
        {
            Symptom = "a BIOS fetches the boot program, and the program requests nothing",
            Cause = "The boot program does not run on this machine: it does not know the card, or it is not for this firmware.",
            NextStep = "Set another boot program for X86Bios, such as ipxe.pxe in place of undionly.kpxe.",
        },
        new("secure-boot-violation", DiagnosisPhase.Transfer, SecureBoot)
        {
            Symptom = "a UEFI firmware fetches the boot program, and the program requests nothing",
            Cause = "Secure Boot is on and refuses the boot program, which is not signed by a key of the firmware.",
            NextStep = "Look for \"Access Denied\" or \"Security Violation\" on the console; use the signed chain "
                + "(BootProgramTable.WithSecureBoot) or turn Secure Boot off.",
        },
        new("script-not-fetched", DiagnosisPhase.Transfer, ScriptNotFetched)
        {
            Symptom = "iPXE runs, and fetches no script",
            Cause = "iPXE cannot fetch its script: the server's HTTP port cannot be reached, or there is no instruction for the machine.",
            NextStep = "Allow the HTTP port from the machine's network; op=preview_boot shows what the script would say.",
        },
        new("kernel-not-fetched", DiagnosisPhase.Transfer, KernelNotFetched)
        {
            Symptom = "the script is fetched, and the kernel is not",
            Cause = "The boot program cannot fetch the kernel that its script names: the HTTP port cannot be reached, the file is missing, "
                + "or the program refuses it.",
            NextStep = "Look at the console; fetch the file's URL from the machine's network.",
        },
        new("kernel-incomplete", DiagnosisPhase.Transfer, KernelIncomplete)
        {
            Symptom = "the kernel is fetched, and its initial ram disk is not, or not whole",
            Cause = "The initial ram disk does not arrive: the machine has too little memory for it, or the connection breaks.",
            NextStep = "Look at the console; give the machine more memory (320 MiB at least), or check the path.",
        },
    ];

    private static Finding? NotRequested(BootTrace trace) =>
        Attempt(trace) is { Stage: BootStage.Granted, Program: not null } attempt && !attempt.Entries.Any(entry => entry.NamesScript)
            ? new Finding(
                ExplanationConfidence.Inferred, [.. attempt.Requests],
                $"The firmware accepted its address and does not request {attempt.Program}: a firewall blocks UDP port 69 or the HTTP "
                    + "port, or another server names another next-server.")
            : null;

    private static Finding? FileRefused(BootTrace trace) =>
        Attempt(trace) is { Stage: < BootStage.Agent } attempt
            && attempt.LastTransfer is { Transfer: { Detail: "refused", Name: var name, Outcome: var reason } } refused
            ? new Finding(ExplanationConfidence.Observed, [refused], $"The request for {name} was refused: {reason}.")
            : null;

    private static Finding? Stalls(BootTrace trace) =>
        Attempt(trace) is { Stage: < BootStage.Agent } attempt && attempt.LastTransfer is { Transfer: { } transfer }
            && (transfer.Outcome == NeverAnswered || (transfer.Outcome == WentSilent && transfer.Bytes == 0))
            ? new Finding(ExplanationConfidence.Observed, [.. attempt.Transfers.Where(each => each.Transfer?.Name == transfer.Name)])
            : null;

    private static Finding? Broken(BootTrace trace) =>
        Attempt(trace) is { Stage: < BootStage.Agent } attempt && attempt.LastTransfer is { Transfer: { } transfer } last
            && IsBroken(transfer)
            ? new Finding(
                ExplanationConfidence.Observed, [last],
                $"The transfer of {transfer.Name} ended after {transfer.Bytes} bytes: {transfer.Outcome}.")
            : null;

    private static Finding? ProgramFails(BootTrace trace) =>
        NotStarted(trace) is { } attempt && !FirmwareName.IsUefi(attempt.Firmware ?? "")
            ? new Finding(ExplanationConfidence.Inferred, attempt.Transfers)
            : null;

    private static Finding? SecureBoot(BootTrace trace) =>
        NotStarted(trace) is { Firmware: { } firmware } attempt && FirmwareName.IsUefi(firmware)
            ? new Finding(ExplanationConfidence.Inferred, attempt.Transfers)
            : null;

    private static Finding? ScriptNotFetched(BootTrace trace) =>
        Attempt(trace) is { Scripts.Count: 0 } attempt && (attempt.Stage is BootStage.Started || (attempt.Stage is BootStage.Granted
            && attempt.Requests.Any(entry => entry.NamesScript)))
            ? new Finding(ExplanationConfidence.Inferred, [.. attempt.Entries.Where(entry => entry.NamesScript)])
            : null;

    private static Finding? KernelNotFetched(BootTrace trace) =>
        Attempt(trace) is { Stage: BootStage.Script } attempt && BootAttempt.KernelOf(attempt.Scripts) is { } kernel
            && !BootAttempt.IsElsewhere(kernel)
            ? new Finding(
                ExplanationConfidence.Inferred, attempt.Scripts,
                $"The script is fetched, and its kernel {kernel} is not: the HTTP port cannot be "
                    + "reached, the file is missing, or the boot program refuses it.")
            : null;

    private static Finding? KernelIncomplete(BootTrace trace) =>
        Attempt(trace) is { Stage: BootStage.Kernel } attempt
            && attempt.KernelFiles.Count(entry => entry.Transfer is { Outcome: "completed" }) < 2
            && attempt.KernelFiles.Select(entry => entry.Transfer?.Name).Distinct(StringComparer.Ordinal).Count() < 2
            // The initial ram disk of a recipe may be another server's.
            && (!trace.IsOfInstaller || attempt.KernelFiles.Any(entry => entry.Transfer is not { Outcome: "completed" }))
            ? new Finding(ExplanationConfidence.Inferred, attempt.KernelFiles)
            : null;

    private static BootAttempt? Attempt(BootTrace trace) => trace.AwaitsAgent ? trace.Current : null;

    // The whole program was delivered, and neither iPXE nor GRUB asks for anything.
    private static BootAttempt? NotStarted(BootTrace trace) =>
        Attempt(trace) is { Stage: BootStage.Program } attempt
            && attempt.LastTransfer is { Transfer.Outcome: "completed" or "sent, but the last block was never acknowledged" }
            ? attempt
            : null;

    private static bool IsBroken(BootEvidence.Transfer transfer) =>
        (transfer.Outcome == WentSilent && transfer.Bytes > 0)
        || transfer.Outcome.StartsWith("aborted by the client", StringComparison.Ordinal)
        || transfer.Outcome is "broken off by the client" or "the client closed its port";
}
