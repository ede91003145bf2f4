using System.Net;
using System.Net.Http.Headers;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text;
using Maas.Core.Images;
using Maas.Images;
using Maas.Images.Peers;
using Microsoft.AspNetCore.Http;

namespace Maas.Hosting.Images;

/// <summary>
/// Finds the other host that has the first pieces of an upload, and sends it the next one. The requests are those of
/// <see cref="PeerUploadEndpoint"/>.
/// </summary>
/// <param name="key">The key that the hosts have in common.</param>
/// <param name="list">Lists the other hosts.</param>
/// <param name="timeProvider">The clock that the hosts have in common.</param>
internal sealed class PeerUploads(
    PeerKey key, Func<CancellationToken, Task<IReadOnlyList<ImagePeer>>> list, TimeProvider timeProvider) : IDisposable
{
    private const int LongestReason = 1000;
    private static readonly TimeSpan S_connect = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan S_probe = TimeSpan.FromSeconds(5);
    // The last piece is answered when the hash of the whole image is checked.
    private static readonly TimeSpan S_piece = TimeSpan.FromMinutes(30);

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        UseProxy = false,
        ConnectTimeout = S_connect,
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan, // each request has one of its own
    };

    /// <summary>
    /// What a signature is for: one method, content and place in it. So a request that was overheard sends no other piece, and the same one
    /// only while it fits.
    /// </summary>
    public static Sha256Digest SubjectOf(string method, Sha256Digest digest, long offset) =>
        Sha256Digest.FromHash(SHA256.HashData(Encoding.ASCII.GetBytes($"upload {method} {digest} {offset}")));

    /// <inheritdoc cref="IImageContent.FindHolderAsync"/>
    public async Task<IUploadHolder?> FindAsync(Sha256Digest digest, long length, CancellationToken cancellationToken)
    {
        var peers = await list(cancellationToken).ConfigureAwait(false);
        var replies = await Task.WhenAll(peers.Select(peer => ProbeAsync(peer, digest, cancellationToken))).ConfigureAwait(false);
        for (var peer = 0; peer < replies.Length; peer++)
            if (replies[peer] is { } reply && reply.Length == length)
                return new Holder(this, peers[peer].Name, reply.Url, digest, length);
        string[] silent = [.. peers.Where((_, peer) => replies[peer] is null).Select(peer => peer.Name)];
        return silent.Length == 0 ? null : throw new ImageUnavailableException(
            $"The bytes that were sent before are at a host that does not answer ({string.Join(", ", silent)}). "
            + "Send the piece again later.");
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>How much of an upload a host has, and by which address it was asked; null when it does not answer.</summary>
    private async Task<(Uri Url, long Length)?> ProbeAsync(ImagePeer peer, Sha256Digest digest, CancellationToken cancellationToken)
    {
        foreach (var address in peer.Addresses.Take(PeerCache.MostAddresses))
        {
            var url = new Uri(address, $"{digest}/{PeerUploadEndpoint.Segment}");
            using var limit = new CancellationTokenSource(S_probe, timeProvider);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                using var request = RequestFor(HttpMethod.Head, url, digest, 0);
                using var response = await _http.SendAsync(request, either.Token).ConfigureAwait(false);
                if (response.StatusCode == HttpStatusCode.NotFound) return (url, 0);
                if (response.IsSuccessStatusCode && response.Headers.TryGetValues(PeerUploadEndpoint.OffsetHeader, out var values)
                    && long.TryParse(values.First(), out var length))
                    return (url, length);
            }
            catch (HttpRequestException)
            {
                // The next address may answer.
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // As above.
            }
        }

        return null;
    }

    private async Task<string?> SendAsync(
        string host, Uri url, Sha256Digest digest, long offset, Stream piece, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(S_piece, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = RequestFor(HttpMethod.Put, new Uri($"{url}?offset={offset}"), digest, offset);
            request.Content = new StreamContent(piece);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token)
                .ConfigureAwait(false);
            if (response.IsSuccessStatusCode) return null;
            if (response.StatusCode == HttpStatusCode.BadRequest)
                return await ReadReasonAsync(response, either.Token).ConfigureAwait(false);
            throw new ImageUnavailableException(
                $"The host {host}, which has the bytes that were sent before, answered {(int)response.StatusCode}. Send the piece again.");
        }
        catch (HttpRequestException failure)
        {
            // The client broke off, or sent more than is allowed: that is answered as it is without another host.
            if (failure.InnerException is BadHttpRequestException rejected) ExceptionDispatchInfo.Throw(rejected);
            throw Unanswered(host);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unanswered(host);
        }
    }

    private static ImageUnavailableException Unanswered(string host) => new(
        $"The host {host}, which has the bytes that were sent before, does not answer. Send the piece again later.");

    private static async Task<string> ReadReasonAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using var content = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var bytes = new byte[LongestReason];
        var length = await content.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken)
            .ConfigureAwait(false);
        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private HttpRequestMessage RequestFor(HttpMethod method, Uri url, Sha256Digest digest, long offset)
    {
        var request = new HttpRequestMessage(method, url);
        request.Headers.TryAddWithoutValidation(
            "Authorization", key.Sign(SubjectOf(method.Method, digest, offset), timeProvider.GetUtcNow()));
        return request;
    }

    private sealed class Holder(PeerUploads uploads, string host, Uri url, Sha256Digest digest, long offset) : IUploadHolder
    {
        public Task<string?> AppendAsync(Stream piece, CancellationToken cancellationToken) =>
            uploads.SendAsync(host, url, digest, offset, piece, cancellationToken);
    }
}
