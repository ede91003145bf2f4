using System.Text;
using Maas.Images.Archives;
using Maas.Images.Downloads;

namespace Maas.Images.Debian;

/// <summary>
/// A <c>Packages</c> file of some sixty thousand paragraphs, of which only the places are kept in memory; the few
/// requested paragraphs are read from the file.
/// </summary>
internal sealed class PackageIndex
{
    private const int LongestParagraph = 1 << 20;
    private readonly string _file;
    private readonly Uri _mirror;
    private readonly Dictionary<string, List<(long Offset, int Length)>> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(long Offset, int Length)>> _provided = new(StringComparer.Ordinal);

    private PackageIndex(string file, Uri mirror) => (_file, _mirror) = (file, mirror);

    public static PackageIndex Load(string file, Uri mirror)
    {
        var index = new PackageIndex(file, mirror);
        using var stream = new BufferedStream(File.OpenRead(file), 1 << 20);
        var line = new List<byte>(256);
        long offset = 0, start = 0;
        string? name = null, provides = null;
        for (int octet; ; offset++)
        {
            octet = stream.ReadByte();
            if (octet is not ('\n' or -1))
            {
                if (line.Count < 16 << 10) line.Add((byte)octet);
                continue;
            }

            if (line.Count > 0)
            {
                var text = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(line);
                if (text.StartsWith("Package: "u8)) name = Encoding.UTF8.GetString(text[9..]);
                else if (text.StartsWith("Provides: "u8)) provides = Encoding.UTF8.GetString(text[10..]);
                line.Clear();
                if (octet != -1) continue;
            }

            if (name is not null) index.Add(name, provides, start, offset - start);
            (name, provides, start) = (null, null, offset + 1);
            if (octet == -1) return index;
        }
    }

    public IEnumerable<DebianPackage> Named(string name) => Read(_names, name);

    public IEnumerable<DebianPackage> Providing(string name) => Read(_provided, name);

    private void Add(string name, string? provides, long offset, long length)
    {
        if (length > LongestParagraph)
            throw new InvalidImageException("Packages index", $"the paragraph of {name} is longer than a megabyte", offset);
        Add(_names, name, (offset, (int)length));
        foreach (var provided in (provides ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            Add(_provided, provided.Split(' ')[0], (offset, (int)length));
    }

    private static void Add(Dictionary<string, List<(long, int)>> places, string name, (long, int) place)
    {
        if (!places.TryGetValue(name, out var list)) places[name] = list = [];
        list.Add(place);
    }

    private IEnumerable<DebianPackage> Read(Dictionary<string, List<(long Offset, int Length)>> places, string name)
    {
        if (!places.TryGetValue(name, out var found)) yield break;
        using var stream = File.OpenRead(_file);
        foreach (var (offset, length) in found)
        {
            var bytes = new byte[length];
            stream.Position = offset;
            stream.ReadExactly(bytes);
            foreach (var paragraph in ControlParagraph.ReadAll(new StringReader(Encoding.UTF8.GetString(bytes))))
                yield return Package(paragraph);
        }
    }

    private DebianPackage Package(ControlParagraph paragraph)
    {
        var sha256 = paragraph.Require("SHA256");
        // The hash becomes a file name in the cache; the file name becomes part of a URL on the mirror.
        if (sha256.Length != 64 || !sha256.All(char.IsAsciiHexDigitLower))
            throw new InvalidImageException("Packages index", "a SHA256 field is not 64 hexadecimal digits");
        if (!long.TryParse(paragraph.Require("Size"), out var size) || size <= 0)
            throw new InvalidImageException("Packages index", "a Size field is not a positive number");
        var path = paragraph.Require("Filename");
        var location = RemotePath.TryResolve(_mirror, path)
            ?? throw new InvalidImageException("Packages index", "a Filename field leaves the archive");
        return DebianPackage.From(paragraph, size, sha256, location.AbsoluteUri);
    }
}
