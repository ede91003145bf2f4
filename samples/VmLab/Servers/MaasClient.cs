using System.Text.Json;
using Api = Maas.Testing.Api;

namespace VmLab.Servers;

/// <summary>API 2.0 of a server that may be away for some seconds, because a test killed it and starts it again.</summary>
public sealed class MaasClient(HttpMessageHandler handler, Uri address, string apiKey, TimeProvider timeProvider) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Api.ApiTestClient _api = new(handler, address, apiKey, timeProvider);
    private readonly HttpClient _boot = new(handler, disposeHandler: false) { BaseAddress = new Uri(address, "boot/") };

    /// <summary>Reads a resource; waits for a server that is just starting.</summary>
    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken)
    {
        var since = timeProvider.GetTimestamp();
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(500), timeProvider);
        while (true)
        {
            try
            {
                return await _api.GetAsync(path, cancellationToken);
            }
            catch (HttpRequestException failure) when (failure.StatusCode is null && timeProvider.GetElapsedTime(since) < Patience)
            {
                await ticks.WaitForNextTickAsync(cancellationToken);
            }
        }
    }

    public Task<JsonElement> PostAsync(
        string path,
        IEnumerable<KeyValuePair<string, string>> fields,
        CancellationToken cancellationToken) =>
        _api.PostAsync(path, fields, cancellationToken);

    public Task<JsonElement> PutAsync(string path, IEnumerable<KeyValuePair<string, string>> fields, CancellationToken cancellationToken) =>
        _api.PutAsync(path, fields, cancellationToken);

    /// <summary>Uploads an image in pieces, as MAAS's own command does.</summary>
    public async Task UploadImageAsync(string name, string fileType, string file, CancellationToken cancellationToken)
    {
        await using var content = File.OpenRead(file);
        await _api.UploadImageAsync(name, fileType, content, cancellationToken);
    }

    /// <summary>Whether the server has a file for booting machines, by its name below <c>/MAAS/boot/</c>.</summary>
    public async Task<bool> HasBootFileAsync(string name, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, name);
        using var answer = await _boot.SendAsync(request, cancellationToken);
        return answer.IsSuccessStatusCode;
    }

    public void Dispose()
    {
        _boot.Dispose();
        _api.Dispose();
    }
}
