using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Maas.Client.Http;

namespace Maas.Client.Images;

/// <summary>The images that machines are deployed with.</summary>
public sealed class BootResourcesClient
{
    private const int ChunkBytes = 4 << 20; // the size that MAAS's own command uses

    private readonly MaasConnection _connection;

    internal BootResourcesClient(MaasConnection connection) => _connection = connection;

    /// <summary>All images, without their versions.</summary>
    public IAsyncEnumerable<MaasBootResource> ListAsync(CancellationToken cancellationToken = default) =>
        _connection.ListAsync<MaasBootResource>("boot-resources/", null, cancellationToken);

    /// <summary>Reads an image with its versions.</summary>
    /// <exception cref="MaasApiException">404: it does not exist.</exception>
    public Task<MaasBootResource> GetAsync(long id, CancellationToken cancellationToken = default) =>
        _connection.GetAsync<MaasBootResource>(PathOf(id), null, cancellationToken);

    /// <summary>Deletes an image.</summary>
    /// <exception cref="MaasApiException">404: it does not exist.</exception>
    public Task DeleteAsync(long id, CancellationToken cancellationToken = default) =>
        _connection.DeleteAsync(PathOf(id), null, cancellationToken);

    /// <summary>Has the server import the images of its sources.</summary>
    public Task ImportAsync(CancellationToken cancellationToken = default) =>
        _connection.PostAsync("boot-resources/?op=import", new MaasForm(), cancellationToken);

    /// <summary>Stops the import.</summary>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task StopImportAsync(CancellationToken cancellationToken = default) =>
        _connection.PostAsync("boot-resources/?op=stop_import", new MaasForm(), cancellationToken);

    /// <summary>Whether the server imports images now.</summary>
    /// <param name="cancellationToken">Ends the request.</param>
    public async Task<bool> IsImportingAsync(CancellationToken cancellationToken = default)
    {
        using var answer = await _connection.GetAsync<JsonDocument>(
            "boot-resources/", new MaasForm().Add("op", "is_importing"), cancellationToken).ConfigureAwait(false);
        return answer.RootElement.ValueKind == JsonValueKind.True;
    }

    /// <summary>
    /// Uploads an image: hashes it, announces it, and sends it in pieces of 4 MiB. The server compares the hash. When it has the image
    /// already, nothing is sent.
    /// </summary>
    /// <param name="upload">Its name, architecture and type.</param>
    /// <param name="content">Its bytes from the present position on. The stream is seekable, because it is read twice.</param>
    /// <param name="progress">Receives the number of bytes sent so far; null for no reports.</param>
    /// <param name="cancellationToken">Ends the upload. What was sent remains on the server as an incomplete version.</param>
    /// <returns>The image as the server has it.</returns>
    /// <exception cref="ArgumentException">The stream is not seekable, or has no bytes.</exception>
    /// <exception cref="MaasApiException">400: a field or the hash is wrong.</exception>
    public async Task<MaasBootResource> UploadAsync(
        BootResourceUpload upload,
        Stream content,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(upload);
        ArgumentNullException.ThrowIfNull(content);
        if (!content.CanSeek) throw new ArgumentException("The stream is read twice: it must be seekable.", nameof(content));
        var start = content.Position;
        var size = content.Length - start;
        if (size <= 0) throw new ArgumentException("The stream has no bytes.", nameof(content));
        var hash = await SHA256.HashDataAsync(content, cancellationToken).ConfigureAwait(false);
        content.Position = start;

        var form = new MaasForm().Add(upload).Add("size", size).Add("sha256", Convert.ToHexStringLower(hash));
        var resource = await _connection.PostAsync<MaasBootResource>("boot-resources/", form, cancellationToken).ConfigureAwait(false);
        if (PendingUpload(resource) is not { } address) return resource;
        await SendAsync(address, content, size, progress, cancellationToken).ConfigureAwait(false);
        return await GetAsync(resource.Id, cancellationToken).ConfigureAwait(false);
    }

    private async Task SendAsync(
        string address,
        Stream content,
        long size,
        IProgress<long>? progress,
        CancellationToken cancellationToken)
    {
        var chunk = new byte[(int)Math.Min(size, ChunkBytes)];
        var sent = 0L;
        while (sent < size)
        {
            var length = (int)Math.Min(chunk.Length, size - sent);
            await content.ReadExactlyAsync(chunk.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            await _connection.PutBytesAsync(address, chunk.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            sent += length;
            progress?.Report(sent);
        }
    }

    /// <summary>The address for the bytes of the newest version; null when it is complete.</summary>
    private static string? PendingUpload(MaasBootResource resource)
    {
        if (resource.Sets.Count == 0) return null;
        var newest = resource.Sets.MaxBy(set => set.Key, StringComparer.Ordinal).Value;
        return newest.Files.Values.FirstOrDefault(file => !file.Complete && file.UploadUri is { Length: > 0 })?.UploadUri;
    }

    private static string PathOf(long id) => string.Create(CultureInfo.InvariantCulture, $"boot-resources/{id}/");
}
