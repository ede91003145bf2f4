using System.Buffers;
using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Archives;

/// <summary>Unpacked copies of what was compressed, in files without a name that vanish with the image.</summary>
internal sealed class UnpackedFiles(string temporaryDirectory, long mostUnpackedBytes) : IDisposable
{
    private const int CopySize = 1 << 18;

    private readonly List<FileStream> _files = [];
    private readonly Lock _lock = new();
    private long _unpacked;

    /// <summary>Unpacks what is packed in one way, up to what is left of the limit.</summary>
    /// <param name="packed">What begins so.</param>
    /// <param name="end">How many of its bytes were packed so; others may follow.</param>
    /// <param name="cancellationToken">Ends the unpacking.</param>
    public RandomAccessSource Unpack(RandomAccessSource packed, out long end, CancellationToken cancellationToken = default)
    {
        using var decoder = Compression.OpenFirst(packed.OpenStream(), mostUnpackedBytes - _unpacked);
        var file = Create();
        var buffer = ArrayPool<byte>.Shared.Rent(CopySize);
        try
        {
            for (int read; (read = decoder.Read(buffer)) > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                WriteSparse(file, buffer.AsSpan(0, read));
            }

            file.SetLength(file.Position);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        end = decoder.End ?? GzipMembers.Measure(packed.OpenStream());
        lock (_lock) _unpacked += file.Length;
        return new FileBytes(file.SafeFileHandle, null);
    }

    public void Dispose()
    {
        lock (_lock) foreach (var file in _files) file.Dispose();
    }

    private FileStream Create()
    {
        var file = UnlinkedFile.Create(temporaryDirectory); // the folder is shared by all users, the image may be private
        lock (_lock) _files.Add(file);
        return file;
    }

    /// <summary>Disk images are mostly zeros: those stay holes.</summary>
    private static void WriteSparse(FileStream file, ReadOnlySpan<byte> bytes)
    {
        if (bytes.ContainsAnyExcept((byte)0)) file.Write(bytes);
        else file.Seek(bytes.Length, SeekOrigin.Current);
    }
}
