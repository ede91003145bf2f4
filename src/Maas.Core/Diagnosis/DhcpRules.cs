namespace Maas.Core.Diagnosis;

/// <summary>The firmware gets no address, or nothing to boot.</summary>
internal static class DhcpRules
{
    private const string TookAnother = "took another server's offer";
    private const string ProxyAnswer = "boot part beside another server";

    public static IReadOnlyList<DiagnosisRule> All { get; } =
    [
        new("no-discover", DiagnosisPhase.Dhcp, NoDiscover)
        {
            Symptom = "no DHCP message of the machine for five minutes",
            Cause = "No DISCOVER of the machine arrives: it boots from another device, its hardware address is another, or its port is in "
                + "another VLAN, without a link, or slow to forward (spanning tree).",
            NextStep = "Look at the console; check the boot order, the addresses, the cable and the VLAN; set the port to portfast (edge).",
        },
        new("spanning-tree-delay", DiagnosisPhase.Dhcp, SpanningTreeDelay)
        {
            Symptom = "one late DISCOVER in each boot, answered, and no REQUEST",
            Cause = "The switch port forwards only when the firmware is about to give up: spanning tree delays it after each link-up.",
            NextStep = "Set the switch port to portfast (edge).",
        },
        new("offer-not-requested", DiagnosisPhase.Dhcp, OfferNotRequested)
        {
            Symptom = "several DISCOVERs are answered with an OFFER, and no REQUEST follows",
            Cause = "The offers do not reach the firmware, or it refuses them: a firewall or DHCP snooping drops them on the way back.",
            NextStep = "Capture at the machine's port; let the switch trust the server's port (DHCP snooping).",
        },
        new("two-servers", DiagnosisPhase.Dhcp, TwoServers)
        {
            Symptom = "another DHCP server offers too, and the firmware goes silent",
            Cause = "Two DHCP servers offer on the link, and the firmware chose the other one, which does not boot it.",
            NextStep = "Switch the other server off on this link, or run this one in proxy mode beside it.",
        },
        new("rogue-server", DiagnosisPhase.Dhcp, RogueServer)
        {
            Symptom = "the machine requests another server's offer",
            Cause = "The machine took the offer of another DHCP server, which names no boot file or its own.",
            NextStep = "Find the server by its address and switch it off on this link, or allow it and use proxy mode.",
        },
        new("proxy-ignored", DiagnosisPhase.Dhcp, ProxyIgnored)
        {
            Symptom = "in proxy mode the boot part is sent, and no boot file is requested",
            Cause = "The firmware ignores proxy DHCP: it takes the boot file from the server of its address, or that server names one.",
            NextStep = "Remove filename and next-server from the other server, or put this server's boot file there; or use full mode.",
        },
        new("wrong-architecture", DiagnosisPhase.Dhcp, WrongArchitecture)
        {
            Symptom = "the firmware is of an architecture that gets no boot file, or not of the machine's",
            Cause = "The firmware is of another architecture than the machine's record, or there is no environment for it.",
            NextStep = "Correct the machine's architecture, or bring an environment for the firmware's (Ephemeral.Own).",
        },
        new("no-boot-file", DiagnosisPhase.Dhcp, NoBootFile)
        {
            Symptom = "the firmware gets an address and no boot file",
            Cause = "The server has nothing for this firmware now: the ephemeral environment is not ready, or has no boot program for it.",
            NextStep = "Check the health of the ephemeral environment; op=preview_boot shows the rule that decides.",
        },
        new("wrong-relay", DiagnosisPhase.Dhcp, WrongRelay)
        {
            Symptom = "requests through a relay are not answered",
            Cause = "The relay, or the subnet of its address, is not configured.",
            NextStep = "Add the relay to the served ones, and a subnet that contains its address; correct the relay's own address.",
        },
        new("not-answered", DiagnosisPhase.Dhcp, NotAnswered)
        {
            Symptom = "the firmware's DISCOVER is not answered",
            Cause = "The server has no address for the machine.",
            NextStep = "Enlarge the dynamic range, correct the subnet, or wait until the limit is over.",
        },
    ];

    private static Finding? NoDiscover(BootTrace trace) =>
        trace.AwaitsAgent && trace.Age >= BootTrace.SelfTestTime && !trace.Machine.Power.IsManual
            && !trace.Observed.Any(entry => entry.IsFirmware || entry.Transfer is not null || entry.Script is not null)
            ? new Finding(ExplanationConfidence.Inferred, trace.Beginning)
            : null;

    private static Finding? SpanningTreeDelay(BootTrace trace) =>
        Unrequested(trace) is { Discovers.Count: 1 } attempt && !HasOtherServer(attempt)
            && trace.Attempts.All(each => each.Discovers.Count == 1 || each.Stage > BootStage.Offered)
            ? new Finding(ExplanationConfidence.Inferred, [.. trace.Attempts.SelectMany(each => each.Discovers)])
            : null;

    private static Finding? OfferNotRequested(BootTrace trace) =>
        Unrequested(trace) is { Discovers.Count: > 1 } attempt && !HasOtherServer(attempt)
            ? new Finding(ExplanationConfidence.Inferred, attempt.Discovers)
            : null;

