using System.Net;
using System.Net.Http.Headers;

namespace Maas.Images.Downloads;

/// <summary>
/// Asks one mirror for bytes from a place on. Only http and https are spoken, also behind a redirection; each wait for the mirror
/// ends; network errors are distinguished from disk errors.
/// </summary>
internal sealed class MirrorClient(HttpClient http, DownloadOptions options, TimeProvider timeProvider, bool allowFiles)
{
    private const int MostAtOnce = 256 << 10;
    private readonly RateLimit _limit = new(options.BytesPerSecond, timeProvider);

    /// <summary>Opens the file at a place.</summary>
    /// <param name="mirror">Where.</param>
    /// <param name="from">The first byte.</param>
    /// <param name="to">The last byte; <see langword="null"/> for all that follow.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="UntrustedArchiveException">The address, or its redirect, is not allowed.</exception>
    /// <exception cref="HttpRequestException">The mirror cannot be reached, or says no.</exception>
    public async Task<MirrorResponse> OpenAsync(Mirror mirror, long from, long? to, CancellationToken cancellationToken)
    {
        if (mirror.Url.IsFile && allowFiles) return OpenFile(mirror.Url, from);
        var url = mirror.Url;
        for (var hops = 0; ; hops++)
        {
            RequireHttp(mirror, url, url);
            using var request = Request(url, mirror.EntityTag, from, to);
            var response =
                await OrStallAsync(
                    mirror.Name, stall => http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stall), cancellationToken)
                    .ConfigureAwait(false);
            try
            {
                RequireHttp(mirror, mirror.Url, response.RequestMessage?.RequestUri ?? url); // a client that follows by itself
                if (Redirection(response, url) is not { } next)
                    return await AnswerAsync(mirror, response, from, cancellationToken).ConfigureAwait(false);
                if (hops == options.Redirects)
                    throw new UntrustedArchiveException(mirror.Name, $"it leads on more than {options.Redirects} times");
                RequireHttp(mirror, url, next);
                url = next;
                response.Dispose();
            }
            catch
            {
                response.Dispose();
                throw;
            }
        }
    }

    /// <summary>Reads what has come, and waits where a rate is set; 0 at the end.</summary>
    public async Task<int> ReadAsync(MirrorResponse answer, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            var read =
                await OrStallAsync(
                    answer.Name,
                    stall => answer.Body.ReadAsync(buffer[..Math.Min(buffer.Length, MostAtOnce)], stall).AsTask(),
                    cancellationToken)
                    .ConfigureAwait(false);
            await _limit.SpendAsync(read, cancellationToken).ConfigureAwait(false);
            return read;
        }
        catch (IOException fault) when (answer.Body is not FileStream && fault is not HttpIOException)
        {
            throw new HttpIOException(HttpRequestError.ConnectionError, $"{answer.Name} broke off.", fault);
        }
    }

    private static HttpRequestMessage Request(Uri url, string? entityTag, long from, long? to)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity")); // sizes and ranges are those of the file
        if (from == 0 && to is null) return request;
        request.Headers.Range = new RangeHeaderValue(from, to);
        if (entityTag is not null) request.Headers.IfRange = new RangeConditionHeaderValue(entityTag);
        return request;
    }

    private async Task<MirrorResponse> AnswerAsync(
        Mirror mirror,
        HttpResponseMessage response,
        long from,
        CancellationToken cancellationToken)
    {
        var name = mirror.Name;
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            throw new UntrustedArchiveException(name, $"it has no byte {from}, where an earlier transfer stopped");
        if (MirrorBusyException.RequestedBy(response, timeProvider.GetUtcNow()) is { } wait)
            throw new MirrorBusyException($"{name} answered {(int)response.StatusCode}: it is busy.", response.StatusCode, wait);
        if (!response.IsSuccessStatusCode)
            throw new HttpRequestException(
                $"{name} answered {(int)response.StatusCode} {response.ReasonPhrase}.", null, response.StatusCode);
        var body = await OrStallAsync(name, stall => response.Content.ReadAsStreamAsync(stall), cancellationToken).ConfigureAwait(false);
        if (response.Headers.ETag is { IsWeak: false } tag) mirror.EntityTag = tag.Tag;
        if (response.StatusCode != HttpStatusCode.PartialContent)
            return new MirrorResponse(name, body, response) { Total = response.Content.Headers.ContentLength };
        if (response.Content.Headers.ContentRange is not { Unit: "bytes", From: { } first } range || first != from)
            throw new HttpIOException(HttpRequestError.InvalidResponse, $"{name} answered with other bytes than those from {from} on.");
        return new MirrorResponse(name, body, response) { From = first, Total = range.Length, IsRange = true };
    }

    private static Uri? Redirection(HttpResponseMessage response, Uri url) => response.StatusCode switch
    {
        HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect
            or HttpStatusCode.PermanentRedirect =>
            response.Headers.Location is { } location
                ? new Uri(url, location)
                : throw new HttpRequestException($"{RemotePath.Shown(url)} leads on to nowhere.", null, response.StatusCode),
        _ => null,
    };

    private static void RequireHttp(Mirror mirror, Uri from, Uri to)
    {
        if (to.Scheme != Uri.UriSchemeHttp && to.Scheme != Uri.UriSchemeHttps)
            throw new UntrustedArchiveException(mirror.Name, $"only http and https are fetched, not {to.Scheme}");
        if (from.Scheme == Uri.UriSchemeHttps && to.Scheme != Uri.UriSchemeHttps)
            throw new UntrustedArchiveException(mirror.Name, "it leads from https to http");
        if (to.UserInfo.Length > 0)
            throw new UntrustedArchiveException(mirror.Name, "its address has a password in it; credentials are the HTTP client's");
    }

    private static MirrorResponse OpenFile(Uri url, long from)
    {
        var file = File.OpenRead(url.LocalPath);
        file.Position = Math.Min(from, file.Length);
        return new MirrorResponse(RemotePath.Shown(url), file, null) { From = file.Position, Total = file.Length, IsRange = true };
    }

    /// <summary>
    /// One wait for the mirror, of <see cref="DownloadOptions.StallTimeout"/> at most: it may also accept a connection and say nothing.
    /// </summary>
    private async Task<T> OrStallAsync<T>(string name, Func<CancellationToken, Task<T>> wait, CancellationToken cancellationToken)
    {
        using var stall = new CancellationTokenSource(options.StallTimeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stall.Token, cancellationToken);
        try
        {
            return await wait(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpIOException(HttpRequestError.Unknown, $"{name} sent nothing for {options.StallTimeout.TotalSeconds:0} s.");
        }
        catch (Exception fault) when (fault is NotSupportedException or UriFormatException)
        {
            // What a client that follows redirections by itself says to one away from http.
            throw new UntrustedArchiveException(name, "it leads to what cannot be fetched", fault);
        }
    }
}
