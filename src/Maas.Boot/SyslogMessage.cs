using System.Buffers;
using System.Globalization;
using System.Text;

namespace Maas.Boot;

/// <summary>One line that a machine logged over the network (RFC 5424, or the older habit that RFC 3164 describes).</summary>
/// <remarks>Everything in it was said by the sender, unauthenticated; control characters are shown as <c>\xNN</c>.</remarks>
public sealed record SyslogMessage
{
    private static readonly SearchValues<char> TagEnd = SearchValues.Create(":[ ");

    private SyslogMessage() { }

    /// <summary>The facility, 0 to 23 (RFC 5424 table 1); 1, user, when the sender gave no priority.</summary>
    public int Facility { get; private init; } = 1;

    /// <summary>The severity, 0 (emergency) to 7 (debug) (RFC 5424 table 2); 5, notice, when the sender gave no priority.</summary>
    public int Severity { get; private init; } = 5;

    /// <summary>
    /// When the sender says it was; <see langword="null"/> when it does not, or says so without year and zone (RFC 3164).
    /// </summary>
    public DateTimeOffset? Timestamp { get; private init; }

    /// <summary>The sender's name for itself; <see langword="null"/> when it gave none.</summary>
    public string? HostName { get; private init; }

    /// <summary>The program; <see langword="null"/> when not told.</summary>
    public string? Program { get; private init; }

    /// <summary>The process id as text; <see langword="null"/> when not told.</summary>
    public string? ProcessId { get; private init; }

    /// <summary>What was logged, without structured data.</summary>
    public string Text { get; private init; } = "";

    /// <summary>
    /// Reads a datagram. There is no wrong line: what has no recognisable header is all text, as RFC 3164 section 4.3.3 asks.
    /// </summary>
    public static SyslogMessage Parse(ReadOnlySpan<byte> datagram)
    {
        var line = Printable(datagram);
        if (!TryReadPriority(line, out var priority, out var rest)) return new SyslogMessage { Text = line };
        var message = new SyslogMessage { Facility = priority >> 3, Severity = priority & 7 };
        // RFC 5424 section 6: <PRI>1 SP TIMESTAMP SP HOSTNAME SP APP-NAME SP PROCID SP MSGID SP STRUCTURED-DATA [SP MSG]
        return rest.StartsWith("1 ", StringComparison.Ordinal) && TryRead5424(message, rest[2..]) is { } modern
            ? modern
            : Read3164(message, rest);
    }

    private static bool TryReadPriority(string line, out int priority, out ReadOnlySpan<char> rest)
    {
        priority = 0;
        rest = line;
        var end = line.AsSpan(0, Math.Min(line.Length, 5)).IndexOf('>');
        if (end < 2 || line[0] != '<') return false;
        if (!int.TryParse(line.AsSpan(1, end - 1), NumberStyles.None, CultureInfo.InvariantCulture, out priority) || priority > 191)
            return false;
        rest = line.AsSpan(end + 1);
        return true;
    }

    private static SyslogMessage? TryRead5424(SyslogMessage message, ReadOnlySpan<char> rest)
    {
        var timestamp = Field(ref rest);
        var host = Field(ref rest);
        var program = Field(ref rest);
        var process = Field(ref rest);
        Field(ref rest); // message id
        if (!TrySkipStructuredData(ref rest)) return null;
        if (timestamp is not null
            && !DateTimeOffset.TryParse(timestamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _))
            return null;
        return message with
        {
            Timestamp = timestamp is null
                ? null
                : DateTimeOffset.Parse(timestamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
            HostName = host,
            Program = program,
            ProcessId = process,
            Text = rest.TrimStart('\ufeff').ToString(),
        };
    }

    /// <summary>RFC 3164 section 4.1: <c>Mmm dd hh:mm:ss HOSTNAME TAG[PID]: text</c>; any part may be missing.</summary>
    private static SyslogMessage Read3164(SyslogMessage message, ReadOnlySpan<char> rest)
    {
        string? host = null;
        if (rest.Length > 16 && rest[3] == ' ' && rest[6] == ' ' && rest[9] == ':' && rest[12] == ':' && rest[15] == ' ')
        {
            rest = rest[16..];
            // Busybox's syslogd and the installer leave the host name out: then the first word ends in a colon.
            var space = rest.IndexOf(' ');
            if (space > 0 && !rest[..space].Contains(':') && !rest[..space].Contains('['))
            {
                host = rest[..space].ToString();
                rest = rest[(space + 1)..];
            }
        }

        var end = rest.IndexOfAny(TagEnd);
        if (end is <= 0 or > 48 || rest[end] == ' ') return message with { HostName = host, Text = rest.ToString() };
        var program = rest[..end].ToString();
        string? process = null;
        if (rest[end] == '[' && rest[end..].IndexOf(']') is > 0 and var close)
        {
            process = rest[(end + 1)..(end + close)].ToString();
            end += close + 1;
        }

        return message with
        {
            HostName = host,
            Program = program,
            ProcessId = process,
            Text = rest[end..].TrimStart(':').TrimStart(' ').ToString()
        };
    }

    private static string? Field(ref ReadOnlySpan<char> rest)
    {
        var space = rest.IndexOf(' ');
        var field = space < 0 ? rest : rest[..space];
        rest = space < 0 ? [] : rest[(space + 1)..];
        return field is "-" or "" ? null : field.ToString();
    }

    /// <summary>
    /// Steps over <c>-</c> or <c>[id name="value"]…</c>; inside a value <c>\"</c>, <c>\\</c> and <c>\]</c> are escaped (section 6.3.3).
    /// </summary>
    private static bool TrySkipStructuredData(ref ReadOnlySpan<char> rest)
    {
        if (rest.StartsWith("-"))
        {
            rest = rest[1..].TrimStart(' ');
            return true;
        }

        if (!rest.StartsWith("[")) return false;
        var quoted = false;
        for (var i = 0; i < rest.Length; i++)
        {
            if (quoted && rest[i] == '\\') i++;
            else if (rest[i] == '"') quoted = !quoted;
            else if (!quoted && rest[i] == ']' && (i + 1 == rest.Length || rest[i + 1] != '['))
            {
                rest = rest[(i + 1)..].TrimStart(' ');
                return true;
            }
        }

        return false;
    }

    private static string Printable(ReadOnlySpan<byte> datagram)
    {
        while (datagram.Length > 0 && datagram[^1] is (byte)'\n' or (byte)'\r' or 0) datagram = datagram[..^1];
        var text = Encoding.UTF8.GetString(datagram);
        if (!text.Any(char.IsControl)) return text;
        var builder = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (char.IsControl(c)) builder.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
            else builder.Append(c);
        }

        return builder.ToString();
    }
}
