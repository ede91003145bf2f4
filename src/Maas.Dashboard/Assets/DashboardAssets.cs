using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Maas.Dashboard.Assets;

/// <summary>The style sheets and scripts, from this assembly. A file is read, hashed and compressed when it is first asked for.</summary>
internal sealed class DashboardAssets
{
    private readonly Dictionary<string, Lazy<Asset>> _all =
        new[] { "dashboard.css", "mudblazor.css", "mudblazor.js", "blazor.js" }
            .ToDictionary(name => name, name => new Lazy<Asset>(() => Asset.Load(name)), StringComparer.Ordinal);

    /// <summary>The URL of a file, relative to the mount point. It changes with the content.</summary>
    public string UrlOf(string name) => $"assets/{name}?v={_all[name].Value.Version}";

    /// <summary>Answers a request for a file.</summary>
    public async Task WriteAsync(HttpContext http)
    {
        var (request, response) = (http.Request, http.Response);
        var name = (string?)request.RouteValues["name"] ?? "";
        if (!_all.TryGetValue(name, out var lazy))
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var asset = lazy.Value;
        response.Headers.ETag = $"\"{asset.Version}\"";
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        response.Headers.CacheControl = request.Query["v"] == asset.Version ? "public, max-age=31536000, immutable" : "no-cache";
        if (request.Headers.IfNoneMatch == response.Headers.ETag)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = name.EndsWith(".css", StringComparison.Ordinal)
            ? "text/css; charset=utf-8"
            : "text/javascript; charset=utf-8";
        var compressed = request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase);
        if (compressed) response.Headers.ContentEncoding = "gzip";
        var body = compressed ? asset.Compressed : asset.Plain;
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, http.RequestAborted).ConfigureAwait(false);
    }

    private sealed record Asset(byte[] Plain, byte[] Compressed, string Version)
    {
        public static Asset Load(string name)
        {
            using var resource = typeof(DashboardAssets).Assembly.GetManifestResourceStream($"Maas.Dashboard.Assets.{name}")
                ?? throw new InvalidOperationException($"The assembly has no file {name}.");
            var plain = new byte[resource.Length];
            resource.ReadExactly(plain);
            using var compressed = new MemoryStream();
            using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(plain);
            return new Asset(plain, compressed.ToArray(), Convert.ToHexStringLower(SHA256.HashData(plain))[..16]);
        }
    }
}
