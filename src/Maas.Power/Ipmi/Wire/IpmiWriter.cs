using System.Buffers.Binary;

namespace Maas.Power.Ipmi.Wire;

/// <summary>Writes the fields of a message in wire order, least significant byte first. Too small a buffer is an exception.</summary>
internal ref struct IpmiWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    /// <summary>How many bytes have been written.</summary>
    public int Length { get; private set; }

    /// <summary>What has been written.</summary>
    public readonly Span<byte> Written => _buffer[..Length];

    public void WriteByte(int value) => _buffer[Length++] = (byte)value;

    public void WriteUInt16(int value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer[Length..], (ushort)value);
        Length += 2;
    }

    public void WriteUInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer[Length..], value);
        Length += 4;
    }

    public void Write(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer[Length..]);
        Length += bytes.Length;
    }

    /// <summary>Room that the caller fills.</summary>
    public Span<byte> Reserve(int length)
    {
        var room = _buffer.Slice(Length, length);
        Length += length;
        return room;
    }
}
