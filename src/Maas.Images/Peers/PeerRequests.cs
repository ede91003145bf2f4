using System.Net;

namespace Maas.Images.Peers;

/// <summary>Signs each request for a blob, whose digest is the last segment of the URL.</summary>
internal sealed class PeerRequests(PeerKey key, TimeProvider timeProvider, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>A client for requests to peers: without proxy, cookies and redirection.</summary>
    public static HttpClient CreateClient(PeerKey key, PeerCacheOptions options, TimeProvider timeProvider) =>
        new(new PeerRequests(key, timeProvider, new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = options.ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        }))
        {
            Timeout = Timeout.InfiniteTimeSpan, // a transfer is watched for stalls
        };

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri is { } url && Sha256Digest.TryParse(url.Segments[^1], out var digest))
            request.Headers.TryAddWithoutValidation("Authorization", key.Sign(digest, timeProvider.GetUtcNow()));
        return base.SendAsync(request, cancellationToken);
    }
}
