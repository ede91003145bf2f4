using System.Net;
using System.Text;

namespace Maas.Client.Tests;

/// <summary>A server in memory that answers what the test says, and keeps what it was sent.</summary>
internal sealed class StubServer(Func<StubRequest, HttpResponseMessage> answer) : HttpMessageHandler
{
    public static readonly MaasApiKey Key = MaasApiKey.Parse("consumer:token:s3cret");

    public List<StubRequest> Requests { get; } = [];

    /// <summary>A client of the server.</summary>
    public MaasClient Client(
        MaasClientOptions? options = null,
        TimeProvider? timeProvider = null,
        string address = "http://maas.test/MAAS") =>
        new(new Uri(address), Key, options, new HttpClient(this) { Timeout = Timeout.InfiniteTimeSpan }, timeProvider);

    public static HttpResponseMessage Json(string json, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Content = new StringContent(json, Encoding.UTF8, "application/json") };

    public static HttpResponseMessage Text(HttpStatusCode status, string text = "") =>
        new(status) { Content = new StringContent(text, Encoding.UTF8, "text/plain") };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var kept = new StubRequest(
            request.Method.Method,
            request.RequestUri!,
            request.Headers.Authorization?.ToString(),
            request.Content?.Headers.ContentType?.ToString(),
            body);
        Requests.Add(kept);
        return answer(kept);
    }
}

internal sealed record StubRequest(string Method, Uri Uri, string? Authorization, string? ContentType, string Body)
{
    public string Target => $"{Method} {Uri.PathAndQuery}";
}
