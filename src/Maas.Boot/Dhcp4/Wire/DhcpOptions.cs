using System.Buffers.Binary;
using System.Net;
using System.Text;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Wire;

/// <summary>
/// The options of a message, each code once, in the order they were added or received. Codes this package does not
/// know are kept like any other.
/// </summary>
/// <remarks>
/// Values live in one buffer that is reused with the message, so that reading a message allocates nothing once the buffer has grown. Not
/// safe for use from several threads.
/// </remarks>
public sealed partial class DhcpOptions
{
    private byte[] _values = new byte[512];
    private Slot[] _slots = new Slot[24];
    private int _used;

    /// <summary>How many options there are.</summary>
    public int Count { get; private set; }

    /// <summary>The option at a place in the order, 0 to <see cref="Count"/> - 1.</summary>
    public DhcpOption At(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
        ref readonly var slot = ref _slots[index];
        return new DhcpOption(slot.Code, _values.AsSpan(slot.Offset, slot.Length));
    }

    /// <summary>Whether the option is present, with or without a value.</summary>
    public bool Contains(DhcpOptionCode code) => IndexOf(code) >= 0;

    /// <summary>The value of an option.</summary>
    /// <returns><see langword="false"/> when it is absent; the value may be empty when it is present.</returns>
    public bool TryGet(DhcpOptionCode code, out ReadOnlySpan<byte> value)
    {
        var index = IndexOf(code);
        value = index < 0 ? default : At(index).Value;
        return index >= 0;
    }

    /// <summary>The value of an option, empty when it is absent.</summary>
    public ReadOnlySpan<byte> Get(DhcpOptionCode code) => TryGet(code, out var value) ? value : default;

    /// <summary>An option of exactly one octet; <see langword="null"/> when absent or of another length.</summary>
    public byte? GetByte(DhcpOptionCode code) => Get(code) is [var value] ? value : null;

    /// <summary>An option of exactly two octets; <see langword="null"/> when absent or of another length.</summary>
    public ushort? GetUInt16(DhcpOptionCode code) => Get(code) is { Length: 2 } value ? BinaryPrimitives.ReadUInt16BigEndian(value) : null;

    /// <summary>An option of exactly four octets; <see langword="null"/> when absent or of another length.</summary>
    public uint? GetUInt32(DhcpOptionCode code) => Get(code) is { Length: 4 } value ? BinaryPrimitives.ReadUInt32BigEndian(value) : null;

    /// <summary>An option that is one IPv4 address; <see langword="null"/> when absent or of another length.</summary>
    public IPAddress? GetAddress(DhcpOptionCode code) => GetIPv4(code)?.ToIPAddress();

    /// <summary>
    /// A text option without its trailing NULs; <see langword="null"/> when absent. Octets above 127 are read as Latin-1, so nothing is
    /// lost or refused.
    /// </summary>
    public string? GetText(DhcpOptionCode code) => TryGet(code, out var value) ? Encoding.Latin1.GetString(value.TrimEnd((byte)0)) : null;

    /// <summary>Adds an option at the end, or replaces its value in its place.</summary>
    /// <exception cref="ArgumentException">The code is PAD, END or Overload (which are matters of the wire), or the value is longer than
    /// 65,535 octets.</exception>
    public void Set(DhcpOptionCode code, ReadOnlySpan<byte> value) => value.CopyTo(Reserve(code, value.Length));

    /// <summary>Sets an option of one octet.</summary>
    public void Set(DhcpOptionCode code, byte value) => Reserve(code, 1)[0] = value;

    /// <summary>Sets an option of two octets.</summary>
    public void Set(DhcpOptionCode code, ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Reserve(code, 2), value);

    /// <summary>Sets an option of four octets.</summary>
    public void Set(DhcpOptionCode code, uint value) => BinaryPrimitives.WriteUInt32BigEndian(Reserve(code, 4), value);

    /// <summary>Sets an option of one IPv4 address.</summary>
    public void Set(DhcpOptionCode code, IPAddress address) => Set(code, address.ToIPv4());

    /// <summary>Sets an option that is a list of IPv4 addresses.</summary>
    public void Set(DhcpOptionCode code, IReadOnlyList<IPAddress> addresses)
    {
        var value = Reserve(code, addresses.Count * 4);
        for (var i = 0; i < addresses.Count; i++) addresses[i].ToIPv4().WriteTo(value[(i * 4)..]);
    }

    /// <summary>
    /// Sets a text option, without a terminating NUL (RFC 2132 section 2). Characters outside Latin-1 become question marks.
    /// </summary>
    public void Set(DhcpOptionCode code, string text) => Encoding.Latin1.GetBytes(text, Reserve(code, text.Length));

    internal IPv4Address? GetIPv4(DhcpOptionCode code) => Get(code) is { Length: 4 } value ? IPv4Address.Read(value) : null;

    internal void Set(DhcpOptionCode code, IPv4Address address) => address.WriteTo(Reserve(code, 4));

    /// <summary>Takes an option out.</summary>
    /// <returns>Whether it was there.</returns>
    public bool Remove(DhcpOptionCode code)
    {
        var index = IndexOf(code);
        if (index < 0) return false;
        _slots.AsSpan(index + 1, --Count - index).CopyTo(_slots.AsSpan(index));
        return true;
    }

    /// <summary>Takes all options out.</summary>
    public void Clear() => Count = _used = 0;

    /// <summary>Makes room for an option's value, to be filled by the caller.</summary>
    internal Span<byte> Reserve(DhcpOptionCode code, int length)
    {
        if (code is DhcpOptionCode.Pad or DhcpOptionCode.End or DhcpOptionCode.Overload)
            throw new ArgumentException($"{code} is written by the message itself.", nameof(code));
        if (length > ushort.MaxValue) throw new ArgumentException($"Option {(byte)code} cannot hold {length} octets.", nameof(length));

        var index = IndexOf(code);
        if (index < 0) return Append(code, length);
        ref var slot = ref _slots[index];
        if (slot.Length < length) slot.Offset = Grow(length);
        slot.Length = length;
        return _values.AsSpan(slot.Offset, length);
    }

    private int IndexOf(DhcpOptionCode code)
    {
        for (var i = 0; i < Count; i++)
            if (_slots[i].Code == code) return i;
        return -1;
    }

    private Span<byte> Append(DhcpOptionCode code, int length)
    {
        if (Count == _slots.Length) Array.Resize(ref _slots, Count * 2);
        var offset = Grow(length);
        _slots[Count++] = new Slot { Code = code, Offset = offset, Length = length };
        return _values.AsSpan(offset, length);
    }

    private int Grow(int length)
    {
        if (_used + length > _values.Length) Array.Resize(ref _values, Math.Max(_values.Length * 2, _used + length));
        var offset = _used;
        _used += length;
        return offset;
    }

    private struct Slot
    {
        public DhcpOptionCode Code;
        public int Offset;
        public int Length;
    }
}
