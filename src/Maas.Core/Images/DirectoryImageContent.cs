using System.Security.Cryptography;

namespace Maas.Core.Images;

/// <summary>
/// Keeps images' bytes in a directory: one file a blob, named by its hash, with <c>.part</c> behind it until it is complete.
/// </summary>
/// <param name="directory">Created when the first bytes come.</param>
public sealed class DirectoryImageContent(string directory) : IImageContent
{
    /// <inheritdoc/>
    public Task<long> LengthAsync(ImageBlob blob, CancellationToken cancellationToken)
    {
        if (File.Exists(CompletePath(blob))) return Task.FromResult(blob.Size);
        var part = new FileInfo(PartPath(blob));
        return Task.FromResult(part.Exists ? part.Length : 0);
    }

    /// <inheritdoc/>
    public async Task<long> AppendAsync(ImageBlob blob, long offset, Stream bytes, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        var file = new FileStream(PartPath(blob), FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0, useAsync: true);
        await using (file.ConfigureAwait(false))
        {
            if (file.Length != offset) throw new IOException($"{file.Length} bytes are here; a piece for offset {offset} does not fit.");
            try
            {
                file.Position = offset;
                await bytes.CopyToAsync(file, 128 * 1024, cancellationToken).ConfigureAwait(false);
                if (file.Length > blob.Size) throw new IOException($"More came than the {blob.Size} bytes that were promised.");
                file.Flush(flushToDisk: true);
                return file.Length;
            }
            catch
            {
                file.SetLength(offset);
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<bool> CompleteAsync(ImageBlob blob, CancellationToken cancellationToken)
    {
        if (File.Exists(CompletePath(blob))) return true;
        var part = PartPath(blob);
        if (!File.Exists(part)) return false;
        if (await HashAsync(part, cancellationToken).ConfigureAwait(false) == blob.Sha256)
        {
            File.Move(part, CompletePath(blob));
            return true;
        }

        File.Delete(part);
        return false;
    }

    /// <inheritdoc/>
    public Task<Stream?> OpenReadAsync(ImageBlob blob, CancellationToken cancellationToken) =>
        Task.FromResult<Stream?>(File.Exists(CompletePath(blob)) ? Open(CompletePath(blob)) : null);

    /// <inheritdoc/>
    public Task DeleteAsync(ImageBlob blob, CancellationToken cancellationToken)
    {
        foreach (var path in new[] { PartPath(blob), CompletePath(blob) })
        {
            if (File.Exists(path)) File.Delete(path);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Stream CreateDraft() => DraftFile.Create(directory);

    private static async Task<string> HashAsync(string path, CancellationToken cancellationToken)
    {
        var file = Open(path);
        await using (file.ConfigureAwait(false))
        {
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false));
        }
    }

    private static FileStream Open(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 128 * 1024, useAsync: true);

    private string PartPath(ImageBlob blob) => CompletePath(blob) + ".part";

    private string CompletePath(ImageBlob blob) => blob.Sha256.Length == 64 && blob.Sha256.All(char.IsAsciiHexDigitLower)
        ? Path.Combine(directory, blob.Sha256)
        : throw new ArgumentException("Not a SHA-256 in lower-case hexadecimal digits.", nameof(blob));
}
