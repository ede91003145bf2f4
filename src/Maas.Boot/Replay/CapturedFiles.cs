using System.Buffers.Binary;
using System.Net;
using Maas.Boot.Capture;
using Maas.Boot.Files;
using Maas.Boot.Tftp;

namespace Maas.Boot.Replay;

/// <summary>
/// The files that a capture shows being fetched by TFTP, with the length they had and zeros for content: enough to replay how they were
/// fetched.
/// </summary>
public sealed class CapturedFiles : IBootFiles
{
    private readonly Dictionary<string, long> _lengths = new(StringComparer.Ordinal);

    /// <summary>Looks for files in a capture.</summary>
    /// <param name="packets">The capture.</param>
    /// <param name="tftpPort">The port that requests were sent to.</param>
    public CapturedFiles(IReadOnlyList<CapturedPacket> packets, int tftpPort = 69)
    {
        var names = new Dictionary<IPEndPoint, (string Name, long Blocks, long Octets)>();
        foreach (var packet in packets.OrderBy(p => p.At))
        {
            var payload = packet.Payload.Span;
            if (packet.Destination.Port == tftpPort)
            {
                if (TftpRequest.TryParse(payload, out var request, out _)
                    && BootFileName.TryNormalize(request.Name.Span, out var name, out _))
                    names[packet.Source] = (name, 0, 0);
            }
            else if (names.TryGetValue(packet.Destination, out var asked))
            {
                if (TftpPacket.Opcode(payload) == TftpPacket.OptionAcknowledgement) Note(asked.Name, TransferSize(payload));
                if (TftpPacket.Opcode(payload) != TftpPacket.Data
                    || payload.Length < TftpPacket.DataHeader
                    || BinaryPrimitives.ReadUInt16BigEndian(payload[2..]) != (ushort)(asked.Blocks + 1)) continue;
                asked = (asked.Name, asked.Blocks + 1, asked.Octets + packet.Length - TftpPacket.DataHeader);
                names[packet.Destination] = asked;
                Note(asked.Name, asked.Octets);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<BootFile?> OpenAsync(BootFileRequest request, CancellationToken cancellationToken) =>
        new(_lengths.TryGetValue(request.Name, out var length) ? new Blank(length) : null);

    private void Note(string name, long length)
    {
        if (length > _lengths.GetValueOrDefault(name, -1)) _lengths[name] = length;
    }

    private static long TransferSize(ReadOnlySpan<byte> options)
    {
        var at = options.IndexOf("tsize\0"u8);
        if (at < 0) return -1;
        var value = options[(at + 6)..];
        return value.IndexOf((byte)0) is var end and >= 0
            && long.TryParse(
                value[..end], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var size)
                ? size
                : -1;
    }

    private sealed class Blank(long length) : BootFile
    {
        public override long Length => length;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken)
        {
            var count = (int)Math.Clamp(length - offset, 0, buffer.Length);
            buffer.Span[..count].Clear();
            return new(count);
        }
    }
}
