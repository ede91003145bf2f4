using System.Text;

namespace Maas.Images.Formats.Iso;

/// <summary>Unique names within one directory in ISO 9660's alphabet or in Joliet's.</summary>
internal sealed class IsoNames(bool isJoliet)
{
    private const int LongestJoliet = 64;

    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    public byte[] Name(IsoNode node) =>
        isJoliet ? Encoding.BigEndianUnicode.GetBytes(Joliet(node.Name)) : Encoding.ASCII.GetBytes(Plain(node));

    /// <summary>Takes a name that is there out of the choice.</summary>
    public void Reserve(ReadOnlySpan<byte> name) => _taken.Add((isJoliet ? Encoding.BigEndianUnicode : Encoding.ASCII).GetString(name));

    /// <summary>A name as Joliet can say it (UCS-2, not <c>* / : ; ? \</c>, 64 characters), before it is made unique.</summary>
    public static string ToJoliet(string name)
    {
        var text = new StringBuilder(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            if (char.IsSurrogatePair(name, i)) text.Append(name[i]).Append(name[++i]);
            else
                text.Append(char.IsControl(name[i]) || char.IsSurrogate(name[i]) || "*/:;?\\".Contains(name[i], StringComparison.Ordinal)
                    ? '_'
                    : name[i]);
        }

        return Fit(text.ToString(), "");
    }

    private string Joliet(string name)
    {
        var legal = ToJoliet(name);
        var unique = legal;
        for (var number = 1; !_taken.Add(unique); number++) unique = Fit(legal, $"~{number}");
        return unique;
    }

    /// <summary>Cuts the part before the extension so that the name has room for a suffix.</summary>
    private static string Fit(string name, string suffix)
    {
        var dot = name.LastIndexOf('.');
        var extension = dot > 0 && name.Length - dot <= 16 ? name[dot..] : "";
        var stem = name[..^extension.Length];
        var room = LongestJoliet - extension.Length - suffix.Length;
        if (stem.Length > room) stem = stem[..(char.IsHighSurrogate(stem[room - 1]) ? room - 1 : room)];
        return stem + suffix + extension;
    }

    /// <summary>Upper-case letters, digits and underscores, 30 characters at most.</summary>
    private string Plain(IsoNode node)
    {
        var isDirectory = node.Kind == FileKind.Directory;
        var dot = isDirectory ? -1 : node.Name.LastIndexOf('.');
        var stem = Mangle(dot > 0 ? node.Name[..dot] : node.Name, 20);
        var extension = dot > 0 ? Mangle(node.Name[(dot + 1)..], 3) : "";
        var name = Join(isDirectory, stem, extension);
        for (var number = 1; !_taken.Add(name); number++)
            name = Join(isDirectory, $"{stem[..Math.Min(stem.Length, 14)]}_{number}", extension);
        return name;
    }

    private static string Join(bool isDirectory, string stem, string extension) => isDirectory ? stem : $"{stem}.{extension};1";

    private static string Mangle(string name, int most)
    {
        var mangled =
            new string(
                [.. name.Take(most).Select(character => char.IsAsciiLetterOrDigit(character) ? char.ToUpperInvariant(character) : '_')]);
        return mangled.Length == 0 ? "_" : mangled;
    }
}
