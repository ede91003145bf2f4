using System.Buffers;
using System.Globalization;
using System.Text;

namespace Maas.Images.Formats.Fat;

/// <summary>
/// The name of eight and three that every long name has too (fatgen103, "The Basis-Name Generation Algorithm"). A name that fits but for
/// its case has itself in capitals, without a tail, for that is the name by which boot ROMs and DOS look for it.
/// </summary>
internal static class FatShortName
{
    private static readonly SearchValues<char> Allowed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789$%'-_@~`!(){}^#&");
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("\"*/:<>?\\|\u007f");

    /// <summary>A name that FAT can hold at all; Windows would drop a dot or space at the end.</summary>
    /// <exception cref="ArgumentException">It cannot.</exception>
    public static string Checked(string name)
    {
        if (name.Length is 0 or > 255 || name is "." or "..")
            throw new ArgumentException($"A FAT holds names of 1 to 255 UTF-16 units, not “{name}”.", nameof(name));
        if (name.AsSpan().ContainsAny(Forbidden)
            || name.AsSpan().ContainsAnyInRange('\0', '\u001f')
            || name[^1] is '.' or ' '
            || !IsUnicode(name))
            throw new ArgumentException($"A FAT cannot hold the name “{name}”.", nameof(name));
        return name;
    }

    /// <summary>
    /// Whether the name is one of eight and three that stem and extension say in one case each, so that no long one is needed.
    /// </summary>
    public static bool IsShort(string name) => Fits(name) && CaseFlags(name) is not null;

    /// <summary>Whether the name is one of eight and three but for its case.</summary>
    public static bool Fits(string name)
    {
        var (stem, extension) = Split(name);
        return stem.Length is >= 1 and <= 8 && extension.Length <= 3 && (stem.Length == name.Length || extension.Length > 0)
            && Ascii.IsValid(name)
            && !stem.ToUpperInvariant().AsSpan().ContainsAnyExcept(Allowed)
            && !extension.ToUpperInvariant().AsSpan().ContainsAnyExcept(Allowed);
    }

    /// <summary>
    /// Byte 12 of the entry of a name that fits: 08 for a stem in small letters, 10 for such an extension (Windows NT, Linux and mtools
    /// read it); null where they are mixed.
    /// </summary>
    public static byte? CaseFlags(string name)
    {
        var (stem, extension) = Split(name);
        return LowerCase(stem) is { } first && LowerCase(extension) is { } second ? (byte)((first ? 0x08 : 0) | (second ? 0x10 : 0)) : null;

        static bool? LowerCase(string part)
        {
            var lower = part.Any(char.IsAsciiLetterLower);
            return lower && part.Any(char.IsAsciiLetterUpper) ? null : lower;
        }
    }

    /// <summary>The short name's 11 bytes, one that is not taken yet in its directory; it is taken from then on.</summary>
    public static byte[] Make(string name, HashSet<string> taken)
    {
        if (Fits(name))
        {
            var (own, ending) = Split(name.ToUpperInvariant());
            var whole = Join(own, ending);
            if (taken.Add(whole)) return Encoding.ASCII.GetBytes(whole);
            if (IsShort(name)) throw new IOException($"The short name {name} is another file's.");
        }

        var trimmed = name.TrimStart('.', ' ');
        var last = trimmed.LastIndexOf('.');
        var stem = Mangle(last > 0 ? trimmed[..last] : trimmed, 8);
        var extension = last > 0 ? Mangle(trimmed[(last + 1)..], 3) : "";
        if (stem.Length == 0) stem = "_";
        for (var number = 1; ; number++)
        {
            var tail = string.Create(CultureInfo.InvariantCulture, $"~{number}");
            var candidate = Join(stem[..Math.Min(stem.Length, 8 - tail.Length)] + tail, extension);
            if (taken.Add(candidate)) return Encoding.ASCII.GetBytes(candidate);
        }
    }

    private static (string Stem, string Extension) Split(string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? (name, "") : (name[..dot], name[(dot + 1)..]);
    }

    private static string Join(string stem, string extension) => stem.PadRight(8) + extension.PadRight(3);

    private static string Mangle(string text, int most)
    {
        var mangled = new StringBuilder(most);
        foreach (var character in text.Where(character => character is not (' ' or '.')).Take(most))
            mangled.Append(Allowed.Contains(char.ToUpperInvariant(character)) ? char.ToUpperInvariant(character) : '_');
        return mangled.ToString();
    }

    private static bool IsUnicode(string name)
    {
        for (var i = 0; i < name.Length; i++)
        {
            if (!char.IsSurrogate(name[i])) continue;
            if (!char.IsSurrogatePair(name, i)) return false;
            i++;
        }

        return true;
    }
}
