using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Maas.Testing.Api;

/// <summary>
/// MAAS's API 2.0 as a client of few words sees it: OAuth 1.0a PLAINTEXT, forms in, JSON out. For tests and demonstrations.
/// </summary>
/// <example><code>
/// using var maas = new ApiTestClient(new HttpClientHandler(), new Uri("http://127.0.0.1:5240/MAAS/"), apiKey);
/// var machine = await maas.PostAsync("machines/?op=allocate", [], cancellationToken);
/// </code></example>
public sealed class ApiTestClient : IDisposable
{
    private const int ChunkSize = 4 << 20;

    private readonly HttpClient _http;
    private readonly string[] _key;
    private readonly TimeProvider _time;

    /// <summary>Names a server and a key.</summary>
    /// <param name="handler">How it is reached; disposed of with the client.</param>
    /// <param name="address">The server's base address, with its <c>/MAAS/</c>.</param>
    /// <param name="apiKey">The three parts with colons, as MAAS gives them out.</param>
    /// <param name="timeProvider">The clock of the requests' timestamps; the system's by default.</param>
    /// <exception cref="FormatException">The key has not three parts.</exception>
    public ApiTestClient(HttpMessageHandler handler, Uri address, string apiKey, TimeProvider? timeProvider = null)
    {
        _key = apiKey.Trim().Split(':');
        if (_key.Length != 3) throw new FormatException("An API key has three parts.");
        _http = new HttpClient(handler) { BaseAddress = new Uri(address, "api/2.0/"), Timeout = TimeSpan.FromSeconds(60) };
        _time = timeProvider ?? TimeProvider.System;
    }

    /// <summary>Reads a resource, such as <c>machines/</c>.</summary>
    /// <exception cref="HttpRequestException">The server is not there, or refuses; the message holds what it said.</exception>
    public Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, null, cancellationToken);

    /// <summary>Posts a form; a name may come more than once.</summary>
    /// <exception cref="HttpRequestException">The server is not there, or refuses; the message holds what it said.</exception>
    public Task<JsonElement> PostAsync(
        string path,
        IEnumerable<KeyValuePair<string, string>> fields,
        CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, path, new FormUrlEncodedContent(fields), cancellationToken);

    /// <summary>Puts a form.</summary>
    /// <exception cref="HttpRequestException">The server is not there, or refuses; the message holds what it said.</exception>
    public Task<JsonElement> PutAsync(string path, IEnumerable<KeyValuePair<string, string>> fields, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, path, new FormUrlEncodedContent(fields), cancellationToken);

    /// <summary>Uploads an image in pieces, as MAAS's own command does.</summary>
    /// <param name="name">The boot resource's name, such as <c>custom/debian-12</c>.</param>
    /// <param name="fileType">MAAS's file type, such as <c>ddgz</c>.</param>
    /// <param name="content">The image; seekable.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    public async Task UploadImageAsync(string name, string fileType, Stream content, CancellationToken cancellationToken)
    {
        content.Position = 0;
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken).ConfigureAwait(false));
        content.Position = 0;
        var resource = await PostAsync(
            "boot-resources/",
            [
                new("name", name),
                new("architecture", "amd64/generic"),
                new("filetype", fileType),
                new("sha256", hash),
                new("size", content.Length.ToString(CultureInfo.InvariantCulture))
            ],
            cancellationToken).ConfigureAwait(false);
        var newest = resource.GetProperty("sets").EnumerateObject().MaxBy(set => set.Name, StringComparer.Ordinal).Value;
        var file = newest.GetProperty("files").EnumerateObject().Single().Value;
        if (file.GetProperty("complete").GetBoolean()) return;
        var upload = file.GetProperty("upload_uri").GetString()
            ?? throw new HttpRequestException("The server named no address for the upload.");

        var chunk = new byte[ChunkSize];
        while (await content.ReadAtLeastAsync(chunk, ChunkSize, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) is > 0
            and var length)
            await SendAsync(
                HttpMethod.Put,
                upload,
                new ByteArrayContent(chunk, 0, length) { Headers = { ContentType = new("application/octet-stream") } },
                cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("OAuth", Credentials());
        using var answer = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        var body = await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode)
            throw new HttpRequestException($"{method} {path}: {(int)answer.StatusCode} {body}", null, answer.StatusCode);
        return answer.Content.Headers.ContentType?.MediaType == "application/json" ? JsonElement.Parse(body) : default;
    }

    // RFC 5849 section 3.4.4: the signature is the two secrets, and a consumer here has none.
    private string Credentials() => string.Join(
        ", ",
        "oauth_version=\"1.0\"", "oauth_signature_method=\"PLAINTEXT\"", $"oauth_consumer_key=\"{_key[0]}\"", $"oauth_token=\"{_key[1]}\"",
        $"oauth_signature=\"%26{_key[2]}\"", $"oauth_nonce=\"{RandomNumberGenerator.GetHexString(24, lowercase: true)}\"",
        string.Create(CultureInfo.InvariantCulture, $"oauth_timestamp=\"{_time.GetUtcNow().ToUnixTimeSeconds()}\""));
}
