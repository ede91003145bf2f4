using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;

namespace VmLab.Servers;

/// <summary>API 2.0 as a client of few words sees it: OAuth 1.0a PLAINTEXT, forms in, JSON out.</summary>
public sealed class MaasClient(HttpMessageHandler handler, Uri address, string apiKey, TimeProvider time) : IDisposable
{
    private const int ChunkSize = 4 * 1024 * 1024;

    // A server that is killed and started again by a test is away for some seconds.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient http = new(handler) { BaseAddress = new Uri(address, "api/2.0/"), Timeout = TimeSpan.FromSeconds(60) };
    private readonly string[] key = apiKey.Split(':') is { Length: 3 } parts ? parts : throw new FormatException("An API key has three parts.");

    /// <summary>Reads a resource; waits for a server that is just starting.</summary>
    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(500), time);
        while (true)
        {
            try
            {
                return await SendAsync(HttpMethod.Get, path, null, cancellationToken);
            }
            catch (HttpRequestException failure) when (failure.StatusCode is null && time.GetElapsedTime(since) < Patience)
            {
                await ticks.WaitForNextTickAsync(cancellationToken);
            }
        }
    }

    public Task<JsonElement> PostAsync(string path, IEnumerable<KeyValuePair<string, string>> fields, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, path, new FormUrlEncodedContent(fields), cancellationToken);

    public Task<JsonElement> PutAsync(string path, IEnumerable<KeyValuePair<string, string>> fields, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, path, new FormUrlEncodedContent(fields), cancellationToken);

    /// <summary>Uploads an image in pieces, as MAAS's own command does.</summary>
    public async Task UploadImageAsync(string name, string fileType, string file, CancellationToken cancellationToken)
    {
        await using var content = File.OpenRead(file);
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
        content.Position = 0;
        var resource = await PostAsync(
            "boot-resources/",
            [new("name", name), new("architecture", "amd64/generic"), new("filetype", fileType), new("sha256", hash), new("size", $"{content.Length}")],
            cancellationToken);
        var newest = resource.GetProperty("sets").EnumerateObject().MaxBy(set => set.Name, StringComparer.Ordinal).Value;
        var upload = newest.GetProperty("files").EnumerateObject().Single().Value.GetProperty("upload_uri").GetString()!; // always there while a file is incomplete

        var chunk = new byte[ChunkSize];
        while (await content.ReadAtLeastAsync(chunk, ChunkSize, throwOnEndOfStream: false, cancellationToken) is > 0 and var length)
            await SendAsync(HttpMethod.Put, upload, new ByteArrayContent(chunk, 0, length) { Headers = { ContentType = new("application/octet-stream") } }, cancellationToken);
    }

    /// <summary>Whether the server has a file for booting machines, by its name below <c>/MAAS/boot/</c>.</summary>
    public async Task<bool> HasBootFileAsync(string name, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri(address, $"boot/{name}"));
        using var answer = await http.SendAsync(request, cancellationToken);
        return answer.IsSuccessStatusCode;
    }

    public void Dispose() => http.Dispose();

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("OAuth", Credentials());
        using var answer = await http.SendAsync(request, cancellationToken);
        var body = await answer.Content.ReadAsStringAsync(cancellationToken);
        if (!answer.IsSuccessStatusCode) throw new HttpRequestException($"{method} {path}: {(int)answer.StatusCode} {body}", null, answer.StatusCode);
        return answer.Content.Headers.ContentType?.MediaType == "application/json" ? JsonElement.Parse(body) : default;
    }

    // RFC 5849, 3.4.4: the signature is the two secrets, and a consumer here has none.
    private string Credentials() => string.Join(
        ", ",
        "realm=\"\"", "oauth_version=\"1.0\"", "oauth_signature_method=\"PLAINTEXT\"", $"oauth_consumer_key=\"{key[0]}\"", $"oauth_token=\"{key[1]}\"",
        $"oauth_signature=\"%26{key[2]}\"", $"oauth_nonce=\"{RandomNumberGenerator.GetHexString(24, lowercase: true)}\"",
        $"oauth_timestamp=\"{time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}\"");
}
