using Maas.Images.Primitives;
using Microsoft.Win32.SafeHandles;

namespace Maas.Images.ByteSources;

/// <summary>A file read by position.</summary>
internal sealed class FileBytes(SafeFileHandle handle, IDisposable? owner) : RandomAccessSource
{
    public override long Length { get; } = FileLength.Of(handle);

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

    public override bool IsZero(long offset, long length) => FileHoles.IsHole(handle, offset, length);

    public override void Dispose()
    {
        owner?.Dispose();
        base.Dispose();
    }
}
