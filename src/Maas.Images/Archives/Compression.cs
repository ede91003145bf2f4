using System.IO.Compression;
using Maas.Images.ByteSources;
using SharpCompress.Compressors.BZip2;
using SharpCompress.Compressors.Xz;

namespace Maas.Images.Archives;

/// <summary>Recognises and opens compressed streams.</summary>
/// <example><code>
/// await using var plain = Compression.OpenRead(File.OpenRead("initrd"));
/// </code></example>
public static class Compression
{
    /// <summary>
    /// How many of a stream's first bytes <see cref="Detect(ReadOnlySpan{byte})"/> looks at: a signature, behind skippable frames that are
    /// not longer.
    /// </summary>
    public const int SignatureLength = 512;

    /// <summary>The longest signature: a stream that begins with none is not read further than that to tell what it is.</summary>
    internal const int ShortestHead = 6;

    private const int MostSkippableFrames = 1024;
    private const long LongestSkippableFrame = 64 << 20;

    private const int UsualGzipLevel = 6;
    private const int UsualZstandardLevel = 12; // a window of up to 8 MiB, which the kernel's unpacker takes

    /// <summary>The format whose signature is at the start of <paramref name="head"/>.</summary>
    public static CompressionFormat Detect(ReadOnlySpan<byte> head)
    {
        var format = DetectAtStart(head);
        if (format != CompressionFormat.None) return format;
        for (var left = head; SkippableFrame.LengthOf(left) is { } skipped && skipped <= left.Length;)
        {
            left = left[(int)skipped..];
            if (DetectAtStart(left) is var behind and (CompressionFormat.Zstandard or CompressionFormat.Lz4)) return behind;
        }

        return CompressionFormat.None;
    }

    private static CompressionFormat DetectAtStart(ReadOnlySpan<byte> head) => head switch
    {
        [0x1f, 0x8b, 0x08, ..] => CompressionFormat.Gzip,
        [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..] => CompressionFormat.Xz,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => CompressionFormat.Zstandard,
        [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9', ..] => CompressionFormat.Bzip2,
        _ when Lz4Stream.Begins(head) => CompressionFormat.Lz4,
        _ => CompressionFormat.None,
    };

    /// <summary>
    /// As <see cref="Detect(ReadOnlySpan{byte})"/>, of bytes that can be read anywhere: behind skippable frames of any length.
    /// </summary>
    internal static CompressionFormat Detect(RandomAccessSource bytes)
    {
        Span<byte> head = stackalloc byte[SkippableFrame.HeaderLength];
        long at = 0;
        for (var frames = 0; frames < MostSkippableFrames; frames++)
        {
            var found = head[..bytes.Read(at, head)];
            if (SkippableFrame.LengthOf(found) is not { } skipped)
                return DetectAtStart(found) is var format && (at == 0 || format is CompressionFormat.Zstandard or CompressionFormat.Lz4)
                    ? format : CompressionFormat.None;
            if (skipped > LongestSkippableFrame) break;
            at += skipped;
        }

        return CompressionFormat.None;
    }

    /// <summary>
    /// The bytes that <paramref name="source"/> holds, decompressed when it is compressed. Reading is forward only.
    /// Damage shows as <see cref="InvalidImageException"/>; so does more than <paramref name="limit"/> bytes, which is
    /// how a decompression bomb ends.
    /// </summary>
    /// <param name="source">Read from its present position to its end; closed with the result.</param>
    /// <param name="limit">The most bytes that may come out; at least 0. Default: no limit.</param>
    public static Stream OpenRead(Stream source, long limit = long.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        return Open(source, limit, isAll: true);
    }

    /// <summary>As <see cref="OpenRead"/>, of a stream that may go on with something that is not packed, or in another way.</summary>
    internal static DecodedStream OpenFirst(Stream source, long limit) => Open(source, limit, isAll: false);

    /// <summary>
    /// A stream that compresses what is written to it; disposing it completes the format and leaves <paramref name="destination"/> open.
    /// </summary>
    /// <param name="destination">Where the compressed bytes go; need not seek.</param>
    /// <param name="format">Gzip, Zstandard, or none, which passes through.</param>
    /// <param name="level">The format's own: 1 to 9 for gzip, 1 to 22 for Zstandard; <see langword="null"/> for 6 and 12. Linux unpacks an
    /// initrd of up to 21.</param>
    /// <exception cref="NotSupportedException">The format is only read here.</exception>
    public static Stream OpenWrite(Stream destination, CompressionFormat format, int? level = null)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return format switch
        {
            CompressionFormat.None => new BufferedStream(new UnownedStream(destination)),
            CompressionFormat.Gzip =>
                new GZipStream(destination, new ZLibCompressionOptions { CompressionLevel = level ?? UsualGzipLevel }, leaveOpen: true),
            CompressionFormat.Zstandard => new ZstdSharp.CompressionStream(destination, level ?? UsualZstandardLevel, leaveOpen: true),
            _ => throw new NotSupportedException($"{format} is only read here."),
        };
    }

    private static DecodedStream Open(Stream source, long limit, bool isAll)
    {
        var input = new PeekedStream(source);
        var format = DetectAtStart(input.Peek(ShortestHead));
        try
        {
            if (format == CompressionFormat.None) format = PassSkippableFrames(input);
            return new DecodedStream(Decoder(input, format, isAll), input, format.ToString().ToLowerInvariant() + " stream", limit, isAll);
        }
        catch (Exception fault) when (fault is not (IOException or OperationCanceledException))
        {
            input.Dispose();
            throw new InvalidImageException($"{format} stream", "its header cannot be read", 0, fault);
        }
    }

    /// <summary>Skips leading skippable frames up to the frame that identifies the format.</summary>
    private static CompressionFormat PassSkippableFrames(PeekedStream input)
    {
        var passed = false;
        while (SkippableFrame.Begins(input.Peek(ShortestHead))
            && SkippableFrame.LengthOf(input.Peek(SkippableFrame.HeaderLength)) is { } length && length <= LongestSkippableFrame)
        {
            passed = true;
            for (var left = length; left > 0;)
            {
                var part = input.Peek((int)Math.Min(left, SignatureLength)).Length;
                if (part == 0) throw new InvalidDataException("A skippable frame is cut short.");
                input.Skip(part);
                left -= part;
            }
        }

        if (!passed) return CompressionFormat.None;
        if (input.IsAtEnd) return CompressionFormat.Zstandard; // of no bytes
        return DetectAtStart(input.Peek(ShortestHead)) is var format and (CompressionFormat.Zstandard or CompressionFormat.Lz4)
            ? format
            : throw new InvalidDataException("Neither a Zstandard nor an LZ4 frame follows the skippable frames.");
    }

    private static Stream Decoder(PeekedStream input, CompressionFormat format, bool isAll) => format switch
    {
        CompressionFormat.Gzip => new CompleteGzipStream(input, isAll),
        CompressionFormat.Xz => new ConsecutiveStreams(input, format, padding: 4, static stream => new XZStream(stream)),
        CompressionFormat.Zstandard => new ZstdSharp.DecompressionStream(new ZstandardFrames(input), leaveOpen: true),
        CompressionFormat.Bzip2 =>
            new ConsecutiveStreams(
                input,
                format,
                padding: 0,
                static stream => BZip2Stream.Create(
                    stream, SharpCompress.Compressors.CompressionMode.Decompress, decompressConcatenated: false, leaveOpen: true)),
        CompressionFormat.Lz4 => new Lz4Stream(input),
        _ => input,
    };
}
