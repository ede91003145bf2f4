using System.Text;
using Maas.Images.Archives;

namespace Maas.Images.Ephemeral;

/// <summary>A kernel module and what it says about itself (the section <c>.modinfo</c>: key=value, each ended by NUL).</summary>
/// <param name="Path">Below <c>/lib/modules/VERSION/</c>, without a compression's suffix.</param>
/// <param name="Depends">Modules whose symbols it uses.</param>
/// <param name="SoftDepends">Modules or aliases it asks for at run time.</param>
/// <param name="Aliases">Patterns of the devices and names it serves.</param>
/// <param name="Firmware">Firmware files it may ask for.</param>
internal sealed record KernelModule(
    string Path,
    IReadOnlyList<string> Depends,
    IReadOnlyList<string> SoftDepends,
    IReadOnlyList<string> Aliases,
    IReadOnlyList<string> Firmware)
{
    private static readonly string[] Suffixes = [".ko", ".ko.xz", ".ko.zst", ".ko.gz"];

    /// <summary>The module's name as the kernel knows it.</summary>
    public string Name => NameOf(Path);

    /// <summary>Whether a file is a module, by its name; <paramref name="plain"/> is the name without a compression's suffix.</summary>
    public static bool IsModule(string path, out string plain)
    {
        var suffix = Suffixes.FirstOrDefault(suffix => path.EndsWith(suffix, StringComparison.Ordinal));
        plain = suffix is null ? path : path[..^(suffix.Length - 3)];
        return suffix is not null;
    }

    /// <summary><c>drivers/net/virtio-net.ko</c> is <c>virtio_net</c>: the kernel takes dash and underscore for the same.</summary>
    public static string NameOf(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        var dot = name.IndexOf(".ko", StringComparison.Ordinal);
        return (dot < 0 ? name : name[..dot]).Replace('-', '_');
    }

    /// <summary>Reads a module, unpacking it when it is packed; <paramref name="content"/> is the plain file.</summary>
    public static KernelModule Read(string path, byte[] packed, out byte[] content)
    {
        const int Largest = 128 << 20;
        using var plain = new MemoryStream();
        using (var stream = Compression.OpenRead(new MemoryStream(packed), Largest)) stream.CopyTo(plain);
        content = plain.ToArray();
        var facts = Metadata(new ElfFile(content).ReadSection(".modinfo\0"u8));
        return new KernelModule(
            path,
            [.. facts["depends"].SelectMany(names => names.Split(',', StringSplitOptions.RemoveEmptyEntries)).Select(NameOf)],
            [.. facts["softdep"].SelectMany(words => words.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(word => !word.EndsWith(':'))],
            [.. facts["alias"]],
            [.. facts["firmware"]]);
    }

    private static ILookup<string, string> Metadata(ReadOnlySpan<byte> section) =>
        Encoding.UTF8.GetString(section).Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Select(fact => fact.Split('=', 2))
            .Where(fact => fact.Length == 2)
            .ToLookup(fact => fact[0], fact => fact[1], StringComparer.Ordinal);
}
