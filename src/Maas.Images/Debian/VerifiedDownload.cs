using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace Maas.Images.Debian;

/// <summary>
/// Fetches a file whose size and hash are known into its place: a broken transfer is taken up where it stopped, by this
/// run or a later one; the file stands under its name only when it is complete, checked and on the disk.
/// </summary>
internal sealed class VerifiedDownload(HttpClient http, DebianArchiveOptions options, TimeProvider time)
{
    private const int BufferSize = 128 << 10;

    /// <summary>Brings <paramref name="url"/> to <paramref name="path"/>, unless the right file is there already.</summary>
    public async Task FetchAsync(Uri url, string path, long size, string sha256, IProgress<ImportProgress>? progress, CancellationToken cancellationToken)
    {
        if (await IsCompleteAsync(path, size, sha256, cancellationToken).ConfigureAwait(false)) return;
        var item = Path.GetFileName(url.LocalPath);
        var part = path + ".part";
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using (var file = new FileStream(part, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, BufferSize, FileOptions.Asynchronous))
                {
                    await FetchRestAsync(url, file, size, item, progress, cancellationToken).ConfigureAwait(false);
                    file.Position = 0;
                    if (!await HasHashAsync(file, size, sha256, cancellationToken).ConfigureAwait(false))
                    {
                        file.SetLength(0);
                        throw new UntrustedArchiveException(url.AbsoluteUri, "its SHA-256 is not the one the archive's index names");
                    }

                    file.Flush(flushToDisk: true);
                }

                File.Move(part, path, overwrite: true);
                return;
            }
            catch (Exception fault) when (attempt < options.Retries && !cancellationToken.IsCancellationRequested && IsWorthRetrying(fault, attempt))
            {
                progress?.Report(new ImportProgress("retry", item));
                await Task.Delay(options.RetryDelay * (1 << Math.Min(attempt, 6)), time, cancellationToken).ConfigureAwait(false);
            }
            catch (IOException) when (!cancellationToken.IsCancellationRequested)
            {
                // The disk is full, or failing: what is there is of no use and in the way.
                DeleteQuietly(part);
                throw;
            }
        }
    }

    /// <summary>Fetches a small file of unknown size and hash.</summary>
    public async Task<byte[]> FetchSmallAsync(Uri url, int limit, CancellationToken cancellationToken)
    {
        if (url.IsFile) return await File.ReadAllBytesAsync(url.LocalPath, cancellationToken).ConfigureAwait(false);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, url);
                using var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
                response.EnsureSuccessStatusCode();
                using var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
                using var bytes = new MemoryStream();
                await CopyAsync(body, bytes, limit, url, null, cancellationToken).ConfigureAwait(false);
                return bytes.ToArray();
            }
            catch (Exception fault) when (attempt < options.Retries && !cancellationToken.IsCancellationRequested && IsWorthRetrying(fault, attempt))
            {
                await Task.Delay(options.RetryDelay * (1 << Math.Min(attempt, 6)), time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public static async Task<bool> IsCompleteAsync(string path, long size, string sha256, CancellationToken cancellationToken)
    {
        if (!File.Exists(path)) return false;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize, FileOptions.Asynchronous);
        return await HasHashAsync(file, size, sha256, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<bool> HasHashAsync(Stream file, long size, string sha256, CancellationToken cancellationToken) =>
        file.Length == size && Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false)) == sha256;

    private async Task FetchRestAsync(Uri url, FileStream file, long size, string item, IProgress<ImportProgress>? progress, CancellationToken cancellationToken)
    {
        if (file.Length >= size) file.SetLength(0);
        file.Position = file.Length;
        if (url.IsFile)
        {
            using var source = File.OpenRead(url.LocalPath);
            source.Position = file.Position;
            await CopyAsync(source, file, size, url, Report, cancellationToken).ConfigureAwait(false);
            return;
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        if (file.Length > 0) request.Headers.Range = new RangeHeaderValue(file.Length, null);
        using var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (file.Length > 0 && (response.StatusCode != HttpStatusCode.PartialContent || response.Content.Headers.ContentRange?.From != file.Length))
        {
            // The server does not resume, or means other bytes: from the start.
            file.SetLength(0);
        }

        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable) throw new HttpIOException(HttpRequestError.InvalidResponse, $"{url} cannot be resumed.");
        response.EnsureSuccessStatusCode();
        using var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await CopyAsync(body, file, size, url, Report, cancellationToken).ConfigureAwait(false);
        if (file.Length < size) throw new HttpIOException(HttpRequestError.ResponseEnded, $"{url} ended after {file.Length} of {size} bytes.");

        void Report(long done) => progress?.Report(new ImportProgress("download", item, done, size));
    }

    /// <summary>Sends the request and waits for the answer's head.</summary>
    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        OrStallAsync(request.RequestUri!, stall => http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stall), cancellationToken);

    /// <summary>One wait for the server, of <see cref="DebianArchiveOptions.StallTimeout"/> at most: a mirror may also accept a connection and say nothing.</summary>
    private async Task<T> OrStallAsync<T>(Uri url, Func<CancellationToken, Task<T>> wait, CancellationToken cancellationToken)
    {
        using var stall = new CancellationTokenSource(options.StallTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stall.Token, cancellationToken);
        try
        {
            return await wait(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stall.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new HttpIOException(HttpRequestError.Unknown, $"{url} sent nothing for {options.StallTimeout.TotalSeconds:0} s.");
        }
    }

    private async Task CopyAsync(Stream source, Stream target, long limit, Uri url, Action<long>? report, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferSize];
        report?.Invoke(target.Position);
        while (true)
        {
            int read;
            try
            {
                read = await OrStallAsync(url, stall => source.ReadAsync(buffer, stall).AsTask(), cancellationToken).ConfigureAwait(false);
            }
            catch (IOException fault) when (!url.IsFile && fault is not HttpIOException)
            {
                // Told apart from a disk's fault, which is not tried again.
                throw new HttpIOException(HttpRequestError.ConnectionError, $"{url} broke off.", fault);
            }

            if (read == 0) return;
            if (target.Position + read > limit) throw new UntrustedArchiveException(url.AbsoluteUri, $"it is longer than the {limit} bytes expected");
            await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            report?.Invoke(target.Position);
        }
    }

    // A wrong hash is fetched once more from the start: the part may have been begun when the mirror held another file.
    private static bool IsWorthRetrying(Exception fault, int attempt) => fault switch
    {
        UntrustedArchiveException => attempt == 0,
        HttpRequestException { StatusCode: { } status } => (int)status >= 500 || status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests,
        HttpRequestException or HttpIOException => true,
        _ => false,
    };

    private static void DeleteQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (IOException)
        {
            // The first fault is the one to tell.
        }
    }
}
