using System.Security.Cryptography;
using Maas.Images.Downloads;

namespace Maas.Images.Debian;

/// <summary>Files of an archive on the disk: each gets its name only when it is complete, verified and durable.</summary>
internal static class ArchiveCache
{
    private const int BufferSize = 128 << 10;

    /// <summary>Brings <paramref name="url"/> to <paramref name="path"/>, unless the right file is there already.</summary>
    public static async Task FetchAsync(
        Downloader downloader,
        Uri url,
        string path,
        long size,
        string sha256,
        IProgress<ImportProgress>? progress,
        CancellationToken cancellationToken)
    {
        if (await IsCompleteAsync(path, size, sha256, cancellationToken).ConfigureAwait(false)) return;
        var part = path + ".part";
        await downloader.FetchAsync(
            new DownloadRequest([url], ContentHash.Parse(sha256), size, Path.GetFileName(url.LocalPath)),
            part,
            progress,
            cancellationToken)
            .ConfigureAwait(false);
        File.Move(part, path, overwrite: true);
    }

    public static async Task<bool> IsCompleteAsync(string path, long size, string sha256, CancellationToken cancellationToken)
    {
        if (!File.Exists(path)) return false;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize, FileOptions.Asynchronous);
        return file.Length == size
            && Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false)) == sha256;
    }
}
