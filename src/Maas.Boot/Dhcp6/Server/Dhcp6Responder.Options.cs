using System.Buffers.Binary;
using System.Net;
using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp6.Server;

internal static partial class Dhcp6Responder
{
    // Temporary addresses and delegated prefixes are not given; the association says so (sections 21.5 and 21.21), else the client would
    // ask on and on.
    private static void RefuseOthers(Dhcp6Request request, Dhcp6Options reply)
    {
        // Once for each association, however often it is named.
        foreach (var option in request.Options.All.DistinctBy(
            o => (o.Code, o.Value.Length < 4 ? 0 : BinaryPrimitives.ReadUInt32BigEndian(o.Value.Span))))
        {
            if (option.Value.Length < 4 || option.Code is not (Dhcp6OptionCode.TemporaryAddresses or Dhcp6OptionCode.DelegatedPrefixes))
                continue;
            if (reply.All.Count > Dhcp6Request.MostAssociations) return;
            var status = new Dhcp6Options();
            status.Add(
                option.Code == Dhcp6OptionCode.TemporaryAddresses ? Dhcp6Status.NoAddressesAvailable : Dhcp6Status.NoPrefixAvailable,
                "not served");
            byte[] times = option.Code == Dhcp6OptionCode.TemporaryAddresses ? [] : new byte[8];
            reply.Add(option.Code, (byte[])[.. option.Value.Span[..4], .. times, .. status.ToArray()]);
        }
    }

    /// <summary>Option 59 is always a URL: what TFTP serves has one too (RFC 3617).</summary>
    private static int SetBoot(BootParameters boot, Dhcp6Subnet? subnet, Dhcp6Options reply)
    {
        var before = reply.All.Count;
        reply.Add(Dhcp6OptionCode.BootFileUrl, UrlOf(boot));
        // EDK II's PXE takes the first parameter for the file's length in blocks, and gives up.
        if (subnet is { BootFileParameters: { Count: > 0 } parameters }
            && boot.Client is { IsIPxe: false, IsPxe: false, IsRaspberryPi: false })
            reply.Add(Dhcp6OptionCode.BootFileParameters, BootFileParameters.ToArray(parameters));
        // As over IPv4: UEFI HTTP boot takes no answer without its class.
        if (boot.Client.Protocol == FirmwareProtocol.Http) reply.Add(Dhcp6OptionCode.VendorClass, FirmwareClient6.HttpClass);
        return reply.All.Count - before;
    }

    private static string UrlOf(BootParameters boot) =>
        BootFileLocator.IsUrl(boot.File)
            ? boot.File
            : $"tftp://{HostOf(boot.Server)}/{string.Join('/', boot.File.Split('/').Select(Uri.EscapeDataString))}";

    private static string HostOf(IPAddress server) =>
        server.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{server}]" : server.ToString();

    private static void SetParameters(Dhcp6Subnet subnet, Dhcp6Request request, Dhcp6Options reply)
    {
        // EDK II before its fixes of CVE-2023-45234 copied the whole list to where one address fits; firmware needs no second one.
        IEnumerable<IPAddress> servers = request.Firmware is { IsIPxe: false } ? subnet.NameServers.Take(1) : subnet.NameServers;
        if (subnet.NameServers.Count > 0 && (request.Wants(Dhcp6OptionCode.DnsServers) || request.Firmware is not null))
            reply.Add(Dhcp6OptionCode.DnsServers, servers);
        if (subnet.SearchDomains.Count > 0 && request.Wants(Dhcp6OptionCode.DomainSearchList))
            reply.Add(Dhcp6OptionCode.DomainSearchList, DomainNames.ToArray(subnet.SearchDomains));
        if (subnet.TimeServers.Count > 0 && request.Wants(Dhcp6OptionCode.NtpServer))
            reply.Add(Dhcp6OptionCode.NtpServer, NtpServers(subnet.TimeServers));
    }

    // Sub-option 1, NTP_SUBOPTION_SRV_ADDR (RFC 5908 section 4.1).
    private static byte[] NtpServers(IEnumerable<IPAddress> servers) =>
        [.. servers.SelectMany(s => (byte[])[0, 1, 0, 16, .. s.GetAddressBytes()])];
}
