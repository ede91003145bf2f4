using Maas.Api.Requests;
using Maas.Api.Routing;
using Maas.Core.Nodes;
using Maas.Core.Topology;

namespace Maas.Api.Dns;

/// <summary>The filters of the lists of DNS names and records.</summary>
/// <param name="Fqdn">The complete name; null for any.</param>
/// <param name="Name">The name below the domain; null for any.</param>
/// <param name="Domain">The domain; null for any.</param>
/// <param name="Type">The type of records; null for any.</param>
internal sealed record DnsFilter(string? Fqdn, string? Name, Domain? Domain, string? Type)
{
    /// <summary>The filters as arguments.</summary>
    public static IReadOnlyList<ApiArgument> Arguments { get; } =
    [
        ApiArgument.Text("fqdn", "only this complete name."),
        ApiArgument.Text("domain", "only names in this domain, by number or name."),
        ApiArgument.Text("name", "only this name below its domain."),
        ApiArgument.Text("rrtype", "only names with records of this type; A and AAAA are addresses."),
        ApiArgument.Flag("all", "the names of nodes too."),
    ];

    /// <summary>Whether names that have addresses and nothing else may match.</summary>
    public bool TakesAddresses => Type is null or "A" or "AAAA";

    /// <summary>Reads the filters; what makes no sense is an error of <paramref name="form"/>.</summary>
    public static DnsFilter Read(FormReader form, TopologySnapshot topology)
    {
        var type = form.Optional("rrtype")?.ToUpperInvariant();
        if (type is not (null or "A" or "AAAA") && DnsRecordResource.KindOf(type) is null)
            form.Refuse("rrtype", $"'{LogText.From(type, 64)}' is not one of the supported record types.");
        return new DnsFilter(
            form.Optional("fqdn")?.TrimEnd('.').ToLowerInvariant(),
            form.Optional("name")?.ToLowerInvariant(),
            form.DnsDomain(topology),
            type);
    }

    public bool Matches(DnsResource resource, DnsSnapshot names) =>
        (Domain is null || resource.DomainId == Domain.Id)
        && (Name is null || resource.Name == Name)
        && (Fqdn is null || resource.FullName(names.DomainOf(resource)) == Fqdn)
        && Type switch
        {
            null => true,
            "A" or "AAAA" => resource.Addresses.Any(address =>
                address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork == (Type == "A")),
            _ => names.RecordsOf(resource.Id).Any(record => record.Type == DnsRecordResource.KindOf(Type)),
        };

    public bool Matches(DnsRecord record, DnsResource resource, DnsSnapshot names) =>
        (Domain is null || resource.DomainId == Domain.Id)
        && (Name is null || resource.Name == Name)
        && (Fqdn is null || resource.FullName(names.DomainOf(resource)) == Fqdn)
        && (Type is null || record.Type == DnsRecordResource.KindOf(Type));

    public bool Matches(Machine machine) =>
        (Domain is null || string.Equals(machine.Domain, Domain.Name, StringComparison.OrdinalIgnoreCase))
        && (Name is null || machine.Hostname == Name)
        && (Fqdn is null || machine.Fqdn == Fqdn)
        && (Type is null || machine.IpAddresses.Any(ip => ip.Contains(':', StringComparison.Ordinal) == (Type == "AAAA")));
}
