using System.Security.Cryptography;

namespace Maas.Core.Images;

/// <summary>Keeps images' bytes in a directory, one file a hash.</summary>
/// <param name="directory">Created when the first bytes come.</param>
public sealed class DirectoryImageContent(string directory) : IImageContent
{
    /// <inheritdoc/>
    public Task<long> LengthAsync(string sha256, CancellationToken cancellationToken)
    {
        var file = new FileInfo(PathOf(sha256));
        return Task.FromResult(file.Exists ? file.Length : 0);
    }

    /// <inheritdoc/>
    public async Task<long> AppendAsync(string sha256, long offset, Stream bytes, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        var file = new FileStream(PathOf(sha256), FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0, useAsync: true);
        await using (file.ConfigureAwait(false))
        {
            if (file.Length < offset) throw new InvalidDataException($"The file has {file.Length} bytes where {offset} were received.");
            file.SetLength(offset);
            file.Position = offset;
            await bytes.CopyToAsync(file, 128 * 1024, cancellationToken).ConfigureAwait(false);
            file.Flush(flushToDisk: true);
            return file.Length;
        }
    }

    /// <inheritdoc/>
    public async Task<string> HashAsync(string sha256, CancellationToken cancellationToken)
    {
        var file = Open(sha256);
        await using (file.ConfigureAwait(false))
        {
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false));
        }
    }

    /// <inheritdoc/>
    public Task<Stream?> OpenReadAsync(string sha256, CancellationToken cancellationToken) =>
        Task.FromResult<Stream?>(File.Exists(PathOf(sha256)) ? Open(sha256) : null);

    /// <inheritdoc/>
    public Task DeleteAsync(string sha256, CancellationToken cancellationToken)
    {
        if (File.Exists(PathOf(sha256))) File.Delete(PathOf(sha256));
        return Task.CompletedTask;
    }

    private FileStream Open(string sha256) => new(PathOf(sha256), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 128 * 1024, useAsync: true);

    private string PathOf(string sha256) => sha256.Length == 64 && sha256.All(char.IsAsciiHexDigitLower)
        ? Path.Combine(directory, sha256)
        : throw new ArgumentException("Not a SHA-256 in lower-case hexadecimal digits.", nameof(sha256));
}
