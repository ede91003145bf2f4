using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Maas.Core;
using Maas.Core.Delivery;

namespace Maas.Hosting.Webhooks;

/// <summary>
/// Posts changes to a URL. Of the answer only the status and <c>Retry-After</c> are read. What it reports contains no part of the URL but
/// the host.
/// </summary>
internal sealed class WebhookDestination : IChangeDestination
{
    private readonly Uri _url;
    private readonly IReadOnlyList<byte[]> _keys;
    private readonly TimeSpan _timeout;
    private readonly HttpMessageInvoker _http;
    private readonly TimeProvider _timeProvider;

    /// <param name="options">The options; they are valid.</param>
    /// <param name="http">Sends requests; not disposed of.</param>
    /// <param name="timeProvider">
    /// The clock of the store (<see cref="MaasCore.TimeProvider"/>): receivers refuse a signature whose time is minutes off.
    /// </param>
    public WebhookDestination(WebhookEndpointOptions options, HttpMessageInvoker http, TimeProvider timeProvider)
    {
        _url = options.Url ?? throw new ArgumentException("A webhook has a URL.", nameof(options));
        _keys = [.. options.SigningSecrets.Select(secret => WebhookSignature.KeyOf(secret)).OfType<byte[]>()];
        (_timeout, _http, _timeProvider) = (options.Timeout, http, timeProvider);
    }

    /// <inheritdoc/>
    public async Task<DeliveryResult> DeliverAsync(ChangeEvent change, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_timeout, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = RequestFor(change);
            using var response = await _http.SendAsync(request, either.Token).ConfigureAwait(false);
            return ResultOf(response);
        }
        catch (HttpRequestException failure)
        {
            return ResultOf(failure);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new DeliveryResult.Rejected(
                string.Create(CultureInfo.InvariantCulture, $"{_url.Host} did not answer in {_timeout.TotalSeconds:0.#} s."));
        }
    }

    private HttpRequestMessage RequestFor(ChangeEvent change)
    {
        var body = change.ToCloudEvent();
        var timestamp = _timeProvider.GetUtcNow().ToUnixTimeSeconds();
        var content = new ReadOnlyMemoryContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/cloudevents+json", "utf-8");
        var request = new HttpRequestMessage(HttpMethod.Post, _url) { Content = content };
        request.Headers.UserAgent.ParseAdd("maas-dotnet");
        request.Headers.Add("webhook-id", change.Id);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", WebhookSignature.Of(_keys, change.Id, timestamp, body));
        return request;
    }

    private DeliveryResult ResultOf(HttpResponseMessage response)
    {
        if (response.IsSuccessStatusCode) return new DeliveryResult.Delivered();
        var reason = string.Create(CultureInfo.InvariantCulture, $"{_url.Host} answered {(int)response.StatusCode}.");
        var after = response.Headers.RetryAfter is { } retry ? retry.Delta ?? retry.Date - _timeProvider.GetUtcNow() : null;
        return response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway
            or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
                ? new DeliveryResult.Unavailable(reason, after)
                : new DeliveryResult.Rejected(reason, after);
    }

    // A connection that ends without an answer may be the fault of this change: it counts.
    private DeliveryResult ResultOf(HttpRequestException failure)
    {
        var detail = failure.InnerException switch
        {
            SocketException socket => socket.SocketErrorCode.ToString(),
            IOException { InnerException: SocketException socket } => socket.SocketErrorCode.ToString(),
            IOException io => io.Message,
            _ => failure.HttpRequestError.ToString(),
        };
        return failure.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            or HttpRequestError.SecureConnectionError
                ? new DeliveryResult.Unavailable($"{_url.Host} cannot be reached: {detail}")
                : new DeliveryResult.Rejected($"{_url.Host} did not answer: {failure.HttpRequestError}");
    }
}
