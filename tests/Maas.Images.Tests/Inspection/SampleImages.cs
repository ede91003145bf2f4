using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Maas.Images.Formats.Iso;

namespace Maas.Images.Tests.Inspection;

/// <summary>Files with the headers that tell what they are.</summary>
internal static class SampleImages
{
    /// <summary>An x86 kernel's setup header (boot protocol 2.15) with its version.</summary>
    public static byte[] X86Kernel(string version, bool wide = true)
    {
        var kernel = new byte[40_000];
        kernel[0x1F1] = 31;
        BinaryPrimitives.WriteUInt16LittleEndian(kernel.AsSpan(0x1FE), 0xAA55);
        "HdrS"u8.CopyTo(kernel.AsSpan(0x202));
        BinaryPrimitives.WriteUInt16LittleEndian(kernel.AsSpan(0x20E), 0x3000);
        BinaryPrimitives.WriteUInt16LittleEndian(kernel.AsSpan(0x236), (ushort)(wide ? 1 : 0));
        Encoding.ASCII.GetBytes($"{version} (builder@host) #1 SMP\0").CopyTo(kernel.AsSpan(0x3200));
        return kernel;
    }

    /// <summary>An arm64 Image, which Debian and Ubuntu ship packed with gzip.</summary>
    public static byte[] Arm64Kernel(bool packed)
    {
        var kernel = new byte[200_000];
        Random.Shared.NextBytes(kernel.AsSpan(1000));
        "ARM\u0064"u8.CopyTo(kernel.AsSpan(0x38));
        return packed ? Gzip(kernel) : kernel;
    }

    public static byte[] Elf(ushort machine, bool wide = true, bool little = true, uint flags = 0)
    {
        var elf = new byte[4096];
        "\u007fELF"u8.CopyTo(elf);
        (elf[4], elf[5]) = ((byte)(wide ? 2 : 1), (byte)(little ? 1 : 2));
        if (little) BinaryPrimitives.WriteUInt16LittleEndian(elf.AsSpan(18), machine);
        else BinaryPrimitives.WriteUInt16BigEndian(elf.AsSpan(18), machine);
        BinaryPrimitives.WriteUInt32LittleEndian(elf.AsSpan(36), flags);
        return elf;
    }

    /// <summary>The headers of an EFI program for a machine, by the PE format's number.</summary>
    public static byte[] EfiProgram(ushort machine)
    {
        var bytes = new byte[200];
        "MZ"u8.CopyTo(bytes);
        bytes[60] = 128;
        "PE\0\0"u8.CopyTo(bytes.AsSpan(128));
        BitConverter.TryWriteBytes(bytes.AsSpan(132), machine);
        return bytes;
    }

    public static byte[] Initrd { get; } = Gzip("070701"u8.ToArray());

    public static async Task<DiskImage> IsoAsync(params (string Path, byte[] Content)[] files)
    {
        var iso = new IsoBuilder { Label = "MEDIUM" };
        foreach (var (path, content) in files) iso.AddFile(path, content);
        return await DiskImage.OpenAsync(iso.Build(), null, TestContext.Current.CancellationToken);
    }

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Gzip(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(plain);
        return packed.ToArray();
    }
}
