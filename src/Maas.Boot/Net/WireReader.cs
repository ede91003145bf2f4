using System.Buffers.Binary;

namespace Maas.Boot.Net;

/// <summary>
/// Reads fields in wire order and remembers failure: read everything, then ask <see cref="Failed"/> once.
/// After a failure every read yields zero or an empty span.
/// </summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Whether something was read that was not there.</summary>
    public bool Failed { get; private set; }

    public readonly int Remaining => _rest.Length;

    public byte ReadByte() => Take(1) is [var value] ? value : (byte)0;

    public ushort ReadUInt16() => Take(2) is { Length: 2 } span ? BinaryPrimitives.ReadUInt16BigEndian(span) : (ushort)0;

    public uint ReadUInt32() => Take(4) is { Length: 4 } span ? BinaryPrimitives.ReadUInt32BigEndian(span) : 0;

    public long ReadInt64() => Take(8) is { Length: 8 } span ? BinaryPrimitives.ReadInt64BigEndian(span) : 0;

    /// <summary>An IPv4 address.</summary>
    public IPv4Address ReadIPv4() => new(ReadUInt32());

    public ReadOnlySpan<byte> ReadSpan(int length) => Take(length);

    private ReadOnlySpan<byte> Take(int length)
    {
        if (Failed || length > _rest.Length)
        {
            Failed = true;
            _rest = default;
            return default;
        }

        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