    private static Finding? TwoServers(BootTrace trace) =>
        Unrequested(trace) is { } attempt && HasOtherServer(attempt) && !TakesAnother(attempt).Any()
            ? new Finding(
                ExplanationConfidence.Observed, [.. attempt.Discovers, .. Others(attempt)],
                $"Two DHCP servers offer on the link, this one and {OtherNames(attempt)}, and the firmware requests neither here.")
            : null;

    private static Finding? RogueServer(BootTrace trace) =>
        Attempt(trace) is { Stage: < BootStage.Script } attempt && TakesAnother(attempt).ToList() is { Count: > 0 } taken
            ? new Finding(
                ExplanationConfidence.Observed, [.. Others(attempt), .. taken],
                Others(attempt).Any()
                    ? $"The machine took the offer of another DHCP server, {OtherNames(attempt)}."
                    : null)
            : null;

    private static Finding? ProxyIgnored(BootTrace trace) =>
        Attempt(trace) is { Stage: <= BootStage.Granted } attempt
            && attempt.Discovers.Any(entry => entry.Dhcp is { Answered: not null, Rule: ProxyAnswer })
            && !attempt.Requests.Any(entry => entry.Dhcp is { Answered: not null })
            ? new Finding(ExplanationConfidence.Inferred, [.. attempt.Discovers, .. attempt.Requests])
            : null;

    private static Finding? WrongArchitecture(BootTrace trace)
    {
        if (Attempt(trace) is not { Stage: < BootStage.Program, Firmware: { } firmware } attempt) return null;
        var (asked, known) = (FirmwareName.ArchitectureOf(firmware), trace.Machine.Architecture.Split('/')[0]);
        return asked is null || asked == known || attempt.Program is not null
            ? null
            : new Finding(
                ExplanationConfidence.Observed, attempt.Discovers,
                $"The firmware is {asked} ({firmware}), and the machine's architecture is {known}: there is no boot file for it.");
    }

    private static Finding? NoBootFile(BootTrace trace) =>
        Attempt(trace) is { Stage: < BootStage.Program, Program: null } attempt
            && attempt.Discovers.Any(entry => entry.NamesScript) is false
            && attempt.Discovers.Where(entry => entry.Dhcp is { Answered: not null }
                or { Rule: "the policy has nothing for it" }).ToList() is { Count: > 0 } empty
            && !TakesAnother(attempt).Any()
            ? new Finding(ExplanationConfidence.Observed, empty)
            : null;

    private static Finding? WrongRelay(BootTrace trace) =>
        Attempt(trace) is { Stage: BootStage.Discover } attempt
            && attempt.Discovers.Where(entry => entry.Dhcp is { Answered: null } asked
                && (asked.Relay is not null || asked.Rule.Contains("relay", StringComparison.Ordinal))
                && IsPlace(asked.Rule)).ToList() is { Count: > 0 } refused
            ? new Finding(
                ExplanationConfidence.Observed, refused,
                $"The relay {refused[^1].Dhcp?.Relay}, or the subnet of its address, is not configured: {refused[^1].Dhcp?.Rule}.")
            : null;

    private static Finding? NotAnswered(BootTrace trace) =>
        Attempt(trace) is { Stage: BootStage.Discover } attempt
            && attempt.Entries.Where(entry => entry.Evidence is BootEvidence.Limited
                || (entry.IsFirmwareDiscover && entry.Dhcp is { Answered: null, Relay: null })).ToList() is { Count: > 0 } refused
            ? new Finding(ExplanationConfidence.Observed, refused, $"The server does not answer the machine: {ReasonOf(refused[^1])}.")
            : null;

    private static string ReasonOf(TraceEntry entry) =>
        entry.Evidence is BootEvidence.Limited limited ? limited.Limit : entry.Dhcp?.Rule ?? "";

    private static bool IsPlace(string rule) =>
        rule.Contains("relay", StringComparison.Ordinal) || rule.Contains("subnet", StringComparison.Ordinal);

    private static BootAttempt? Attempt(BootTrace trace) => trace.AwaitsAgent ? trace.Current : null;

    private static BootAttempt? Unrequested(BootTrace trace) =>
        Attempt(trace) is { Stage: BootStage.Offered } attempt && attempt.Requests.Count == 0
            && !attempt.Discovers.Any(entry => entry.Dhcp is { Rule: ProxyAnswer })
            && attempt.Discovers.Any(entry => entry.Dhcp is { BootFile: not null })
            ? attempt
            : null;

    private static IEnumerable<TraceEntry> Others(BootAttempt attempt) =>
        attempt.Entries.Where(entry => entry.Evidence is BootEvidence.OtherServer);

    private static bool HasOtherServer(BootAttempt attempt) => Others(attempt).Any();

    private static string OtherNames(BootAttempt attempt) => string.Join(
        ", ", Others(attempt).Select(entry => entry.Evidence).OfType<BootEvidence.OtherServer>().Select(other => other.Server)
            .Distinct(StringComparer.Ordinal).Take(3));

    private static IEnumerable<TraceEntry> TakesAnother(BootAttempt attempt) =>
        attempt.Requests.Where(entry => entry.Dhcp is { Answered: null } asked
            && asked.Rule.Contains(TookAnother, StringComparison.Ordinal));
}
