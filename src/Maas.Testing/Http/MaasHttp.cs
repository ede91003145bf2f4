using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Maas.Testing.Events;

namespace Maas.Testing.Http;

/// <summary>
/// Asks the server as one program of the machine does: signed by OAuth 1.0a PLAINTEXT (RFC 5849 section 3.4.4) with the machine's own,
/// perhaps wrong, clock; a 401 corrects it from the Date header, once; silence, an answer that breaks off and a server's own trouble are
/// tried again: twelve times, after longer and longer pauses, as the agent does.
/// </summary>
internal sealed class MaasHttp(string program, HttpClient http, TimeSpan clockError, MachineLog log, TimeProvider timeProvider)
{
    private const int Tries = 12;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private TimeSpan _clockError = clockError;

    public NodeCredentials? Credentials { get; set; }

    /// <summary>What must not stand in the story: replaced by <c>***</c> in paths.</summary>
    public string? Secret { get; set; }

    /// <summary>Sends until there is a whole answer worth having; the caller disposes of it.</summary>
    /// <param name="method">The method.</param>
    /// <param name="url">The address.</param>
    /// <param name="content">The body, made anew for each try; <see langword="null"/> for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="HttpRequestException">No response arrived.</exception>
    public Task<HttpResponseMessage> SendAsync(
        HttpMethod method, Uri url, Func<HttpContent>? content, CancellationToken cancellationToken) =>
        SendAsync(method, url, content, null, HttpCompletionOption.ResponseContentRead, cancellationToken);

    /// <summary>Asks until there is an answer with a body, which the caller reads as it comes; the caller disposes of it.</summary>
    /// <param name="url">The address.</param>
    /// <param name="range">The part that is asked for; <see langword="null"/> for the whole.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="HttpRequestException">No response arrived.</exception>
    public Task<HttpResponseMessage> OpenAsync(Uri url, RangeHeaderValue? range, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, url, null, range, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        Uri url,
        Func<HttpContent>? content,
        RangeHeaderValue? range,
        HttpCompletionOption completion,
        CancellationToken cancellationToken)
    {
        var clockCorrected = false;
        var pause = TimeSpan.FromSeconds(1);
        for (var left = Tries; ; left--)
        {
            HttpResponseMessage? response = null;
            try
            {
                response = await SendOnceAsync(method, url, content, range, completion, cancellationToken).ConfigureAwait(false);
                if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
                    && Credentials is not null
                    && !clockCorrected
                    && response.Headers.Date is { } date)
                {
                    _clockError -= Clock - date;
                    clockCorrected = true;
                    response.Dispose();
                    continue;
                }

                if ((int)response.StatusCode is not (408 or 429 or >= 500) || left == 1) return response;
                response.Dispose();
            }
            catch (HttpRequestException e) when (left > 1)
            {
                log.Said(program, $"{url.GetLeftPart(UriPartial.Authority)} does not answer: {e.Message}");
            }

            await Task.Delay(pause, timeProvider, cancellationToken).ConfigureAwait(false);
            pause = pause * 2 > LongestPause ? LongestPause : pause * 2;
        }
    }

    private DateTimeOffset Clock => timeProvider.GetUtcNow() + _clockError;

    private async Task<HttpResponseMessage> SendOnceAsync(
        HttpMethod method,
        Uri url,
        Func<HttpContent>? content,
        RangeHeaderValue? range,
        HttpCompletionOption completion,
        CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Patience, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        using var request = new HttpRequestMessage(method, url) { Content = content?.Invoke() };
        request.Headers.Range = range;
        if (Credentials is { } key) request.Headers.TryAddWithoutValidation("Authorization", Authorization(key));
        try
        {
            var response = await http.SendAsync(request, completion, either.Token).ConfigureAwait(false);
            log.Http(
                program,
                method.Method,
                Secret is { } secret ? url.PathAndQuery.Replace(secret, "***", StringComparison.Ordinal) : url.PathAndQuery,
                (int)response.StatusCode);
            return response;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"no answer within {Patience.TotalSeconds:0} s", e);
        }
    }

    private string Authorization(NodeCredentials key) => string.Create(CultureInfo.InvariantCulture,
        $"OAuth oauth_version=\"1.0\", oauth_signature_method=\"PLAINTEXT\", "
            + $"oauth_consumer_key=\"{Uri.EscapeDataString(key.ConsumerKey)}\", oauth_token=\"{Uri.EscapeDataString(key.TokenKey)}\", "
            + $"oauth_signature=\"%26{Uri.EscapeDataString(key.TokenSecret)}\", "
            + $"oauth_nonce=\"{RandomNumberGenerator.GetHexString(32, lowercase: true)}\", "
            + $"oauth_timestamp=\"{Clock.ToUnixTimeSeconds()}\"");
}
