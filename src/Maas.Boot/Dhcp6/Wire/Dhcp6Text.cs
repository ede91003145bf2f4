using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;

namespace Maas.Boot.Dhcp6.Wire;

/// <summary>A message for a person, an option a line, complete: what is not known by name is there in hexadecimal.</summary>
internal static class Dhcp6Text
{
    public static string Of(Dhcp6Envelope envelope)
    {
        var text = new StringBuilder();
        foreach (var relay in envelope.Relays)
        {
            text.Append(CultureInfo.InvariantCulture, $"RelayForward hops {relay.HopCount} link {relay.Link} peer {relay.Peer}\n");
            foreach (var option in relay.Options.All.Where(o => o.Code != Dhcp6OptionCode.RelayMessage)) Append(text, option, indent: 2);
        }

        text.Append(CultureInfo.InvariantCulture, $"{envelope.Message.Type} xid {envelope.Message.TransactionId:x6}\n");
        foreach (var option in envelope.Message.Options.All) Append(text, option, indent: 2);
        return text.ToString();
    }

    private static void Append(StringBuilder text, Dhcp6Option option, int indent)
    {
        text.Append(' ', indent).Append(CultureInfo.InvariantCulture, $"{(ushort)option.Code} {option.Code}: {ValueOf(option)}\n");
        var header = option.Code switch
        {
            Dhcp6OptionCode.NonTemporaryAddresses or Dhcp6OptionCode.DelegatedPrefixes => 12,
            Dhcp6OptionCode.TemporaryAddresses => 4,
            Dhcp6OptionCode.Address => 24,
            _ => 0,
        };
        if (header == 0 || option.Value.Length < header || !Dhcp6Options.TryParse(option.Value[header..], out var inner)) return;
        foreach (var each in inner.All) Append(text, each, indent + 2);
    }

    private static string ValueOf(Dhcp6Option option)
    {
        var value = option.Value.Span;
        return option.Code switch
        {
            Dhcp6OptionCode.BootFileUrl => Encoding.UTF8.GetString(value),
            Dhcp6OptionCode.VendorClass when value.Length >= 6 =>
                $"{BinaryPrimitives.ReadUInt32BigEndian(value)} {Encoding.UTF8.GetString(value[6..])}",
            Dhcp6OptionCode.UserClass when value.Length >= 2 =>
                $"{Convert.ToHexStringLower(value)} ({Encoding.Latin1.GetString(value[2..])})",
            Dhcp6OptionCode.NonTemporaryAddresses when value.Length >= 12 =>
                $"id {BinaryPrimitives.ReadUInt32BigEndian(value):x8} "
                + $"T1 {BinaryPrimitives.ReadUInt32BigEndian(value[4..])} T2 {BinaryPrimitives.ReadUInt32BigEndian(value[8..])}",
            Dhcp6OptionCode.Address when value.Length >= 24 =>
                $"{new IPAddress(value[..16])} preferred {BinaryPrimitives.ReadUInt32BigEndian(value[16..])} "
                + $"valid {BinaryPrimitives.ReadUInt32BigEndian(value[20..])}",
            Dhcp6OptionCode.StatusCode when value.Length >= 2 =>
                $"{(Dhcp6Status)BinaryPrimitives.ReadUInt16BigEndian(value)} {Encoding.UTF8.GetString(value[2..])}",
            Dhcp6OptionCode.OptionRequest => Numbers(value),
            _ => Convert.ToHexStringLower(value),
        };
    }

    private static string Numbers(ReadOnlySpan<byte> value)
    {
        var text = new StringBuilder();
        for (; value.Length >= 2; value = value[2..])
            text.Append(CultureInfo.InvariantCulture, $"{BinaryPrimitives.ReadUInt16BigEndian(value)} ");
        return text.ToString().TrimEnd();
    }
}
