using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Maas.Images.ByteSources;
using Maas.Images.Primitives;
using Microsoft.Win32.SafeHandles;

namespace Maas.Images.Outputs;

/// <summary>
/// A block device that this process alone writes to: the kernel opens none exclusively that is mounted, or part of an array, a volume
/// group or swap.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class BlockDevice : IDisposable
{
    private const int PieceSize = 2 << 20;
    private const uint ZeroOut = 0x127F; // BLKZEROOUT
    private const uint FlushBuffers = 0x1261; // BLKFLSBUF
    private const uint RereadPartitions = 0x125F; // BLKRRPART

    private readonly string _path;
    private readonly SafeFileHandle _device;
    private bool _zeroes = true;

    private BlockDevice(string path, SafeFileHandle device) => (_path, _device) = (path, device);

    /// <exception cref="IOException">It is in use, or cannot be opened.</exception>
    public static BlockDevice OpenAlone(string path)
    {
        if (DeviceUse.Of(path) is { } use) throw new IOException($"{path} is in use: {use}. Nothing was written.");
        try
        {
            return new BlockDevice(path, Posix.Open(path, Posix.ReadWrite | Posix.Exclusive));
        }
        catch (IOException busy) when (Marshal.GetLastPInvokeError() == Posix.Busy)
        {
            throw new IOException($"{path} is in use: another program holds it, or it is mounted elsewhere. Nothing was written.", busy);
        }
    }

    /// <summary>Writes an image from the device's start, and makes it durable.</summary>
    /// <returns>What <see cref="Verify"/> compares with what the medium holds.</returns>
    /// <exception cref="IOException">The device is too small, or failed.</exception>
    public Written Write(RandomAccessSource content, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var length = FileLength.Of(_device);
        if (content.Length > length)
            throw new IOException($"{_path} has {length} bytes, and the image has {content.Length}. Nothing was written.");
        var checksums = new uint?[(content.Length + PieceSize - 1) / PieceSize]; // null for zeros
        var buffer = new byte[PieceSize];
        for (var i = 0; i < checksums.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (at, piece) = PieceOf(i, content.Length);
            var bytes = buffer.AsSpan(0, piece);
            var isZero = content.IsZero(at, piece);
            if (!isZero)
            {
                content.ReadBlocks(at, buffer.AsMemory(0, piece), "image");
                isZero = !bytes.ContainsAnyExcept((byte)0);
            }

            if (isZero)
            {
                WriteZeros(at, bytes);
            }
            else
            {
                checksums[i] = Checksums.Crc32C(uint.MaxValue, bytes);
                RandomAccess.Write(_device, bytes, at);
            }

            progress?.Report(at + piece);
        }

        RandomAccess.FlushToDisk(_device);
        return new Written(checksums, content.Length);
    }

    public void Dispose() => _device.Dispose();

    /// <summary>Reads an image back from the medium; then the kernel reads its partition table.</summary>
    /// <exception cref="IOException">The device holds something else.</exception>
    public void Verify(Written written, CancellationToken cancellationToken)
    {
        var (checksums, length) = (written.Checksums, written.Length);
        var buffer = new byte[PieceSize];
        Control(FlushBuffers); // what is read from here on comes from the medium
        for (var i = 0; i < checksums.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (at, piece) = PieceOf(i, length);
            var bytes = buffer.AsSpan(0, piece);
            for (var done = 0; done < piece;)
            {
                var read = RandomAccess.Read(_device, bytes[done..], at + done);
                if (read == 0) throw new IOException($"{_path} ends at byte {at + done}, before the image that was written to it.");
                done += read;
            }

            if (checksums[i] is { } expected ? Checksums.Crc32C(uint.MaxValue, bytes) != expected : bytes.ContainsAnyExcept((byte)0))
                throw new IOException($"{_path} does not read back what was written to it, between bytes {at} and {at + piece}.");
        }

        Control(RereadPartitions);
    }

    /// <summary>What was written: the CRC-32C of each piece, null for zeros.</summary>
    internal sealed record Written(uint?[] Checksums, long Length);

    private static (long At, int Length) PieceOf(int index, long length)
    {
        var at = (long)index * PieceSize;
        return (at, (int)Math.Min(PieceSize, length - at));
    }

    /// <summary>Zeros where the image has none but the device may hold old bytes: by the device itself if it can.</summary>
    private void WriteZeros(long at, Span<byte> buffer)
    {
        if (_zeroes && at % 4096 == 0 && buffer.Length % 4096 == 0)
        {
            _zeroes = ControlRange(_device, ZeroOut, [(ulong)at, (ulong)buffer.Length]) == 0;
            if (_zeroes) return;
        }

        buffer.Clear();
        RandomAccess.Write(_device, buffer, at);
    }

    /// <summary>Asks for what makes the result better and not different: a device or a user that may not is no failure.</summary>
    private void Control(uint request) => _ = ControlPlain(_device, request, 0);

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ControlRange(SafeFileHandle device, nuint request, ulong[] range);

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ControlPlain(SafeFileHandle device, nuint request, nint nothing);
}
