using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Maas.Core.Topology;

/// <summary>The rules of DNS names and records, in the words of MAAS's forms.</summary>
internal static partial class DnsRules
{
    private const int MostAddresses = 64;
    private const int MostRecords = 256;
    private const int LongestTtl = 604_800;

    public static (string Field, string Reason)? Check(DnsResource resource, DnsSnapshot names, IReadOnlySet<string> reserved)
    {
        if (names.Topology.Domains.FirstOrDefault(domain => domain.Id == resource.DomainId) is not { } domain)
            return ("domain", TopologyRules.NotAChoice);
        if (CheckName(resource.Name, domain.Name, reserved) is { } wrong) return ("name", wrong);
        if (names.FindResource(resource.DomainId, resource.Name) is { } other && other.Id != resource.Id)
            return ("name", "DNS resource with this Domain and Name already exists.");
        if (CheckTtl(resource.AddressTtl) is { } badTtl) return ("address_ttl", badTtl);
        if (resource.Addresses.Count > MostAddresses) return ("ip_addresses", $"At most {MostAddresses} addresses.");
        if (resource.Addresses.FirstOrDefault(address => !IsHostAddress(address)) is { } odd)
            return ("ip_addresses", $"'{odd}' is not the address of a host.");
        return resource.Addresses.Count > 0 && names.RecordsOf(resource.Id).Any(record => record.Type == DnsRecordKind.Cname)
            ? (FormMessages.WholeForm, "Cannot add address: CNAME present.") : null;
    }

    public static (string Field, string Reason)? Check(DnsRecord record, DnsResource resource, DnsSnapshot names)
    {
        if (CheckTtl(record.Ttl) is { } badTtl) return ("ttl", badTtl);
        var others = names.RecordsOf(resource.Id).Where(other => other.Id != record.Id).ToList();
        if (others.Count >= MostRecords) return (FormMessages.WholeForm, $"A name has at most {MostRecords} records.");
        if (record.Type == DnsRecordKind.Cname)
        {
            if (resource.Name == DnsResource.Apex)
                return (
                    FormMessages.WholeForm, "CNAME records for a name cannot coexist with non-CNAME records: a domain has an SOA record.");
            if (others.Any(other => other.Type == DnsRecordKind.Cname))
                return (FormMessages.WholeForm, "Only one CNAME can be associated with a name.");
            if (others.Count > 0 || resource.Addresses.Count > 0)
                return (FormMessages.WholeForm, "CNAME records for a name cannot coexist with non-CNAME records.");
        }
        else if (others.Any(other => other.Type == DnsRecordKind.Cname))
        {
            return (FormMessages.WholeForm, "CNAME records for a name cannot coexist with non-CNAME records.");
        }

        if (others.Any(other => other.Type == record.Type && other.Data == record.Data))
            return ("rrdata", "DNS resource record with this Rrtype and Rrdata already exists.");
        // RFC 2181 section 5.2: one time to live for the records of a name and type.
        return others.FirstOrDefault(other => other.Type == record.Type && other.Ttl != record.Ttl) is { } differs
            ? ("ttl", $"TTL of {record.Ttl?.ToString(null, null) ?? "default"} differs from other resource records TTL of "
                + $"{differs.Ttl?.ToString(null, null) ?? "default"}.")
            : null;
    }

    /// <summary>Addresses in one form, without duplicates.</summary>
    public static IReadOnlyList<IPAddress> Normalize(IReadOnlyList<IPAddress> addresses) =>
        [.. addresses.Select(address => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).Distinct()];

    private static string? CheckName(string name, string domain, IReadOnlySet<string> reserved)
    {
        if (name is DnsResource.Apex or "*") return null;
        var labels = name.Split('.');
        if (name.Length + domain.Length + 1 > DnsData.LongestName
            || !labels.Select((label, place) => Label().IsMatch(label) || (place == 0 && label == "*")).All(isValid => isValid))
            return "Invalid DNS name: labels of 1 to 63 letters, digits, hyphens and underscores.";
        return reserved.Contains(name) ? $"The name '{name}' is reserved: clients trust the host of that name." : null;
    }

    private static string? CheckTtl(int? ttl) =>
        ttl < 1 ? FormMessages.AtLeast(1) : ttl > LongestTtl ? FormMessages.AtMost(LongestTtl) : null;

    private static bool IsHostAddress(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            return !address.IsIPv6Multicast && !address.Equals(IPAddress.IPv6Any) && address.ScopeId == 0;
        var first = address.GetAddressBytes()[0];
        return first is > 0 and < 224; // no multicast, no broadcast
    }

    [GeneratedRegex(@"\A[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Label();
}
