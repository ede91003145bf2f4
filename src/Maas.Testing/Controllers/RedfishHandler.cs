using System.Net;
using System.Text;

namespace Maas.Testing.Controllers;

/// <summary>A simulated Redfish service as the HTTP server of a host on a network in memory.</summary>
internal sealed class RedfishHandler(RedfishResponder responder) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in request.Headers.NonValidated) headers[name] = values.ToString();
        var body = request.Content is { } content ? await content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false) : [];
        var path = request.RequestUri?.PathAndQuery ?? "/";
        var answer = responder.Respond(new HttpExchange(request.Method.Method, path, headers, body));
        var response = new HttpResponseMessage((HttpStatusCode)answer.Status)
        {
            RequestMessage = request,
            Content = answer.Body is null
                ? new ByteArrayContent([])
                : new StringContent(answer.Body.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        foreach (var (name, value) in answer.Headers) response.Headers.TryAddWithoutValidation(name, value);
        return response;
    }
}
