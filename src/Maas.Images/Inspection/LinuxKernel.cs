using System.Text;
using Maas.Images.Archives;
using Maas.Images.Primitives;

namespace Maas.Images.Inspection;

/// <summary>A Linux kernel, known by its own header and not by its name.</summary>
/// <param name="Architecture">Debian's name of the processor it is for.</param>
/// <param name="Version">The release that its header names (<c>6.1.0-18-amd64</c>); <see langword="null"/> where the format has
/// none.</param>
public sealed record LinuxKernel(string Architecture, string? Version)
{
    // The x86 setup code is at most 64 sectors, and the version's text is in it.
    private const int MostRead = (0x200 * 65) + 0x200;

    /// <summary>
    /// What the kernel at a stream's present position is, or <see langword="null"/> if there is none. Reads at most 34 KiB; one that is
    /// compressed as a whole is looked into.
    /// </summary>
    /// <exception cref="InvalidImageException">It is compressed, and damaged.</exception>
    public static LinuxKernel? Identify(Stream content)
    {
        ArgumentNullException.ThrowIfNull(content);
        var head = TreeText.Head(content, MostRead);
        if (Compression.Detect(head) == CompressionFormat.None) return Identify(head);
        using var inner = Compression.OpenRead(new MemoryStream(head));
        return Identify(DecodedHead(inner));
    }

    // x86 boot protocol (Documentation/arch/x86/boot.rst): 1F1 setup sectors 1FE 55 AA 202 "HdrS" 20E version's place less 200h 236
    // xloadflags arm64 (Documentation/arch/arm64/booting.rst), riscv:  38 "ARM\x64", "RSC\x05"
    // EFI zboot (drivers/firmware/efi/libstub/zboot-header.S): 0 "MZ"  4 "zimg"  3C the PE header's place
    internal static LinuxKernel? Identify(ReadOnlySpan<byte> head)
    {
        if (head.Length < 0x40) return null;
        if (head.Length >= 0x240 && head[0x202..].StartsWith("HdrS"u8) && head.U16(0x1FE) == 0xAA55)
            return new LinuxKernel((head.U16(0x236) & 1) != 0 ? "amd64" : "i386", VersionAt(head, 0x200 + head.U16(0x20E)));
        if (head[0x38..].StartsWith("ARM\u0064"u8)) return new LinuxKernel("arm64", null);
        if (head[0x38..].StartsWith("RSC\u0005"u8)) return new LinuxKernel("riscv64", null);
        if (head.StartsWith("MZ"u8) && head[4..].StartsWith("zimg"u8))
        {
            var pe = head.U32(0x3C);
            return pe <= head.Length - 6 && MachineArchitecture.OfPe(head.U16((int)pe + 4)) is { } machine
                ? new LinuxKernel(machine, null)
                : null;
        }

        // A kernel for ppc64el is plain ELF that is no shared object; programs there are not linked to this address.
        return MachineArchitecture.OfElf(head) is "ppc64el" or "ppc64"
            ? new LinuxKernel(MachineArchitecture.OfElf(head) ?? "", null)
            : null;
    }

    private static string? VersionAt(ReadOnlySpan<byte> head, int offset)
    {
        if (offset <= 0x200 || offset >= head.Length) return null;
        var text = head[offset..Math.Min(offset + 256, head.Length)];
        var end = text.IndexOfAny((byte)' ', (byte)0);
        return end > 0 && !text[..end].ContainsAnyExceptInRange((byte)0x21, (byte)0x7E) ? Encoding.ASCII.GetString(text[..end]) : null;
    }

    /// <summary>As much as comes out of the head that was read; the rest of it is cut off, which is no damage.</summary>
    private static byte[] DecodedHead(Stream inner)
    {
        var head = new byte[0x1000];
        var length = 0;
        try
        {
            for (int read; length < head.Length && (read = inner.Read(head, length, head.Length - length)) > 0;) length += read;
        }
        catch (InvalidImageException) when (length >= 0x40)
        {
            return head[..length];
        }

        return head[..length];
    }
}
