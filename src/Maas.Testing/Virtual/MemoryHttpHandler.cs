namespace Maas.Testing.Virtual;

/// <summary>
/// A machine's HTTP requests on a network in memory: each takes the time of the links, and loss delays it as TCP's retransmissions do. The
/// answer comes from the handler of the host that is asked.
/// </summary>
internal sealed class MemoryHttpHandler(VirtualNetwork network, VirtualHost client) : HttpMessageHandler
{
    private const int MostRedirects = 10, MostTransmissions = 7;
    private static readonly TimeSpan FirstTimeout = TimeSpan.FromSeconds(1); // RFC 6298 section 2

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var asked = request;
        for (var redirects = 0; ; redirects++)
        {
            var response = await SendOnceAsync(asked, cancellationToken).ConfigureAwait(false);
            if (redirects == MostRedirects
                || response.Headers.Location is not { } location
                || (int)response.StatusCode is not (301 or 302 or 303 or 307 or 308)
                || (request.Method != HttpMethod.Get && request.Method != HttpMethod.Head)) return response;
            response.Dispose();
            asked = new HttpRequestMessage(request.Method, new Uri(asked.RequestUri!, location)); // it was sent there
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var url = request.RequestUri ?? throw new HttpRequestException("The request has no address.");
        var server = network.Find(url.Host);
        await TravelAsync(client, server, url, cancellationToken).ConfigureAwait(false);
        if (server!.HttpServerAt(url.Port) is not { } handler) // travelled to
        {
            await TravelAsync(server, client, url, cancellationToken).ConfigureAwait(false);
            throw new HttpRequestException(HttpRequestError.ConnectionError, $"Connection refused ({url.Host}:{url.Port})");
        }

        request.Headers.TryAddWithoutValidation("X-Forwarded-For", client.Address.ToString());
        var response = await network.Loop.OutsideAsync(
            $"{request.Method} {url.GetLeftPart(UriPartial.Authority)}", () => AnswerAsync(handler, request, cancellationToken))
            .ConfigureAwait(false);
        await TravelAsync(server, client, url, cancellationToken).ConfigureAwait(false);
        return response;
    }

    private static async ValueTask<HttpResponseMessage> AnswerAsync(
        HttpMessageInvoker handler,
        HttpRequestMessage request,
        CancellationToken cancellationToken)
    {
        var response = await handler.SendAsync(request, cancellationToken).ConfigureAwait(false);
        await response.Content.LoadIntoBufferAsync(cancellationToken).ConfigureAwait(false);
        return response;
    }

    private async Task TravelAsync(VirtualHost from, VirtualHost? to, Uri url, CancellationToken cancellationToken)
    {
        var timeout = FirstTimeout;
        for (var transmissions = 0; transmissions < MostTransmissions; transmissions++, timeout *= 2)
        {
            if (to is not null && from.TryReach(to, out var takes))
            {
                await Task.Delay(takes, network.TimeProvider, cancellationToken).ConfigureAwait(false);
                return;
            }

            await Task.Delay(timeout, network.TimeProvider, cancellationToken).ConfigureAwait(false);
        }

        throw new HttpRequestException(HttpRequestError.ConnectionError, $"Connection timed out ({url.Host}:{url.Port})");
    }
}
