using System.Buffers.Binary;

namespace Maas.Power.Ipmi.Wire;

/// <summary>
/// Reads the fields of a message in wire order, least significant byte first, and remembers failure: read everything, then check
/// <see cref="Failed"/> once. After a failure every read yields zero or an empty span.
/// </summary>
internal ref struct IpmiReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Whether a field was read that the message does not have.</summary>
    public bool Failed { get; private set; }

    public readonly int Remaining => _rest.Length;

    public byte ReadByte() => Take(1) is [var value] ? value : (byte)0;

    public ushort ReadUInt16() => Take(2) is { Length: 2 } span ? BinaryPrimitives.ReadUInt16LittleEndian(span) : (ushort)0;

    public uint ReadUInt32() => Take(4) is { Length: 4 } span ? BinaryPrimitives.ReadUInt32LittleEndian(span) : 0;

    public ReadOnlySpan<byte> ReadSpan(int length) => Take(length);

    public ReadOnlySpan<byte> ReadRest() => Take(_rest.Length);

    public void Skip(int length) => Take(length);

    private ReadOnlySpan<byte> Take(int length)
    {
        if (Failed || length < 0 || length > _rest.Length)
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
