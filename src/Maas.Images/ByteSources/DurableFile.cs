using Maas.Images.Primitives;
using Microsoft.Win32.SafeHandles;

namespace Maas.Images.ByteSources;

/// <summary>A file that is written by position; owns its handle.</summary>
internal sealed class DurableFile(SafeFileHandle handle) : DurableBytes
{
    public override long Length => FileLength.Of(handle);

    public override int Read(long offset, Span<byte> buffer)
    {
        var done = 0;
        while (done < buffer.Length)
        {
            var read = RandomAccess.Read(handle, buffer[done..], offset + done);
            if (read == 0) break;
            done += read;
        }

        return done;
    }

    public override void Write(long offset, ReadOnlySpan<byte> bytes) => RandomAccess.Write(handle, bytes, offset);

    public override void SetLength(long length) => RandomAccess.SetLength(handle, length);

    public override void Flush() => RandomAccess.FlushToDisk(handle);

    /// <summary>Whether a path leads to this file; outside Linux as far as length and time of writing tell.</summary>
    public bool IsStill(string path) => OperatingSystem.IsLinux()
        ? LockFile.IsAt(handle, path)
        : new FileInfo(path) is { Exists: true } there
            && there.Length == Length
            && there.LastWriteTimeUtc == File.GetLastWriteTimeUtc(handle);

    public override void Dispose()
    {
        handle.Dispose();
        base.Dispose();
    }
}
