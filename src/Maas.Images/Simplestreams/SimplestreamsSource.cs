using Maas.Images.Debian;
using Maas.Images.Import;

namespace Maas.Images.Simplestreams;

/// <summary>
/// A simplestreams mirror, streams version 1: what MAAS's and Ubuntu's images are published in. The index and the products are signed,
/// and name the hash of every file.
/// </summary>
/// <example><code>
/// var source = SimplestreamsSource.ForMaas(new()
/// {
///     Releases = new HashSet&lt;string> { "noble" }, Architectures = new HashSet&lt;string> { "amd64" },
///     FileTypes = new HashSet&lt;string> { "boot-kernel", "boot-initrd", "squashfs" },
/// });
/// await foreach (var progress in import.RunAsync(source)) bar.Show(progress);
/// </code></example>
public sealed class SimplestreamsSource : IImageSource
{
    /// <inheritdoc/>
    public required string Name { get; init; }

    /// <summary>The folders that hold <c>streams/</c>: http or https; the preferred one first, the same content in all.</summary>
    public required IReadOnlyList<Uri> Mirrors { get; init; }

    /// <summary>The keys that may sign the metadata.</summary>
    public required OpenPgpKeyring Keyring { get; init; }

    /// <summary>
    /// The index: <c>.sjson</c> is signed in the clear, <c>.json</c> by a <c>.json.gpg</c> beside it. Default
    /// <c>streams/v1/index.sjson</c>.
    /// </summary>
    public string Index { get; init; } = "streams/v1/index.sjson";

    /// <summary>Which images. Default: the newest version of all of them.</summary>
    public SimplestreamsFilter Filter { get; init; } = new();

    /// <summary>
    /// How old the metadata's date may be: an older one is rejected as a frozen mirror. Default <see langword="null"/>: any age, but
    /// never older than what was seen before.
    /// </summary>
    public TimeSpan? MaximumAge { get; init; }

    /// <summary>How far the mirror's clock may be ahead of ours. Default 1 day.</summary>
    public TimeSpan ClockTolerance { get; init; } = TimeSpan.FromDays(1);

    /// <summary>The largest document that is read, in bytes. Default 16 MiB.</summary>
    public int MostMetadataBytes { get; init; } = 16 << 20;

    /// <summary>MAAS's own images, <c>images.maas.io</c>, stable.</summary>
    /// <param name="filter">Which; <see langword="null"/> for the newest of all of them, which are many gigabytes.</param>
    /// <param name="keyring">The keys; <see langword="null"/> for those that Ubuntu's package ubuntu-cloudimage-keyring installs.</param>
    public static SimplestreamsSource ForMaas(SimplestreamsFilter? filter = null, OpenPgpKeyring? keyring = null) => new()
    {
        Name = "images.maas.io",
        Mirrors = [new Uri("https://images.maas.io/ephemeral-v3/stable/")],
        Keyring = keyring ?? OpenPgpKeyring.Load("/usr/share/keyrings/ubuntu-cloudimage-keyring.gpg"),
        Filter = filter ?? new SimplestreamsFilter(),
    };

    /// <inheritdoc/>
    public string Selection => Filter.ToString() is { Length: > 0 } words ? words : "everything";

    /// <inheritdoc/>
    public async Task<SourceListing> ListAsync(SourceContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var freshness = new SimplestreamsFreshness(context.Marks, context.Time.GetUtcNow(), ClockTolerance, MaximumAge);
        using var index = await FetchAsync(context, Index, "index:1.0", cancellationToken).ConfigureAwait(false);
        freshness.Check("index", index.Document.Updated, null, index.Location);
        List<SourceFile> files = [];
        foreach (var (contentId, path, updated) in index.Document.Entries())
        {
            using var products = await FetchAsync(context, path, "products:1.0", cancellationToken).ConfigureAwait(false);
            freshness.Check(contentId, products.Document.Updated, updated, products.Location);
            foreach (var (product, version) in products.Document.Newest()) freshness.CheckVersion(product, version, products.Location);
            files.AddRange(products.Document.Items(Filter).Select(FileOf));
        }

        return files.Count > 0
            ? new SourceListing(files, freshness.Marks)
            : throw new FileNotFoundException($"{Name} has no image that the filter lets through.");
    }

    private SourceFile.Remote FileOf(SimplestreamsItem item) => new()
    {
        Name = item.Name,
        Locations = SignedText.Resolve(Mirrors, item.Path),
        Hash = item.Sha256,
        Length = item.Size,
        Metadata = item.Attributes,
    };

    private async Task<Fetched> FetchAsync(SourceContext context, string path, string format, CancellationToken cancellationToken)
    {
        var signed = path.EndsWith(".sjson", StringComparison.Ordinal)
            ? await SignedText.FetchClearSignedAsync(context, Mirrors, path, Keyring, MostMetadataBytes, ClockTolerance, cancellationToken)
                .ConfigureAwait(false)
            : await SignedText.FetchDetachedAsync(
                context, Mirrors, path, path + ".gpg", Keyring, MostMetadataBytes, ClockTolerance, cancellationToken)
                .ConfigureAwait(false);
        return new Fetched(SimplestreamsDocument.Parse(signed.Text, format, signed.Location), signed.Location);
    }

    private sealed record Fetched(SimplestreamsDocument Document, string Location) : IDisposable
    {
        public void Dispose() => Document.Dispose();
    }
}
