using System.Text.RegularExpressions;
using Maas.Power.Tools;

namespace Maas.Power.Ipmi;

/// <summary>
/// Reads what ipmitool printed. Its words differ between versions and its exit code does not always say what its words do.
/// </summary>
internal static partial class IpmiOutput
{
    private const int LongestReason = 300;
    private const string PrivilegeRefused = "Set Session Privilege Level";

    private static readonly (string Words, PowerFailure Failure, string Meaning)[] Complaints =
    [
        // Not always the password: some controllers compute this value wrongly (ipmitool issue 344, OpenBMC issue 1429).
        ("RAKP 2 HMAC is invalid", PowerFailure.CredentialsRefused,
            "the password does not match; it is wrong, or the controller keeps 16 bytes of it instead of 20, or it computes this cipher " +
            "suite wrongly: try cipher_suite_id 3 or 17, a password of at most 16 bytes, or workaround_flags for its vendor"),
        ("unauthorized name", PowerFailure.CredentialsRefused, "the user is not known, or not allowed this privilege"),
        ("Invalid user name", PowerFailure.CredentialsRefused, "the user is not known"),
        ("RAKP 4 message has invalid integrity check value", PowerFailure.CredentialsRefused,
            "the K_g key does not match, or the controller computes this cipher suite wrongly: try cipher_suite_id 3 or 17"),
        (
            "no response from RAKP 3",
            PowerFailure.CredentialsRefused,
            "the controller broke off the login; the password or the K_g key may be wrong"),
        ("Activate Session command failed", PowerFailure.CredentialsRefused,
            "the controller refused the session: the password is wrong, or longer than the 16 bytes of IPMI 1.5, or the user may not have "
                +
            "this privilege"),
        ("invalid role", PowerFailure.CredentialsRefused, "the user may not have this privilege"),
        ("unauthorized role", PowerFailure.CredentialsRefused, "the user may not have this privilege"),
        ("nsufficient privilege", PowerFailure.CredentialsRefused, "the user's privilege is too low"),
        (PrivilegeRefused, PowerFailure.CredentialsRefused, "the user may not have this privilege"),
        ("no matching cipher suite", PowerFailure.BadParameters, "the controller does not have this cipher suite"),
        ("invalid authentication algorithm", PowerFailure.BadParameters, "the controller does not have this cipher suite"),
        ("invalid integrity algorithm", PowerFailure.BadParameters, "the controller does not have this cipher suite"),
        ("invalid confidentiality algorithm", PowerFailure.BadParameters, "the controller does not have this cipher suite"),
        ("insufficient resources", PowerFailure.TimedOut, "the controller has no session to spare"),
        ("Node busy", PowerFailure.TimedOut, "the controller is busy"),
        ("Address lookup for", PowerFailure.Unreachable, "the controller's name does not resolve"),
        ("Could not open socket", PowerFailure.Unreachable, "the controller cannot be reached"),
        ("Unable to establish", PowerFailure.Unreachable, "the controller does not answer"),
    ];

    /// <summary>The state in the output of <c>chassis power status</c>; unknown when it is not there.</summary>
    public static PowerState PowerStateIn(string output)
    {
        var match = StateLine().Match(output);
        return !match.Success ? PowerState.Unknown
            : match.Groups["state"].Value.Equals("on", StringComparison.OrdinalIgnoreCase) ? PowerState.On
            : PowerState.Off;
    }

    /// <summary>Whether the controller opened the session and then refused it the privilege that was asked for.</summary>
    public static bool RefusesPrivilege(ToolOutcome.Exited run) =>
        run.Code != 0 && run.Error.Contains(PrivilegeRefused, StringComparison.OrdinalIgnoreCase);

    /// <summary>What an unsuccessful run means.</summary>
    public static (PowerFailure Failure, string Reason) FailureIn(ToolOutcome.Exited run)
    {
        var said = Said(run);
        foreach (var (words, failure, meaning) in Complaints)
        {
            if (run.Error.Contains(words, StringComparison.OrdinalIgnoreCase)) return (failure, $"{Capital(meaning)} (ipmitool: {said}).");
        }

        return said.Length > 0
            ? (PowerFailure.CommandRefused, $"The controller refused the command (ipmitool: {said}).")
            : (PowerFailure.Unintelligible, $"ipmitool ended with exit code {run.Code} and said nothing.");
    }

    private static string Said(ToolOutcome.Exited run)
    {
        var lines = $"{run.Error}\n{run.Output}".Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(line => LogText.From(line).TrimStart('>', ' '))
            .Where(line => !line.StartsWith("Loading IANA", StringComparison.Ordinal)
                && !line.StartsWith("Get HPM.x", StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal);
        var text = string.Join("; ", lines);
        return text.Length <= LongestReason ? text : text[..LongestReason] + "…";
    }

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    // "Chassis Power is on"; anchored to whole words, for "Chassis Power Control: Up/On" is no state.
    [GeneratedRegex(
        @"\bpower\s+is\s+(?<state>on|off)\b",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex StateLine();
}
