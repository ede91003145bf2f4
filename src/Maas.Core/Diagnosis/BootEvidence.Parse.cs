using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Maas.Core.Events;

namespace Maas.Core.Diagnosis;

/// <content>Reads what <see cref="ToText"/> wrote.</content>
public abstract partial record BootEvidence
{
    private const string ForAddresses = ", sends hosts to DHCPv6 for addresses";
    private const string ForTheRest = ", sends hosts to DHCPv6 for the rest";
    private const string LimitedPrefix = "turned away, the first of those beyond a bound: ";
    private const int LongestRead = 500;

    /// <summary>Reads an observation of a timeline.</summary>
    /// <param name="observation">The observation.</param>
    /// <param name="evidence">What it says.</param>
    /// <returns>
    /// <see langword="false"/> for a text that <see cref="ToText"/> does not write: of another version, or of an application's own.
    /// </returns>
    public static bool TryParse(Observation observation, [NotNullWhen(true)] out BootEvidence? evidence)
    {
        ArgumentNullException.ThrowIfNull(observation);
        var text = observation.Text;
        evidence = text.Length > LongestRead ? null : observation.Kind switch
        {
            "dhcp" => ReadDhcp(text) ?? ReadOther(text),
            "script" => ReadScript(text),
            "tftp" or "http" => ReadTransfer(observation.Kind, text),
            Observation.Syslog => ReadLogged(text),
            _ => null,
        };
        // Numbers have one notation only, and a client cannot place a separator into a name.
        if (evidence?.ToText() != text) evidence = null;
        return evidence is not null;
    }

    private static Dhcp? ReadDhcp(string text)
    {
        var match = DhcpText().Match(text);
        if (!match.Success
            || !uint.TryParse(match.Groups["xid"].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var xid)
            || !TryReadAddress(match.Groups["client"], out var client) || !TryReadAddress(match.Groups["relay"], out var relay))
            return null;
        var took = decimal.TryParse(match.Groups["ms"].ValueSpan, CultureInfo.InvariantCulture, out var milliseconds)
            ? TimeSpan.FromTicks((long)(milliseconds * TimeSpan.TicksPerMillisecond))
            : TimeSpan.Zero;
        return new Dhcp(
            match.Groups["asked"].Value, TextOf(match.Groups["answered"]), client, TextOf(match.Groups["file"]), took,
            match.Groups["rule"].Value, xid)
        {
            Firmware = TextOf(match.Groups["firmware"]),
            Relay = relay,
        };
    }

    private static BootEvidence? ReadOther(string text)
    {
        if (text.StartsWith(LimitedPrefix, StringComparison.Ordinal)) return new Limited(text[LimitedPrefix.Length..]);
        if (OtherServerText().Match(text) is { Success: true } server)
            return TryReadAddress(server.Groups["offered"], out var offered)
                ? new OtherServer(server.Groups["server"].Value, offered)
                : null;
        if (OtherRouterText().Match(text) is not { Success: true } router || !TryReadAddress(router.Groups["router"], out var address))
            return null;
        return new OtherRouter(
            address!, // the group is not optional
            router.Groups["link"].Value, router.Groups["managed"].Success, router.Groups["rest"].Success,
            int.TryParse(router.Groups["lifetime"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                ? TimeSpan.FromSeconds(seconds)
                : TimeSpan.Zero);
    }

    private static Script? ReadScript(string text) =>
        ScriptText().Match(text) is { Success: true } match && TryReadAddress(match.Groups["client"], out var client)
            ? new Script(client, match.Groups["name"].Value, match.Groups["instruction"].Value)
            : null;

    private static Transfer? ReadTransfer(string transport, string text)
    {
        var match = TransferText().Match(text);
        if (!match.Success || !TryReadAddress(match.Groups["client"], out var client)
            || !long.TryParse(match.Groups["bytes"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            || !decimal.TryParse(match.Groups["seconds"].ValueSpan, CultureInfo.InvariantCulture, out var seconds))
            return null;
        return new Transfer(
            transport, client, match.Groups["name"].Value, bytes, TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond)),
            match.Groups["outcome"].Value, match.Groups["detail"].Value);
    }

    private static Logged ReadLogged(string text)
    {
        var match = ClockText().Match(text);
        if (!match.Success || !int.TryParse(match.Groups["seconds"].ValueSpan, CultureInfo.InvariantCulture, out var seconds))
            return new Logged(text, TimeSpan.Zero);
        return new Logged(
            match.Groups["line"].Value, TimeSpan.FromSeconds(match.Groups["way"].ValueSpan is "ahead" ? seconds : -seconds));
    }

    private static string? TextOf(Group group) => group.Success ? group.Value : null;

    private static bool TryReadAddress(Group group, out IPAddress? address)
    {
        address = null;
        return !group.Success || IPAddress.TryParse(group.ValueSpan, out address);
    }

    [GeneratedRegex(
        @"^(?<asked>\S+) (not answered|answered with (?<answered>[^\s,]+)( (?<client>[^\s,]+))?(, boot file (?<file>.+?))?"
            + @" in (?<ms>[0-9]{1,9}\.[0-9]) ms) \((?<rule>.*); xid (?<xid>[0-9a-f]{8})"
            + @"(; firmware (?<firmware>[A-Za-z0-9]+))?(; relay (?<relay>\S+))?\)$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex DhcpText();

    [GeneratedRegex(
        @"^another DHCP server, (?<server>.+), offered (something|(?<offered>\S+))$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex OtherServerText();

    [GeneratedRegex(
        @"^another router, (?<router>\S+), advertises itself on (?<link>[^,]*)(?<managed>, sends hosts to DHCPv6 for addresses)?"
            + @"(?<rest>, sends hosts to DHCPv6 for the rest)?(, is the default router for (?<lifetime>[0-9]{1,9}) s)?$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex OtherRouterText();

    [GeneratedRegex(
        @"^(?<client>\S+) fetched (?<name>.+?): (?<instruction>.*)$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ScriptText();

    [GeneratedRegex(
        @"^(?<client>\S+) fetched (?<name>.+), (?<bytes>[0-9]{1,18}) bytes in (?<seconds>[0-9]{1,9}\.[0-9]{2}) s: (?<outcome>.*?)"
            + @"( \((?<detail>[^()]+)\))?$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex TransferText();

    [GeneratedRegex(
        @"^(?<line>.*) \[its clock is (?<seconds>[1-9][0-9]{0,8}) s (?<way>ahead|behind)\]$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ClockText();
}
