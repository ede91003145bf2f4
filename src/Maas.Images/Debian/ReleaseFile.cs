using System.Globalization;
using Maas.Images.Archives;
using Maas.Images.Downloads;

namespace Maas.Images.Debian;

/// <summary>A verified Release file: which suite it is, when it was made, and the size and hash of every index.</summary>
internal sealed class ReleaseFile
{
    private readonly Dictionary<string, IndexEntry> _entries = new(StringComparer.Ordinal);

    private ReleaseFile(ControlParagraph fields, string file, DateTimeOffset madeAt)
    {
        MadeAt = madeAt;
        foreach (var line in (fields["SHA256"] ?? throw new UntrustedArchiveException(file, "it lists no SHA-256")).Split('\n'))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length != 3) continue;
            if (words[0].Length == 64
                && words[0].All(char.IsAsciiHexDigitLower)
                && long.TryParse(words[1], NumberStyles.None, null, out var size))
                _entries[words[2]] = new IndexEntry(words[2], size, words[0]);
        }
    }

    /// <summary>Its date.</summary>
    public DateTimeOffset MadeAt { get; }

    public IndexEntry? this[string path] => _entries.GetValueOrDefault(path);

    /// <summary>Reads a Release file whose signature has been verified, and checks that it is of the requested suite and current.</summary>
    public static ReleaseFile Read(string verifiedText, string file, string suite, DateTimeOffset now, TimeSpan tolerance)
    {
        ControlParagraph fields;
        try
        {
            fields = ControlParagraph.ReadAll(new StringReader(verifiedText)).FirstOrDefault()
                ?? throw new UntrustedArchiveException(file, "it is empty");
        }
        catch (InvalidImageException fault)
        {
            throw new UntrustedArchiveException(file, "it is not a Release file", fault);
        }

        // Otherwise a mirror could answer a question for one suite with another, validly signed and full of old packages.
        if (fields["Suite"] != suite && fields["Codename"] != suite)
            throw new UntrustedArchiveException(file, $"it is of {fields["Suite"]} ({fields["Codename"]}), not of {suite}");
        if (Time(fields["Date"]) is not { } made) throw new UntrustedArchiveException(file, "it has no date");
        if (made > now + tolerance) throw new UntrustedArchiveException(file, $"it is dated {made:u}, in the future");
        if (fields["Valid-Until"] is { } until && !(Time(until) > now))
            throw new UntrustedArchiveException(file, $"it was valid until {until}");
        return new ReleaseFile(fields, file, made);
    }

    // "Sat, 11 Jul 2026 10:16:37 UTC"
    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParseExact(
            text?.Replace("UTC", "GMT", StringComparison.Ordinal),
            "r",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var time)
            || DateTimeOffset.TryParse(
                text?.Replace("UTC", "GMT", StringComparison.Ordinal),
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out time)
                ? time
                : null;
}

/// <summary>A file below a suite's folder, as its Release file names it.</summary>
internal sealed record IndexEntry(string Path, long Size, string Sha256);
