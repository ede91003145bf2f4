using System.Buffers.Binary;
using Maas.Boot.Dhcp6.Wire;

namespace Maas.Boot.Dhcp6.Server;

/// <summary>
/// What every datagram of this server keeps to, whatever made it. Firmware was shown to trust servers: the lengths of identifiers,
/// addresses, and name server lists were read past their ends or copied into too little room (CVE-2023-45229, -45230, -45234, -45235), so a
/// mistake here would be a crash there.
/// </summary>
internal static class Dhcp6OutgoingRules
{
    /// <summary>What is wrong with a datagram, in words; <see langword="null"/> when nothing is.</summary>
    public static string? Violation(ReadOnlyMemory<byte> datagram)
    {
        if (datagram.Length > Dhcp6Responder.LongestMessage)
            return $"{datagram.Length} octets are more than every link carries in one piece";
        while (datagram.Span is [(byte)Dhcp6MessageType.RelayReply, ..])
        {
            if (datagram.Length < 34 || !Dhcp6Options.TryParse(datagram[34..], out var wrapping)) return "a relay's options lead out of it";
            if (!wrapping.TryGet(Dhcp6OptionCode.RelayMessage, out datagram)) return "a relay has nothing to pass on";
        }

        if (!Dhcp6Message.TryParse(datagram, out var message)) return "its options lead out of it";
        if (message.Length != datagram.Length) return "octets stray behind its options";
        if (message.Type is not (Dhcp6MessageType.Advertise or Dhcp6MessageType.Reply)) return "a server does not send its type";
        if (!message.Options.Contains(Dhcp6OptionCode.ServerIdentifier)) return "the server's identifier is missing";
        foreach (var option in message.Options.All)
            if (Violation(option) is { } wrong) return $"option {(ushort)option.Code}: {wrong}";
        if (message.Options.All.Where(o => MayRepeat(o.Code)).GroupBy(o => (o.Code, Id(o))).FirstOrDefault(g => g.Count() > 1) is { } same)
            return $"option {(ushort)same.Key.Code} comes twice for one association";
        return message.Options.All.GroupBy(o => o.Code).FirstOrDefault(g => g.Count() > 1 && !MayRepeat(g.Key)) is { } twice
            ? $"option {(ushort)twice.Key} comes twice"
            : null;
    }

    // The association's number comes first in each of the kinds that may repeat.
    private static uint Id(Dhcp6Option option) => option.Value.Length < 4 ? 0 : BinaryPrimitives.ReadUInt32BigEndian(option.Value.Span);

    private static bool MayRepeat(Dhcp6OptionCode code) =>
        code is Dhcp6OptionCode.NonTemporaryAddresses or Dhcp6OptionCode.TemporaryAddresses or Dhcp6OptionCode.DelegatedPrefixes;

    private static string? Violation(Dhcp6Option option)
    {
        var value = option.Value.Span;
        return option.Code switch
        {
            Dhcp6OptionCode.ClientIdentifier or Dhcp6OptionCode.ServerIdentifier =>
                Duid.IsLength(value.Length) ? null : "no identifier has this length",
            Dhcp6OptionCode.NonTemporaryAddresses =>
                IdentityAssociation.TryParse(option.Value, out var association) ? Violation(association) : "it is cut short",
            Dhcp6OptionCode.DnsServers => value.Length > 0 && value.Length % 16 == 0 ? null : "no list of addresses has this length",
            Dhcp6OptionCode.StatusCode => value.Length >= 2 ? null : "it is cut short",
            Dhcp6OptionCode.RapidCommit => value.IsEmpty ? null : "it has no value",
            Dhcp6OptionCode.Preference => value.Length == 1 ? null : "it is one octet",
            Dhcp6OptionCode.BootFileUrl => value.IsEmpty || value.Contains((byte)0) ? "a URL is neither empty nor ended by a NUL" : null,
            Dhcp6OptionCode.BootFileParameters => BootFileParameters.TryParse(value, out _) ? null : "a parameter leads out of it",
            Dhcp6OptionCode.VendorClass =>
                value.Length >= 6 && BinaryPrimitives.ReadUInt16BigEndian(value[4..]) == value.Length - 6
                    ? null
                    : "its class leads out of it",
            _ => null,
        };
    }

    private static string? Violation(IdentityAssociation association) =>
        association.Addresses.Any(a => a.Preferred > a.Valid) ? "an address is preferred for longer than it is valid" : null;
}
