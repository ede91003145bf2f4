namespace Maas.Images.Simplestreams;

/// <summary>
/// Which of a mirror's images are wanted. Each set that is given must hold the product's word for it; an attribute that a product does
/// not have is not required of it (a boot loader has no subarchitecture).
/// </summary>
public sealed record SimplestreamsFilter
{
    /// <summary><c>os</c>: <c>ubuntu</c>, <c>centos</c>, <c>grub-efi-signed</c>; <see langword="null"/> for any.</summary>
    public IReadOnlySet<string>? OperatingSystems { get; init; }

    /// <summary><c>release</c>: <c>noble</c>, <c>jammy</c>, <c>centos70</c>; <see langword="null"/> for any.</summary>
    public IReadOnlySet<string>? Releases { get; init; }

    /// <summary><c>arch</c>: <c>amd64</c>, <c>arm64</c>; <see langword="null"/> for any.</summary>
    public IReadOnlySet<string>? Architectures { get; init; }

    /// <summary><c>subarch</c>: <c>ga-24.04</c>, <c>hwe-24.04</c>, <c>generic</c>; <see langword="null"/> for any.</summary>
    public IReadOnlySet<string>? Subarchitectures { get; init; }

    /// <summary><c>label</c>: <c>stable</c>, <c>candidate</c>, <c>release</c>; <see langword="null"/> for any.</summary>
    public IReadOnlySet<string>? Labels { get; init; }

    /// <summary>
    /// <c>ftype</c> of the items: <c>boot-kernel</c>, <c>boot-initrd</c>, <c>squashfs</c>, <c>root-image.gz</c>; <see langword="null"/> for
    /// any.
    /// </summary>
    public IReadOnlySet<string>? FileTypes { get; init; }

    /// <summary>How many of a product's versions, the newest ones. Default 1.</summary>
    public int Versions { get; init; } = 1;

    /// <summary>
    /// The filter in words that are the same for the same choice: <c>arch=amd64 release=jammy,noble</c>; empty for everything.
    /// </summary>
    public override string ToString()
    {
        (string Name, IReadOnlySet<string>? Wanted)[] sets =
        [
            ("os", OperatingSystems),
            ("release", Releases),
            ("arch", Architectures),
            ("subarch", Subarchitectures),
            ("label", Labels),
            ("ftype", FileTypes),
        ];
        // not null: asked for just now
        var words =
            sets.Where(set => set.Wanted is not null)
                .Select(set => $"{set.Name}={string.Join(',', set.Wanted!.Order(StringComparer.Ordinal))}");
        return string.Join(' ', Versions == 1 ? words : words.Append($"versions={Versions}"));
    }

    internal bool AdmitsProduct(IReadOnlyDictionary<string, string> attributes) =>
        Admits(OperatingSystems, attributes, "os")
        && Admits(Releases, attributes, "release")
        && Admits(Architectures, attributes, "arch")
        && Admits(Subarchitectures, attributes, "subarch");

    /// <summary>Items inherit the attributes of the levels above; labels are at the product or at the version.</summary>
    internal bool AdmitsItem(IReadOnlyDictionary<string, string> attributes) =>
        AdmitsProduct(attributes) && Admits(Labels, attributes, "label") && Admits(FileTypes, attributes, "ftype");

    private static bool Admits(IReadOnlySet<string>? wanted, IReadOnlyDictionary<string, string> attributes, string name) =>
        wanted is null || !attributes.TryGetValue(name, out var value) || wanted.Contains(value);
}
