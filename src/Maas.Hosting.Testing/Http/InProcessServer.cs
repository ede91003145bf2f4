using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Maas.Hosting.Testing.Http;

/// <summary>
/// A server of ASP.NET Core without sockets, pipes and threads of its own, for tests and load: a request runs on the thread that sends it,
/// and costs what the application makes of it. Bodies are kept in memory.
/// </summary>
/// <example><code>
/// var server = new InProcessServer();
/// builder.Services.AddSingleton&lt;IServer&gt;(server);
/// await using var app = builder.Build();
/// await app.StartAsync();
/// using var client = new HttpClient(server.CreateHandler()) { BaseAddress = new Uri("http://localhost/") };
/// </code></example>
public sealed class InProcessServer : IServer
{
    private Func<IFeatureCollection, Task> _process = _ => throw new InvalidOperationException("The server has not started.");

    /// <inheritdoc/>
    public IFeatureCollection Features { get; } = new FeatureCollection();

    /// <inheritdoc/>
    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        ArgumentNullException.ThrowIfNull(application);
        _process = async features =>
        {
            var context = application.CreateContext(features);
            try
            {
                await application.ProcessRequestAsync(context).ConfigureAwait(false);
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

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <summary>Runs one request in the application, for clients that make their own features.</summary>
    /// <param name="features">The request, and where the response is written.</param>
    /// <exception cref="InvalidOperationException">The server has not started.</exception>
    public Task ProcessAsync(IFeatureCollection features) => _process(features);

    /// <summary>Sends requests to the application. What the application throws is thrown to the client.</summary>
    public HttpMessageHandler CreateHandler() => new Handler(this);

    private sealed class Handler(InProcessServer server) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken)
        {
            var features = new FeatureCollection();
            features.Set(await RequestOf(message, cancellationToken).ConfigureAwait(false));
            var response = new HttpResponseFeature();
            features.Set<IHttpResponseFeature>(response);
            var answer = new MemoryStream();
            var writer = new StreamResponseBodyFeature(answer);
            features.Set<IHttpResponseBodyFeature>(writer);
            features.Set<IHttpConnectionFeature>(new HttpConnectionFeature());
            await server._process(features).ConfigureAwait(false);
            await writer.CompleteAsync().ConfigureAwait(false);
            return ResponseOf(message, response, answer);
        }

        private static async Task<IHttpRequestFeature> RequestOf(HttpRequestMessage message, CancellationToken cancellationToken)
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
            if (message.Content is not { } content) return request;
            var body = new MemoryStream();
            await content.CopyToAsync(body, cancellationToken).ConfigureAwait(false);
            body.Position = 0;
            request.Body = body;
            foreach (var (name, values) in content.Headers.NonValidated) request.Headers[name] = values.ToString();
            request.Headers.ContentLength = body.Length;
            return request;
        }

        private static HttpResponseMessage ResponseOf(HttpRequestMessage message, HttpResponseFeature response, MemoryStream answer)
        {
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
