using System.Collections.Concurrent;
using System.Security.Cryptography;
using Maas.Core.Images;

namespace Maas.Hosting.Testing.Images;

/// <summary>Images in memory: a file would be read on another thread, and the order of two that end would be chance.</summary>
internal sealed class MemoryImageContent : IImageContent
{
    private readonly ConcurrentDictionary<ImageBlob, Held> _blobs = new();

    public Task<long> LengthAsync(ImageBlob blob, CancellationToken cancellationToken) =>
        Task.FromResult(_blobs.TryGetValue(blob, out var held) ? (long)held.Bytes.Length : 0);

    public async Task<long> AppendAsync(ImageBlob blob, long offset, Stream bytes, CancellationToken cancellationToken)
    {
        var before = _blobs.TryGetValue(blob, out var held) ? held.Bytes : [];
        if (offset != before.Length) throw new IOException($"The piece belongs at {before.Length}, not at {offset}.");
        using var all = new MemoryStream();
        await all.WriteAsync(before, cancellationToken).ConfigureAwait(false);
        await bytes.CopyToAsync(all, cancellationToken).ConfigureAwait(false);
        if (all.Length > blob.Size) throw new IOException($"{all.Length} bytes came, and {blob.Size} were promised.");
        _blobs[blob] = new Held(all.ToArray(), IsComplete: false);
        return all.Length;
    }

    public Task<bool> CompleteAsync(ImageBlob blob, CancellationToken cancellationToken)
    {
        if (!_blobs.TryGetValue(blob, out var held)) return Task.FromResult(false);
        var isPromised = held.Bytes.Length == blob.Size && Convert.ToHexStringLower(SHA256.HashData(held.Bytes)) == blob.Sha256;
        if (isPromised) _blobs[blob] = held with { IsComplete = true };
        else _blobs.TryRemove(blob, out _);
        return Task.FromResult(isPromised);
    }

    public Task<Stream?> OpenReadAsync(ImageBlob blob, CancellationToken cancellationToken) =>
        Task.FromResult<Stream?>(
            _blobs.TryGetValue(blob, out var held) && held.IsComplete ? new MemoryStream(held.Bytes, writable: false) : null);

    public Task DeleteAsync(ImageBlob blob, CancellationToken cancellationToken)
    {
        _blobs.TryRemove(blob, out _);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<ImageBlob>> ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ImageBlob>>([.. _blobs.Keys]);

    private sealed record Held(byte[] Bytes, bool IsComplete);
}
