using System.Net;
using System.Security.Cryptography;
using System.Text;
using Maas.Core.Configuration;
using Maas.Core.Images;
using Maas.Hosting.Packages;
using Maas.Images.Debian;
using Maas.Images.Downloads;
using Maas.Images.Import;
using Maas.Images.Library;
using Maas.Images.Simplestreams;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Hosting.Images;

/// <summary>
/// Core's sources of images by <c>Maas.Images</c>: simplestreams mirrors into the library of this host. It is used by Core, so it looks
/// Core's parts up when they are there.
/// </summary>
internal sealed class SimplestreamsReader(IServiceProvider services, ImageLibrary library, TimeProvider timeProvider) : IBootSourceReader
{
    private const string Prefix = "boot-source-";
    private const string DefaultIndex = "streams/v1/index.sjson";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<OfferedImage>> ListAsync(BootSource source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        using var http = Downloader.CreateClient(await FindProxyAsync(cancellationToken).ConfigureAwait(false));
        // A person waits for the answer.
        var import = new ImageImport(library, new Downloader(http, new DownloadOptions { Retries = 1 }, timeProvider), timeProvider);
        var listing = await import.ListAsync(StreamsOf(source), cancellationToken).ConfigureAwait(false);
        return [.. listing.Files.OfType<SourceFile.Remote>().Select(SimplestreamsSession.Offer).OfType<OfferedImage>()];
    }

    /// <inheritdoc/>
    public async Task<BootSourceSession> OpenAsync(BootSource source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        var http = Downloader.CreateClient(await FindProxyAsync(cancellationToken).ConfigureAwait(false));
        try
        {
            var import = new ImageImport(library, new Downloader(http, timeProvider: timeProvider), timeProvider);
            var session = await import.OpenAsync(StreamsOf(source), cancellationToken).ConfigureAwait(false);
            return new SimplestreamsSession(library, session, http);
        }
        catch
        {
            http.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task ReleaseOthersAsync(IReadOnlyList<BootSource> sources, CancellationToken cancellationToken)
    {
        var known = sources.Select(NameOf).ToHashSet(StringComparer.Ordinal);
        using var http = Downloader.CreateClient();
        var import = new ImageImport(library, new Downloader(http), timeProvider);
        foreach (var record in library.Imports().Where(record => record.Source.StartsWith(Prefix, StringComparison.Ordinal)).ToList())
        {
            if (!known.Contains(record.Source)) await import.RemoveAsync(record.Source, cancellationToken).ConfigureAwait(false);
        }
    }

    // The address alone names it: what was seen of another mirror says nothing about this one.
    private static string NameOf(BootSource source) =>
        Prefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source.Url)))[..32];

    private static SimplestreamsSource StreamsOf(BootSource source)
    {
        var (mirror, index) = Split(source.Url);
        return new SimplestreamsSource { Name = NameOf(source), Mirrors = [mirror], Index = index, Keyring = KeyringOf(source) };
    }

    /// <summary>An address may name the folder that holds <c>streams/</c>, or the index itself.</summary>
    private static (Uri Mirror, string Index) Split(string url)
    {
        var at = url.IndexOf("/streams/", StringComparison.Ordinal);
        return at >= 0 && (url.EndsWith(".sjson", StringComparison.Ordinal) || url.EndsWith(".json", StringComparison.Ordinal))
            ? (new Uri(url[..(at + 1)]), url[(at + 1)..])
            : (new Uri(url.TrimEnd('/') + "/"), DefaultIndex);
    }

    private static OpenPgpKeyring KeyringOf(BootSource source)
    {
        if (source.KeyringData.Length > 0) return OpenPgpKeyring.Read(new MemoryStream(source.KeyringData.ToArray(), writable: false));
        try
        {
            return OpenPgpKeyring.Load(source.KeyringFilename);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"The keyring {source.KeyringFilename} cannot be read on this host: install the package that has it, or give the source "
                    + "the keyring itself.",
                unreadable);
        }
    }

    /// <summary>The proxy of the settings, else that of the environment.</summary>
    private async Task<IWebProxy> FindProxyAsync(CancellationToken cancellationToken)
    {
        var settings = services.GetRequiredService<Settings>();
        if (await settings.GetAsync(SettingCatalogue.ImportWithoutProxy, cancellationToken).ConfigureAwait(false) == "true")
            return new WebProxy(); // none at all
        var proxies = services.GetRequiredService<PackageProxies>();
        return await proxies.ForImagesAsync(cancellationToken).ConfigureAwait(false) is { } address
            ? UpstreamProxy.Of(address)
            : UpstreamProxy.OfEnvironment();
    }
}
