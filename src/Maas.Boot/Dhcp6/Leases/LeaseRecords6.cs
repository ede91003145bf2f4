using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp6.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp6.Leases;

/// <summary>
/// A lease in a <see cref="LeaseJournal6"/>:
/// <code>
/// state (1) address (16) association (4) since (8) expires (8), both in ms since 1970
/// hardware type (1) hardware length (1) hardware, client length (1) client
/// from version 2 on: rule length (1) rule (Latin-1)
/// </code>
/// </summary>
internal sealed class LeaseRecords6 : IJournalRecords<UInt128, Lease6>
{
    /// <inheritdoc/>
    public static ReadOnlySpan<byte> Header => "MAASL6\0\u0002"u8;

    /// <inheritdoc/>
    public static UInt128 KeyOf(in Lease6 record) => record.Address.ToNumber128();

    /// <inheritdoc/>
    public static void Write(ArrayBufferWriter<byte> output, in Lease6 record)
    {
        var client = record.Client.Octets;
        var hardware = record.Hardware ?? default;
        var octets = output.GetSpan(40 + 16 + Duid.MaxLength + JournalText.LongestField);
        octets[0] = (byte)record.State;
        record.Address.TryWriteBytes(octets[1..], out _);
        BinaryPrimitives.WriteUInt32BigEndian(octets[17..], record.AssociationId);
        BinaryPrimitives.WriteInt64BigEndian(octets[21..], record.Since.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt64BigEndian(octets[29..], record.ExpiresAt.ToUnixTimeMilliseconds());
        octets[37] = hardware.Type;
        octets[38] = hardware.Length;
        var at = 39 + hardware.CopyTo(octets[39..]);
        octets[at++] = (byte)client.Length;
        client.CopyTo(octets[at..]);
        at += client.Length;
        output.Advance(at + JournalText.Write(octets[at..], record.Rule));
    }

    /// <inheritdoc/>
    public static bool TryRead(ref ReadOnlySpan<byte> payload, byte version, out Lease6 record)
    {
        var reader = new WireReader(payload);
        var state = (LeaseState)reader.ReadByte();
        var address = reader.ReadSpan(16);
        var association = reader.ReadUInt32();
        var since = reader.ReadInt64();
        var expires = reader.ReadInt64();
        var hardwareType = reader.ReadByte();
        var hardware = reader.ReadSpan(reader.ReadByte());
        var client = reader.ReadSpan(reader.ReadByte());
        var rule = version < 2 ? default : reader.ReadSpan(reader.ReadByte());
        record = null!; // as the caller expects of a failed read
        if (reader.Failed
            || hardware.Length > 16
            || state is < LeaseState.Bound or > LeaseState.Quarantined
            || !JournalTime.IsValid(since)
            || !JournalTime.IsValid(expires)) return false;
        if (!client.IsEmpty && !Duid.IsLength(client.Length)) return false;

        payload = payload[^reader.Remaining..];
        record = new Lease6
        {
            Address = new IPAddress(address),
            Client = client.IsEmpty ? default : new Duid(client),
            AssociationId = association,
            Hardware = hardwareType == 0 && hardware.IsEmpty ? null : new HardwareAddress(hardwareType, hardware),
            State = state,
            Since = DateTimeOffset.FromUnixTimeMilliseconds(since),
            ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(expires),
            Rule = JournalText.Read(rule),
        };
        return true;
    }
}
