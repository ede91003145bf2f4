using Maas.Core.Images;
using Maas.Images;
using Maas.Images.FileTrees;
using Maas.Images.Import;
using Maas.Images.Library;

namespace Maas.Hosting.Images;

/// <summary>A simplestreams mirror whose index was read.</summary>
internal sealed class SimplestreamsSession : BootSourceSession
{
    private readonly ImageLibrary _library;
    private readonly ImportSession _session;
    private readonly HttpClient _http;
    private readonly Dictionary<string, SourceFile.Remote> _files = new(StringComparer.Ordinal);
    private readonly List<OfferedImage> _images = [];

    public SimplestreamsSession(ImageLibrary library, ImportSession session, HttpClient http)
    {
        (_library, _session, _http) = (library, session, http);
        foreach (var file in session.Files.OfType<SourceFile.Remote>())
        {
            if (Offer(file) is { } image && _files.TryAdd(image.File, file)) _images.Add(image);
        }
    }

    public override IReadOnlyList<OfferedImage> Images => _images;

    public override void RequireSpace(IReadOnlyList<OfferedImage> images) =>
        _session.RequireSpace([.. images.Select(image => _files[image.File])]);

    public override async Task<string?> FetchAsync(OfferedImage image, IProgress<long> received, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        var imported = await _session.FetchAsync(_files[image.File], new Bytes(received), cancellationToken).ConfigureAwait(false);
        return image.FileType == "squashfs"
            ? await FindFaultAsync(imported.Digest, cancellationToken).ConfigureAwait(false)
            : null;
    }

    public override Task CompleteAsync(IReadOnlyList<OfferedImage> pending, CancellationToken cancellationToken) =>
        _session.ReleaseAsync(pending.Select(image => _files[image.File]), cancellationToken);

    public override ValueTask DisposeAsync()
    {
        _session.Dispose();
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A file of a product as Core knows it; <see langword="null"/> for one without the attributes of an image.</summary>
    public static OfferedImage? Offer(SourceFile.Remote file)
    {
        var facts = file.Metadata;
        // The name is PRODUCT/VERSION/ITEM, and a product may have slashes.
        if (file.Name.Split('/') is not [.. var product, var version, _] || file.Length is not { } size) return null;
        if (facts.GetValueOrDefault("os") is not { } system || facts.GetValueOrDefault("release") is not { } release
            || facts.GetValueOrDefault("arch") is not { } architecture || facts.GetValueOrDefault("ftype") is not { } type)
            return null;
        return new OfferedImage
        {
            File = file.Name, Product = string.Join('/', product), Version = version, OsSystem = system, Release = release,
            Architecture = architecture, FileType = type, Size = size, Sha256 = file.Hash.Hex,
            Subarchitectures =
            [
                .. new[] { facts.GetValueOrDefault("subarch") ?? "" }
                    .Concat((facts.GetValueOrDefault("subarches") ?? "").Split(',', StringSplitOptions.TrimEntries))
                    .Where(name => name.Length > 0).Distinct(StringComparer.Ordinal),
            ],
            Label = facts.GetValueOrDefault("label") ?? "",
            Title = TitleOf(facts),
        };
    }

    private static string TitleOf(IReadOnlyDictionary<string, string> facts)
    {
        var release = facts.GetValueOrDefault("release_title") ?? facts.GetValueOrDefault("version") ?? "";
        return $"{facts.GetValueOrDefault("os_title")} {release}".Trim();
    }

    /// <summary>
    /// Why a root archive cannot be deployed: it has no kernel where the agent looks for it, and no apt by which the agent installs one, as
    /// MAAS's own have.
    /// </summary>
    private async Task<string?> FindFaultAsync(Sha256Digest digest, CancellationToken cancellationToken)
    {
        var content = _library.OpenRead(digest) ?? throw new IOException($"The blob {digest} has gone.");
        await using var closing = content.ConfigureAwait(false);
        try
        {
            using var image = await DiskImage.OpenAsync(content, null, cancellationToken).ConfigureAwait(false);
            var tree = image.OpenTree();
            return HasKernel(tree) || InstallsKernel(tree) ? null : "It has no kernel in /boot, and no apt to install one.";
        }
        catch (InvalidImageException damaged)
        {
            return $"It cannot be read: {damaged.Message}";
        }
    }

    private static bool HasKernel(IFileTree tree) =>
        tree.Resolve("boot") is { Kind: FileKind.Directory } boot
        && tree.List(boot).Take(10_000).Any(file => file.Name.StartsWith("vmlinu", StringComparison.Ordinal));

    // Of Debian and Ubuntu the agent knows which packages to install.
    private static bool InstallsKernel(IFileTree tree)
    {
        if (tree.Resolve("usr/bin/apt-get") is not { Kind: FileKind.File }) return false;
        if (tree.Resolve("etc/os-release") is not { Kind: FileKind.File, Length: < 65_536 } release) return false;
        using var text = new StreamReader(tree.OpenRead(release));
        return text.ReadToEnd().Split('\n').Any(line => line.Trim() is "ID=ubuntu" or "ID=debian" or "ID=\"ubuntu\"" or "ID=\"debian\"");
    }

    private sealed class Bytes(IProgress<long> received) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value)
        {
            if (value.Step is "download" or "keep" or "store") received.Report(value.Done);
        }
    }
}
