using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FleetLoad;

/// <summary>
/// A server without sockets, pipes and threads of its own: a request runs where it is sent from, and costs what the application makes of
/// it.
/// </summary>
internal sealed class InProcessServer : IServer
{
    private Func<IFeatureCollection, Task> _process = _ => throw new InvalidOperationException("The server has not started.");

    public IFeatureCollection Features { get; } = new FeatureCollection();

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        _process = async features =>
        {
            var context = application.CreateContext(features);
            try
            {
                await application.ProcessRequestAsync(context);
                application.DisposeContext(context, exception: null);
            }
            catch (Exception exception)
            {
                application.DisposeContext(context, exception);
                throw;
            }
        };
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
    }

    /// <summary>Sends requests to the application.</summary>
    public HttpMessageHandler CreateHandler() => new Handler(this);

    private sealed class Handler(InProcessServer server) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken)
        {
            var url = message.RequestUri ?? throw new HttpRequestException("The request has no address.");
            var request = new HttpRequestFeature
            {
                Method = message.Method.Method,
                Path = Uri.UnescapeDataString(url.AbsolutePath),
                QueryString = url.Query,
                RawTarget = url.PathAndQuery,
                Protocol = "HTTP/1.1",
                Scheme = url.Scheme,
            };
            request.Headers.Host = url.Authority;
            foreach (var (name, values) in message.Headers.NonValidated) request.Headers[name] = values.ToString();
            if (message.Content is { } content)
            {
                var body = new MemoryStream();
                await content.CopyToAsync(body, cancellationToken);
                body.Position = 0;
                request.Body = body;
                foreach (var (name, values) in content.Headers.NonValidated) request.Headers[name] = values.ToString();
                request.Headers.ContentLength = body.Length;
            }

            var answer = new MemoryStream();
            var response = new HttpResponseFeature();
            var features = new FeatureCollection();
            features.Set<IHttpRequestFeature>(request);
            features.Set<IHttpResponseFeature>(response);
            var writer = new StreamResponseBodyFeature(answer);
            features.Set<IHttpResponseBodyFeature>(writer);
            features.Set<IHttpConnectionFeature>(new HttpConnectionFeature());
            await server._process(features);
            await writer.CompleteAsync();
            var result = new HttpResponseMessage((HttpStatusCode)response.StatusCode)
            {
                RequestMessage = message, Content = new ByteArrayContent(answer.GetBuffer(), 0, (int)answer.Length),
            };
            foreach (var (name, values) in response.Headers)
                if (!result.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
                    result.Content.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            return result;
        }
    }
}
