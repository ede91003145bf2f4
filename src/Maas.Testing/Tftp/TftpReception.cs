using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Maas.Testing.Tftp;

/// <summary>
/// The receiving side of a transfer as a machine of steps: a datagram or a silence in, perhaps a datagram out. It knows no socket.
/// </summary>
/// <remarks>
/// The sender counts blocks in 16 bits and wraps to 0. A block ahead of the expected one says that one was lost: the last good one is
/// acknowledged, once, and the sender goes back (RFC 7440 section 4). The last good block again says that our acknowledgement was lost.
/// </remarks>
internal sealed class TftpReception
{
    public static readonly byte[] UnknownTransfer = [0, 5, 0, 5, .. "Unknown transfer ID"u8, 0];

    public static readonly byte[] Aborted = [0, 5, 0, 0, .. "User aborted the transfer"u8, 0];

    private const ushort Data = 3, Acknowledgement = 4, Error = 5, OptionAcknowledgement = 6;

    private readonly TftpClientOptions _options;
    private readonly byte[] _request;
    private int _blockSize = 512;
    private int _windowSize = 1;
    private long _received;
    private int _sinceAcknowledged;
    private bool _gapTold;

    public TftpReception(TftpClientOptions options, string name)
    {
        _options = options;
        var text = new StringBuilder("\0\u0001").Append(name).Append("\0octet\0");
        // In the order of OVMF; servers must not care (RFC 2347).
        if (options.AskSize) text.Append("tsize\0").Append("0\0");
        if (options.BlockSize is { } block) text.Append("blksize\0").Append(CultureInfo.InvariantCulture, $"{block}\0");
        if (options.WindowSize is { } window) text.Append("windowsize\0").Append(CultureInfo.InvariantCulture, $"{window}\0");
        _request = Encoding.UTF8.GetBytes(text.ToString());
        Reply = _request;
    }

    /// <summary>The datagram to send now; <see langword="null"/> for none.</summary>
    public byte[]? Reply { get; private set; }

    public bool HasBegun { get; private set; }

    public bool IsDone { get; private set; }

    /// <summary>Bytes received in order.</summary>
    public long Length { get; private set; }

    /// <summary>The length that the server told; -1 when it has not.</summary>
    public long Announced { get; private set; } = -1;

    public void Sent() => Reply = null;

    /// <summary>Nothing came: the last word is said again.</summary>
    public void Repeat() => Reply = HasBegun ? Acknowledge() : _request;

    /// <summary>Takes a datagram of the server's.</summary>
    /// <returns>Whether it brought the transfer on.</returns>
    public bool Take(ReadOnlySpan<byte> datagram, out ReadOnlySpan<byte> data)
    {
        data = default;
        if (datagram.Length < 4) return false;
        switch (BinaryPrimitives.ReadUInt16BigEndian(datagram))
        {
            case Error:
                var code = BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]);
                throw new TftpException($"TFTP error {code}: {Printable(datagram[4..])}", code);
            case OptionAcknowledgement when _received == 0:
                if (!HasBegun) Agree(datagram[2..]);
                var first = !HasBegun;
                HasBegun = true;
                Reply = Acknowledge();
                return first;
            case Data:
                return TakeBlock(BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]), datagram[4..], out data);
            default:
                return false;
        }
    }

    private bool TakeBlock(ushort block, ReadOnlySpan<byte> content, out ReadOnlySpan<byte> data)
    {
        data = default;
        HasBegun = true;
        var ahead = (ushort)(block - (ushort)(_received + 1));
        if (ahead != 0)
        {
            if (ahead == ushort.MaxValue) Reply = Acknowledge();
            else if (ahead < _windowSize && !_gapTold)
            {
                _gapTold = true;
                Reply = Acknowledge();
            }

            return false;
        }

        if (content.Length > _blockSize) throw new TftpException($"A block of {content.Length} bytes where {_blockSize} were agreed.");
        data = content;
        Length += content.Length;
        _received++;
        _gapTold = false;
        IsDone = content.Length < _blockSize;
        if (IsDone && Announced >= 0 && Announced != Length)
            throw new TftpException($"{Length} bytes came where {Announced} were announced.");
        if (IsDone || ++_sinceAcknowledged >= _windowSize) Reply = Acknowledge();
        return true;
    }

    private byte[] Acknowledge()
    {
        _sinceAcknowledged = 0;
        var packet = new byte[4];
        BinaryPrimitives.WriteUInt16BigEndian(packet, Acknowledgement);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)_received);
        return packet;
    }

    private void Agree(ReadOnlySpan<byte> pairs)
    {
        var words = Encoding.ASCII.GetString(pairs).Split('\0');
        for (var i = 0; i + 1 < words.Length; i += 2)
        {
            if (!long.TryParse(words[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
                throw new TftpException($"Option {words[i]} has no number.");
            switch (words[i].ToLowerInvariant())
            {
                case "blksize" when value >= 8 && value <= _options.BlockSize:
                    _blockSize = (int)value;
                    break;
                case "windowsize" when value >= 1 && value <= _options.WindowSize:
                    _windowSize = (int)value;
                    break;
                case "tsize" when _options.AskSize:
                    Announced = value;
                    break;
                default:
                    throw new TftpException($"The server granted {words[i]} {value}, which was not asked for (RFC 2347).");
            }
        }
    }

    private static string Printable(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)0);
        return new string([.. Encoding.ASCII.GetString(end < 0 ? text : text[..end]).Where(c => !char.IsControl(c)).Take(200)]);
    }
}
