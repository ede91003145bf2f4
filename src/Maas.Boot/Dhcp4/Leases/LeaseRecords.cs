using System.Buffers;
using System.Buffers.Binary;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Leases;

/// <summary>
/// A lease in a <see cref="LeaseJournal"/>:
/// <code>
/// state (1) address (4) since (8) expires (8), both in ms since 1970
/// hardware type (1) hardware length (1) hardware, client length (2) client, host name length (1) host name (Latin-1)
/// from version 2 on: rule length (1) rule (Latin-1)
/// from version 3 on: relay (4), 0 for none
/// </code>
/// </summary>
internal sealed class LeaseRecords : IJournalRecords<IPv4Address, Lease>
{
    /// <inheritdoc/>
    public static ReadOnlySpan<byte> Header => "MAASLJ\0\u0003"u8;

    /// <inheritdoc/>
    public static IPv4Address KeyOf(in Lease record) => record.IPv4;

    /// <inheritdoc/>
    public static bool TryRead(ref ReadOnlySpan<byte> payload, byte version, out Lease lease)
    {
        var reader = new WireReader(payload);
        var state = (LeaseState)reader.ReadByte();
        var address = reader.ReadIPv4();
        var since = reader.ReadInt64();
        var expires = reader.ReadInt64();
        var hardwareType = reader.ReadByte();
        var hardware = reader.ReadSpan(reader.ReadByte());
        var client = reader.ReadSpan(reader.ReadUInt16());
        var hostName = reader.ReadSpan(reader.ReadByte());
        var rule = version < 2 ? default : reader.ReadSpan(reader.ReadByte());
        var relay = version < 3 ? default : reader.ReadIPv4();
        lease = default;
        if (reader.Failed
            || hardware.Length > 16
            || state is < LeaseState.Bound or > LeaseState.Quarantined
            || !JournalTime.IsValid(since)
            || !JournalTime.IsValid(expires)) return false;

        payload = payload[^reader.Remaining..];
        lease = new Lease(
            address,
            new ClientIdentifier(client),
            state,
            DateTimeOffset.FromUnixTimeMilliseconds(since),
            DateTimeOffset.FromUnixTimeMilliseconds(expires))
        {
            Hardware = new HardwareAddress(hardwareType, hardware),
            HostName = JournalText.Read(hostName),
            Rule = JournalText.Read(rule),
            RelayIPv4 = relay,
        };
        return true;
    }

    /// <inheritdoc/>
    public static void Write(ArrayBufferWriter<byte> output, in Lease lease)
    {
        var client = lease.Client.Octets;
        var record = output.GetSpan(30 + 16 + client.Length + (2 * JournalText.LongestField));
        record[0] = (byte)lease.State;
        lease.IPv4.WriteTo(record[1..]);
        BinaryPrimitives.WriteInt64BigEndian(record[5..], lease.Since.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt64BigEndian(record[13..], lease.ExpiresAt.ToUnixTimeMilliseconds());
        record[21] = lease.Hardware.Type;
        record[22] = lease.Hardware.Length;
        var at = 23 + lease.Hardware.CopyTo(record[23..]);
        BinaryPrimitives.WriteUInt16BigEndian(record[at..], (ushort)client.Length);
        client.CopyTo(record[(at + 2)..]);
        at += 2 + client.Length;
        at += JournalText.Write(record[at..], lease.HostName);
        at += JournalText.Write(record[at..], lease.Rule);
        lease.RelayIPv4.WriteTo(record[at..]);
        output.Advance(at + 4);
    }
}
