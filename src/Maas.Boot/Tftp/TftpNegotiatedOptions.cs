using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Maas.Boot.Tftp;

/// <summary>What was agreed for one transfer: the client's wishes held to the server's limits (RFC 2347: never more than asked).</summary>
/// <param name="BlockSize">Bytes of data in a full block.</param>
/// <param name="WindowSize">Blocks in flight.</param>
/// <param name="Length">The file's length in bytes, as sent.</param>
internal sealed record TftpNegotiatedOptions(int BlockSize, int WindowSize, long Length)
{
    /// <summary>Without the blksize option (RFC 1350).</summary>
    public const int DefaultBlockSize = 512;

    /// <summary>The number of blocks; the last is shorter than a full one, and empty when the length is a multiple.</summary>
    public long Blocks => (Length / BlockSize) + 1;

    /// <summary>The retransmission interval the client asked for; <see langword="null"/> leaves it to the server.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Whether the client asked for the file's size.</summary>
    public bool TellsSize { get; init; }

    /// <summary>The OACK packet; empty when no option was asked for, and the first data block is the answer.</summary>
    public ReadOnlyMemory<byte> OptionAcknowledgement { get; init; }

    /// <summary>Holds a request to the limits.</summary>
    /// <param name="request">What the client asked.</param>
    /// <param name="length">The file's length.</param>
    /// <param name="options">The server's limits.</param>
    /// <param name="mtuBlockSize">The largest block that the path carries in one piece.</param>
    /// <param name="windowBytes">What is left of the memory for windows; <see langword="null"/> for as much as the options allow one
    /// client.</param>
    public static TftpNegotiatedOptions Agree(
        TftpRequest request,
        long length,
        TftpServerOptions options,
        int mtuBlockSize,
        int? windowBytes = null)
    {
        var largest = options.ClampBlockSizeToMtu
            ? Math.Min(options.MaxBlockSize, Math.Max(mtuBlockSize, DefaultBlockSize))
            : options.MaxBlockSize;
        var block = request.BlockSize is { } asked ? Math.Min(asked, largest) : DefaultBlockSize;
        var widest = Math.Clamp((windowBytes ?? options.MaxWindowBytes) / block, 1, options.MaxWindowSize);
        var window = request.WindowSize is { } blocks ? Math.Min(blocks, widest) : 1;
        var terms = new TftpNegotiatedOptions(block, window, length)
        {
            Timeout = request.TimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            TellsSize = request.AsksSize,
        };
        return request.HasOptions ? terms with { OptionAcknowledgement = Acknowledge(request, terms) } : terms;
    }

    /// <summary>As the observer and the log show it.</summary>
    public override string ToString() => $"blksize {BlockSize}, windowsize {WindowSize}";

    private static byte[] Acknowledge(TftpRequest request, TftpNegotiatedOptions terms)
    {
        var packet = new ArrayBufferWriter<byte>(96);
        BinaryPrimitives.WriteUInt16BigEndian(packet.GetSpan(2), TftpPacket.OptionAcknowledgement);
        packet.Advance(2);
        if (request.AsksSize) Write("tsize", terms.Length);
        if (request.BlockSize is not null) Write("blksize", terms.BlockSize);
        if (request.WindowSize is not null) Write("windowsize", terms.WindowSize);
        if (request.TimeoutSeconds is { } seconds) Write("timeout", seconds);
        return packet.WrittenSpan.ToArray();

        void Write(string option, long value) =>
            Encoding.ASCII.GetBytes($"{option}\0{value.ToString(CultureInfo.InvariantCulture)}\0", packet);
    }
}
