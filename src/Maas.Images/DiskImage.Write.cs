namespace Maas.Images;

public sealed partial class DiskImage
{
    private const int CopySize = 4 << 20;
    private const int HoleSize = 64 << 10;

    /// <summary>
    /// Writes the disk as a machine would see it: what a qcow2 cloud image becomes before it is put on a disk. Stretches of zeros
    /// become holes. The file appears whole or not at all.
    /// </summary>
    /// <param name="path">The raw image; one that is there is replaced.</param>
    /// <param name="progress">Told how many bytes of <see cref="Length"/> are done; <see langword="null"/> for nobody.</param>
    /// <param name="cancellationToken">Ends it; nothing stays.</param>
    /// <exception cref="InvalidImageException">The image is damaged.</exception>
    /// <exception cref="IOException">The destination is full.</exception>
    public Task WriteRawAsync(string path, IProgress<long>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => WriteRaw(path, progress, cancellationToken), cancellationToken);

    private void WriteRaw(string path, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var partial = $"{path}.{Guid.CreateVersion7():n}.partial";
        try
        {
            using (var file = new FileStream(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                file.SetLength(Length);
                CopyNonZero(file, progress, cancellationToken);
                file.Flush(flushToDisk: true);
            }

            File.Move(partial, path, overwrite: true);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }

    private void CopyNonZero(FileStream file, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var buffer = GC.AllocateUninitializedArray<byte>(CopySize);
        for (long at = 0; at < Length; at += CopySize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var length = (int)Math.Min(CopySize, Length - at);
            if (!_disk.IsZero(at, length))
            {
                _disk.ReadExactly(at, buffer.AsSpan(0, length), "disk");
                WriteWithHoles(file.SafeFileHandle, buffer.AsSpan(0, length), at);
            }

            progress?.Report(at + length);
        }
    }

    private static void WriteWithHoles(Microsoft.Win32.SafeHandles.SafeFileHandle file, ReadOnlySpan<byte> bytes, long at)
    {
        while (!bytes.IsEmpty)
        {
            var run = 0;
            while (run < bytes.Length && bytes.Slice(run, Math.Min(HoleSize, bytes.Length - run)).ContainsAnyExcept((byte)0)) run += Math.Min(HoleSize, bytes.Length - run);
            if (run > 0) RandomAccess.Write(file, bytes[..run], at);
            var next = Math.Min(bytes.Length, run + HoleSize); // behind the run stands a hole, or nothing
            at += next;
            bytes = bytes[next..];
        }
    }
}
