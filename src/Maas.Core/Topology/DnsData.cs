using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Maas.Core.Topology;

/// <summary>The data of DNS records as text. What is accepted is stored in one form and can be sent in a DNS message.</summary>
internal static partial class DnsData
{
    public const int LongestName = 253;
    private const int LongestData = 4096;
    private const int LongestText = 255;

    /// <summary>Reads data of a type; <see langword="null"/>, and why, when it is not valid.</summary>
    public static string? Normalize(DnsRecordKind type, string data, out string reason)
    {
        reason = "";
        data = data.Trim();
        if (data.Length > LongestData)
        {
            reason = FormMessages.TooLong(data, LongestData);
            return null;
        }

        var fields = FieldsOf(type, data);
        var normal = type switch
        {
            DnsRecordKind.Cname or DnsRecordKind.Ns => fields is [var host] && IsHost(host) ? host.ToLowerInvariant() : null,
            DnsRecordKind.Mx => fields is [var preference, var host] && IsNumber(preference) && IsHost(host)
                ? Join(preference, host) : null,
            DnsRecordKind.Srv => fields is [var priority, var weight, var port, var host]
                && IsNumber(priority) && IsNumber(weight) && IsNumber(port) && (host == "." || IsHost(host))
                ? Join(priority, weight, port, host) : null,
            DnsRecordKind.Sshfp => fields is [var algorithm, var hash, var print] && IsFingerprint(algorithm, hash, print)
                ? Join(algorithm, hash, print) : null,
            _ => IsText(fields) ? data : null,
        };
        if (normal is null) reason = $"Invalid {NameOf(type)} data. {Expected(type)}";
        return normal;

        static string Join(params ReadOnlySpan<string?> fields) => string.Join(' ', fields).ToLowerInvariant();
    }

    /// <summary>The name of a type in zone files.</summary>
    public static string NameOf(DnsRecordKind type) => type.ToString().ToUpperInvariant();

    /// <summary>The fields of data; of a TXT record its texts, each of at most 255 octets.</summary>
    public static IReadOnlyList<string> FieldsOf(DnsRecordKind type, string data)
    {
        if (type != DnsRecordKind.Txt) return data.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return [.. Texts(data).SelectMany(Parts)];
    }

    public static bool IsHost(string host)
    {
        if (host == DnsResource.Apex) return true;
        var name = host.EndsWith('.') ? host[..^1] : host;
        return name.Length is > 0 and <= LongestName && name.Split('.').All(label => Label().IsMatch(label));
    }

    // A text without quotes is one text with its blanks.
    private static IEnumerable<string> Texts(string data)
    {
        if (!data.StartsWith('"')) return [data];
        List<string> texts = [];
        var text = new StringBuilder();
        var (isOpen, isEscaped) = (false, false);
        foreach (var letter in data)
        {
            if (isEscaped)
            {
                text.Append(letter);
                isEscaped = false;
            }
            else if (isOpen && letter == '\\')
            {
                isEscaped = true;
            }
            else if (letter == '"')
            {
                if (isOpen)
                {
                    texts.Add(text.ToString());
                    text.Clear();
                }

                isOpen = !isOpen;
            }
            else if (isOpen)
            {
                text.Append(letter);
            }
            else if (letter is not (' ' or '\t'))
            {
                return []; // something between the texts
            }
        }

        return isOpen ? [] : texts;
    }

    private static IEnumerable<string> Parts(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) <= LongestText)
        {
            yield return text;
            yield break;
        }

        var part = new StringBuilder();
        var size = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (size + rune.Utf8SequenceLength > LongestText)
            {
                yield return part.ToString();
                part.Clear();
                size = 0;
            }

            part.Append(rune.ToString());
            size += rune.Utf8SequenceLength;
        }

        yield return part.ToString();
    }

    // A text with an unpaired surrogate would not survive UTF-8; control characters have no use and confuse whatever shows them.
    private static bool IsText(IReadOnlyList<string> texts) => texts.Count > 0 && texts.Any(text => text.Length > 0)
        && texts.Sum(text => Encoding.UTF8.GetByteCount(text) + 1) <= LongestData - 16
        && texts.All(text => !text.Any(char.IsControl) && !text.EnumerateRunes().Contains(Rune.ReplacementChar));

    private static bool IsNumber(string text) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    // RFC 4255 and its successors: RSA, DSA, ECDSA, Ed25519 (and 6, Ed448); SHA-1 and SHA-256.
    private static bool IsFingerprint(string algorithm, string hash, string print) =>
        algorithm is "1" or "2" or "3" or "4" or "6" && print.All(char.IsAsciiHexDigit)
        && ((hash == "1" && print.Length == 40) || (hash == "2" && print.Length == 64));

    private static string Expected(DnsRecordKind type) => type switch
    {
        DnsRecordKind.Cname or DnsRecordKind.Ns => "It is a host name.",
        DnsRecordKind.Mx => "It is a preference from 0 to 65535 and a host name.",
        DnsRecordKind.Srv => "It is a priority, a weight and a port from 0 to 65535 each, and a host name.",
        DnsRecordKind.Sshfp => "It is an algorithm (1 to 4 or 6), a fingerprint type (1 or 2) and a fingerprint in hexadecimal digits.",
        _ => "It is text of at most 4080 octets without control characters; several texts are in quotes.",
    };

    [GeneratedRegex(@"\A[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Label();
}
