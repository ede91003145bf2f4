using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp6.Wire;

/// <summary>
/// An identity association: addresses that a client leases under a number of its own, one a network interface.
/// <code>
/// IA_NA   IAID (4), T1 (4), T2 (4), options                                    RFC 8415 section 21.4
/// IAADDR  address (16), preferred lifetime (4), valid lifetime (4), options    section 21.6
/// </code>
/// </summary>
/// <param name="Id">The client's number (IAID).</param>
/// <param name="Addresses">The addresses in it.</param>
internal sealed record IdentityAssociation(uint Id, IReadOnlyList<LeasedAddress> Addresses)
{
    private const int HeaderLength = 12, AddressHeaderLength = 24;

    /// <summary>What came of it; <see langword="null"/> when there is nothing to say.</summary>
    public (Dhcp6Status Status, string Words)? Status { get; init; }

    /// <summary>Reads the value of an option 3.</summary>
    /// <returns><see langword="false"/> when it is malformed.</returns>
    public static bool TryParse(ReadOnlyMemory<byte> value, [NotNullWhen(true)] out IdentityAssociation? association)
    {
        association = null;
        if (value.Length < HeaderLength || !Dhcp6Options.TryParse(value[HeaderLength..], out var options)) return false;
        var addresses = new List<LeasedAddress>();
        foreach (var option in options.All.Where(o => o.Code == Dhcp6OptionCode.Address))
        {
            var reader = new WireReader(option.Value.Span);
            var address = reader.ReadSpan(16);
            var preferred = reader.ReadUInt32();
            var valid = reader.ReadUInt32();
            if (reader.Failed || !Dhcp6Options.TryParse(option.Value[AddressHeaderLength..], out _)) return false;
            addresses.Add(new LeasedAddress(new IPAddress(address), TimeSpan.FromSeconds(preferred), TimeSpan.FromSeconds(valid)));
        }

        association = new IdentityAssociation(BinaryPrimitives.ReadUInt32BigEndian(value.Span), addresses);
        return true;
    }

    /// <summary>
    /// The value of an option 3. T1 and T2 are half and four fifths of the shortest preferred lifetime (RFC 8415 section 21.4).
    /// </summary>
    public byte[] ToArray()
    {
        var options = new Dhcp6Options();
        foreach (var address in Addresses) options.Add(Dhcp6OptionCode.Address, address.ToArray());
        if (Status is { } status) options.Add(status.Status, status.Words);

        var held = Addresses.Where(a => a.Valid > TimeSpan.Zero).Select(a => Seconds(a.Preferred)).DefaultIfEmpty(0u).Min();
        var octets = new byte[HeaderLength + options.Length];
        BinaryPrimitives.WriteUInt32BigEndian(octets, Id);
        BinaryPrimitives.WriteUInt32BigEndian(octets.AsSpan(4), held / 2);
        BinaryPrimitives.WriteUInt32BigEndian(octets.AsSpan(8), (uint)(held * 4L / 5));
        options.Write(octets.AsSpan(HeaderLength));
        return octets;
    }

    internal static uint Seconds(TimeSpan time) => (uint)Math.Min(time.TotalSeconds, uint.MaxValue);
}

/// <summary>An address with its lifetimes, zero for one that the client must not use.</summary>
internal readonly record struct LeasedAddress(IPAddress Address, TimeSpan Preferred, TimeSpan Valid)
{
    public byte[] ToArray()
    {
        var octets = new byte[24];
        Address.TryWriteBytes(octets, out _);
        BinaryPrimitives.WriteUInt32BigEndian(octets.AsSpan(16), IdentityAssociation.Seconds(Preferred));
        BinaryPrimitives.WriteUInt32BigEndian(octets.AsSpan(20), IdentityAssociation.Seconds(Valid));
        return octets;
    }
}
