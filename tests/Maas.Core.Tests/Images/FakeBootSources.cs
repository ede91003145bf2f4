using System.Security.Cryptography;
using System.Text;
using Maas.Core.Images;

namespace Maas.Core.Tests.Images;

/// <summary>Sources whose images are texts, put into a core's content as they are fetched.</summary>
/// <param name="directory">The core's directory of images.</param>
internal sealed class FakeBootSources(Func<string> directory) : IBootSourceReader
{
    /// <summary>What each URL offers; a URL that is missing cannot be reached.</summary>
    public Dictionary<string, List<OfferedImage>> Offers { get; } = new(StringComparer.Ordinal);

    /// <summary>The files that were fetched.</summary>
    public List<string> Fetched { get; } = [];

    /// <summary>Files that cannot be fetched.</summary>
    public HashSet<string> Broken { get; } = new(StringComparer.Ordinal);

    /// <summary>The images that were still pending at the end of a session.</summary>
    public List<string> Pending { get; } = [];

    /// <summary>The sources of which the last import kept what was fetched; <see langword="null"/> before the first.</summary>
    public IReadOnlyList<string>? Kept { get; private set; }

    /// <summary>Called in each fetch.</summary>
    public Func<OfferedImage, IProgress<long>, CancellationToken, Task> Fetching { get; set; } = (_, _, _) => Task.CompletedTask;

    /// <summary>Whether the disk is full.</summary>
    public bool IsFull { get; set; }

    /// <summary>Why fetched images cannot be deployed.</summary>
    public string? Undeployable { get; set; }

    public static OfferedImage Offer(
        string release, string version, string architecture = "amd64", string subarchitecture = "ga-24.04", string type = "root-tgz",
        string system = "ubuntu", string label = "stable")
    {
        var bytes = BytesOf($"{release} {version}");
        return new OfferedImage
        {
            File = $"{system}:{release}:{architecture}:{subarchitecture}/{version}/{type}",
            Product = $"{system}:{release}:{architecture}:{subarchitecture}", Version = version, OsSystem = system, Release = release,
            Architecture = architecture, Subarchitectures = [subarchitecture, "generic"], Label = label, Title = $"Ubuntu {release}",
            FileType = type, Size = bytes.Length, Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)),
        };
    }

    public Task<IReadOnlyList<OfferedImage>> ListAsync(BootSource source, CancellationToken cancellationToken) =>
        Offers.TryGetValue(source.Url, out var offers)
            ? Task.FromResult<IReadOnlyList<OfferedImage>>(offers)
            : throw new HttpRequestException("Connection refused.");

    public Task<BootSourceSession> OpenAsync(BootSource source, CancellationToken cancellationToken) =>
        Offers.TryGetValue(source.Url, out var offers)
            ? Task.FromResult<BootSourceSession>(new Session(this, offers))
            : throw new HttpRequestException("Connection refused.");

    public Task ReleaseOthersAsync(IReadOnlyList<BootSource> sources, CancellationToken cancellationToken)
    {
        Kept = [.. sources.Select(source => source.Url)];
        return Task.CompletedTask;
    }

    private string Directory() => directory();

    private static byte[] BytesOf(string text) => Encoding.UTF8.GetBytes($"image {text}");

    private sealed class Session(FakeBootSources owner, IReadOnlyList<OfferedImage> images) : BootSourceSession
    {
        public override IReadOnlyList<OfferedImage> Images => images;

        public override void RequireSpace(IReadOnlyList<OfferedImage> wanted)
        {
            if (owner.IsFull && wanted.Count > 0) throw new IOException("The disk is full.");
        }

        public override async Task<string?> FetchAsync(OfferedImage image, IProgress<long> received, CancellationToken cancellationToken)
        {
            await owner.Fetching(image, received, cancellationToken);
            if (owner.Broken.Contains(image.File)) throw new IOException("The transfer broke.");
            owner.Fetched.Add(image.File);
            var content = new DirectoryImageContent(owner.Directory());
            var blob = new ImageBlob(image.Sha256, image.Size);
            if (await content.LengthAsync(blob, cancellationToken) == 0)
                await content.AppendAsync(blob, 0, new MemoryStream(BytesOf($"{image.Release} {image.Version}")), cancellationToken);
            return owner.Undeployable;
        }

        public override Task CompleteAsync(IReadOnlyList<OfferedImage> pending, CancellationToken cancellationToken)
        {
            owner.Pending.AddRange(pending.Select(image => image.File));
            return Task.CompletedTask;
        }

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
