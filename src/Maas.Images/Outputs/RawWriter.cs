using Maas.Images.ByteSources;
using Microsoft.Win32.SafeHandles;

namespace Maas.Images.Outputs;

/// <summary>A disk's bytes as they are, stretches of zeros left as holes.</summary>
internal static class RawWriter
{
    private const int HoleSize = 64 << 10;

    public static void Write(RandomAccessSource disk, FileStream file, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        file.SetLength(disk.Length);
        new DiskData(disk, progress, cancellationToken).ForEach((at, bytes) => WriteWithHoles(file.SafeFileHandle, bytes.Span, at));
    }

    private static void WriteWithHoles(SafeFileHandle file, ReadOnlySpan<byte> bytes, long at)
    {
        while (!bytes.IsEmpty)
        {
            var run = 0;
            while (run < bytes.Length && bytes.Slice(run, Math.Min(HoleSize, bytes.Length - run)).ContainsAnyExcept((byte)0))
                run += Math.Min(HoleSize, bytes.Length - run);
            if (run > 0) RandomAccess.Write(file, bytes[..run], at);
            var next = Math.Min(bytes.Length, run + HoleSize); // a hole follows the run, or the end
            at += next;
            bytes = bytes[next..];
        }
    }
}
