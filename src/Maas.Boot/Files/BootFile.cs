using Microsoft.Win32.SafeHandles;

namespace Maas.Boot.Files;

/// <summary>An open boot file: a length, and bytes at any offset, which any number of transfers may read at once.</summary>
public abstract class BootFile : IDisposable
{
    /// <summary>The length in bytes.</summary>
    public abstract long Length { get; }

    /// <summary>A strong validator for HTTP (RFC 9110 section 8.8.3) without quotes; <see langword="null"/> without one.</summary>
    public virtual string? EntityTag => null;

    /// <summary>The file on disk, when the bytes are those of one, for a sender that can hand it to the kernel (opened with
    /// <see cref="FileOptions.Asynchronous"/>, or it is read instead); else <see langword="null"/>.</summary>
    public virtual SafeFileHandle? Handle => null;

    /// <summary>Reads up to <paramref name="buffer"/>'s length from <paramref name="offset"/>; fewer only at the end of the file.</summary>
    /// <exception cref="IOException">The file cannot be read, or has become shorter than <see cref="Length"/>.</exception>
    public abstract ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken);

    /// <summary>A file of bytes in memory, which are not copied.</summary>
    public static BootFile FromBytes(ReadOnlyMemory<byte> content, string? entityTag = null) => new InMemory(content, entityTag);

    /// <summary>A file on disk, opened for reading.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static BootFile FromFile(string path) => new OnDisk(File.OpenHandle(path, options: FileOptions.Asynchronous));

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets go of what the file holds open.</summary>
    protected virtual void Dispose(bool disposing) { }

    private sealed class InMemory(ReadOnlyMemory<byte> content, string? entityTag) : BootFile
    {
        public override long Length => content.Length;

        public override string? EntityTag => entityTag;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken)
        {
            if (offset >= content.Length) return new(0);
            var part = content[(int)offset..];
            if (part.Length > buffer.Length) part = part[..buffer.Length];
            part.CopyTo(buffer);
            return new(part.Length);
        }
    }

    private sealed class OnDisk(SafeFileHandle handle) : BootFile
    {
        // Length and write time are taken once: a file replaced during a transfer is a different file.
        private readonly long _length = RandomAccess.GetLength(handle);
        private readonly DateTime _written = File.GetLastWriteTimeUtc(handle);

        public override long Length => _length;

        public override string EntityTag => $"{_length:x}-{_written.Ticks:x}";

        public override SafeFileHandle Handle => handle;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken)
        {
            var total = 0;
            while (total < buffer.Length && offset + total < _length)
            {
                var read = await RandomAccess.ReadAsync(handle, buffer[total..], offset + total, cancellationToken).ConfigureAwait(false);
                if (read == 0) throw new IOException($"The file ended at {offset + total} instead of {_length}.");
                total += read;
            }

            return total;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) handle.Dispose();
            base.Dispose(disposing);
        }
    }
}
