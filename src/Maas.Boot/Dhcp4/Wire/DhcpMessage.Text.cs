using System.Globalization;
using System.Text;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Wire;

public sealed partial class DhcpMessage
{
    /// <summary>
    /// The message in words, a line for each field that is set and each option: for logs, tests and people with a capture.
    /// </summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"{Operation} {Type} xid {TransactionId:x8} from {Hardware}, secs {SecondsElapsed}, flags {Flags:x4}, hops {Hops}\n");
        Line("ciaddr", Ciaddr);
        Line("yiaddr", Yiaddr);
        Line("siaddr", Siaddr);
        Line("giaddr", Giaddr);
        if (ServerHostName is { Length: > 0 } name) text.Append("  sname ").Append(Quote(Encoding.Latin1.GetBytes(name))).Append('\n');
        if (BootFile is { Length: > 0 } file) text.Append("  file ").Append(Quote(Encoding.Latin1.GetBytes(file))).Append('\n');
        for (var i = 0; i < Options.Count; i++)
        {
            var option = Options.At(i);
            text.Append(CultureInfo.InvariantCulture, $"  {(byte)option.Code} {option.Code}: {Describe(option)}\n");
        }

        return text.ToString();

        void Line(string label, IPv4Address address)
        {
            if (!address.IsNone) text.Append(CultureInfo.InvariantCulture, $"  {label} {address}\n");
        }
    }

    private static string Describe(DhcpOption option) => option.Code switch
    {
        DhcpOptionCode.SubnetMask or DhcpOptionCode.Router or DhcpOptionCode.DomainNameServer or DhcpOptionCode.BroadcastAddress
            or DhcpOptionCode.NtpServer or DhcpOptionCode.RequestedAddress or DhcpOptionCode.ServerIdentifier
                or DhcpOptionCode.SubnetSelection
            when option.Value.Length % 4 == 0 => Addresses(option.Value),
        DhcpOptionCode.LeaseTime or DhcpOptionCode.RenewalTime or DhcpOptionCode.RebindingTime when option.Value.Length == 4 =>
            $"{Number(option.Value)} s",
        DhcpOptionCode.MaximumMessageSize or DhcpOptionCode.InterfaceMtu when option.Value.Length == 2 => $"{Number(option.Value)}",
        DhcpOptionCode.MessageType when option.Value.Length == 1 => $"{(DhcpMessageType)option.Value[0]}",
        DhcpOptionCode.ParameterRequestList => string.Join(' ', option.Value.ToArray()),
        DhcpOptionCode.HostName or DhcpOptionCode.DomainName or DhcpOptionCode.VendorClass or DhcpOptionCode.BootFileName
            or DhcpOptionCode.TftpServerName or DhcpOptionCode.Message or DhcpOptionCode.RootPath or DhcpOptionCode.UserClass =>
                Quote(option.Value),
        _ => Convert.ToHexStringLower(option.Value),
    };

    private static string Addresses(ReadOnlySpan<byte> value)
    {
        var addresses = new List<string>();
        for (; value.Length >= 4; value = value[4..]) addresses.Add(IPv4Address.Read(value).ToString());
        return string.Join(", ", addresses);
    }

    private static uint Number(ReadOnlySpan<byte> value)
    {
        uint number = 0;
        foreach (var octet in value) number = (number << 8) | octet;
        return number;
    }

    // What a client calls itself goes to terminals and logs: nothing but printable ASCII leaves here.
    private static string Quote(ReadOnlySpan<byte> value)
    {
        var text = new StringBuilder("\"");
        foreach (var octet in value)
        {
            if (octet is >= 0x20 and < 0x7f and not (byte)'"' and not (byte)'\\') text.Append((char)octet);
            else text.Append(CultureInfo.InvariantCulture, $"\\x{octet:x2}");
        }

        return text.Append('"').ToString();
    }
}
