using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp6.Wire;

/// <summary>
/// The options of a message, of a relay's envelope, or within an option, in their order; a code may come more than once.
/// <code>
///  0                   1                   2                   3
/// +-------------------------------+-------------------------------+
/// |          option-code          |           option-len          |
/// +-------------------------------+-------------------------------+
/// |                  option-data (option-len octets)              |      RFC 8415 section 21.1
/// +---------------------------------------------------------------+
/// </code>
/// </summary>
internal sealed class Dhcp6Options
{
    private const int HeaderLength = 4;

    private readonly List<Dhcp6Option> _options = [];

    /// <summary>The options in their order.</summary>
    public IReadOnlyList<Dhcp6Option> All => _options;

    /// <summary>How many octets they take on the wire.</summary>
    public int Length { get; private set; }

    /// <summary>Reads an area that consists of options; the values are views of it.</summary>
    /// <returns>
    /// <see langword="false"/> when an option leads out of the area, or fewer octets than an option's header has stray behind the last one.
    /// </returns>
    public static bool TryParse(ReadOnlyMemory<byte> area, [NotNullWhen(true)] out Dhcp6Options? options)
    {
        if (TryParseLenient(area, out options) && options.Length == area.Length) return true;
        options = null;
        return false;
    }

    /// <summary>
    /// Reads what ends a datagram: as <see cref="TryParse"/>, but up to three octets that stray behind the last option are passed over.
    /// Some clients send them.
    /// </summary>
    /// <returns><see langword="false"/> when an option leads out of the area.</returns>
    public static bool TryParseLenient(ReadOnlyMemory<byte> area, [NotNullWhen(true)] out Dhcp6Options? options)
    {
        options = new Dhcp6Options();
        var reader = new WireReader(area.Span);
        while (reader.Remaining >= HeaderLength)
        {
            var code = (Dhcp6OptionCode)reader.ReadUInt16();
            var length = reader.ReadUInt16();
            var at = area.Length - reader.Remaining;
            reader.ReadSpan(length);
            if (reader.Failed)
            {
                options = null;
                return false;
            }

            options.Add(code, area.Slice(at, length));
        }

        return true;
    }

    public bool Contains(Dhcp6OptionCode code) => _options.Exists(o => o.Code == code);

    /// <summary>The first value of a code; empty without one.</summary>
    public ReadOnlyMemory<byte> Get(Dhcp6OptionCode code) => TryGet(code, out var value) ? value : default;

    public bool TryGet(Dhcp6OptionCode code, out ReadOnlyMemory<byte> value)
    {
        foreach (var option in _options)
            if (option.Code == code)
            {
                value = option.Value;
                return true;
            }

        value = default;
        return false;
    }

    /// <summary>Adds an option at the end.</summary>
    /// <exception cref="ArgumentException">The value is longer than 65,535 octets.</exception>
    public void Add(Dhcp6OptionCode code, ReadOnlyMemory<byte> value)
    {
        if (value.Length > ushort.MaxValue)
            throw new ArgumentException($"Option {(ushort)code} cannot hold {value.Length} octets.", nameof(value));
        _options.Add(new Dhcp6Option(code, value));
        Length += HeaderLength + value.Length;
    }

    public void Add(Dhcp6OptionCode code, string text) => Add(code, Encoding.UTF8.GetBytes(text));

    /// <summary>Adds an option that is a list of addresses.</summary>
    public void Add(Dhcp6OptionCode code, IEnumerable<IPAddress> addresses) =>
        Add(code, addresses.SelectMany(a => a.GetAddressBytes()).ToArray());

    /// <summary>Adds a status (RFC 8415 section 21.13): code (2) and words for a person.</summary>
    public void Add(Dhcp6Status status, string words) =>
        Add(Dhcp6OptionCode.StatusCode, (byte[])[0, (byte)status, .. Encoding.UTF8.GetBytes(words)]);

    /// <summary>Takes the option at a place in the order out.</summary>
    public void RemoveAt(int index)
    {
        Length -= HeaderLength + _options[index].Value.Length;
        _options.RemoveAt(index);
    }

    /// <summary>Writes the options; there is room for <see cref="Length"/> octets.</summary>
    public void Write(Span<byte> destination)
    {
        foreach (var (code, value) in _options)
        {
            BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)code);
            BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)value.Length);
            value.Span.CopyTo(destination[HeaderLength..]);
            destination = destination[(HeaderLength + value.Length)..];
        }
    }

    public byte[] ToArray()
    {
        var octets = new byte[Length];
        Write(octets);
        return octets;
    }
}
