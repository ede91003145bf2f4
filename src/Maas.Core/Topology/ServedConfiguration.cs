using System.Text.Json.Serialization;

namespace Maas.Core.Topology;

/// <summary>What a configuration said of a subnet, to be compared with what it says later.</summary>
/// <param name="Gateway">The router; empty for none.</param>
/// <param name="NameServers">The name servers.</param>
/// <param name="Ranges">The ranges that DHCP leases.</param>
/// <param name="Reserved">The reserved addresses, with their hardware addresses.</param>
internal sealed record ServedConfiguration(
    string Gateway, IReadOnlyList<string> NameServers, IReadOnlyList<string> Ranges, IReadOnlyList<string> Reserved)
{
    public static ServedConfiguration Of(ServedSubnet served) => new(
        $"{served.Subnet.Gateway}",
        [.. served.Subnet.DnsServers.Select(server => $"{server}")],
        [.. served.DynamicRanges.Select(range => TextOf(range.Start, range.End))],
        [.. served.Reserved.Select(each => TextOf(each.Ip, each.MacAddress))]);

    public static string TextOf(object one, object other) => $"{one} {other}";
}

[JsonSerializable(typeof(ServedConfiguration))]
internal sealed partial class ServedJson : JsonSerializerContext;
