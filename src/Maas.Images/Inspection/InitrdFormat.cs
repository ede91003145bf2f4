using Maas.Images.Archives;

namespace Maas.Images.Inspection;

/// <summary>Whether a file can be an initial RAM disk: a cpio archive, or something that the kernel unpacks to one.</summary>
internal static class InitrdFormat
{
    private const int Needed = 6;

    public static bool Matches(Stream content)
    {
        ReadOnlySpan<byte> head = TreeText.Head(content, Needed);
        return Compression.Detect(head) != CompressionFormat.None
            || head.StartsWith("070701"u8)
            || head.StartsWith("070702"u8)
            || head is [0x5D, 0, 0, ..] // lzma
            || head is [0x89, (byte)'L', (byte)'Z', (byte)'O', ..];
    }
}
