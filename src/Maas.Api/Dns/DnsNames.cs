using System.Globalization;
using Maas.Api.Requests;
using Maas.Core.Topology;

namespace Maas.Api.Dns;

/// <summary>Reads the names that forms give: <c>fqdn</c>, or <c>name</c> and <c>domain</c>.</summary>
internal static class DnsNames
{
    private const string NotAChoice = "Select a valid choice. That choice is not one of the available choices.";

    extension(FormReader form)
    {
        /// <summary>The domain that a field names, by number or name; null when the field is absent, or wrong, which is an error.</summary>
        public Domain? DnsDomain(TopologySnapshot topology)
        {
            if (form.Optional("domain") is not { } text) return null;
            var found = (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                ? topology.Domains.FirstOrDefault(domain => domain.Id - 1 == id) : null) ?? topology.FindDomain(text.TrimEnd('.'));
            if (found is null) form.Refuse("domain", NotAChoice);
            return found;
        }

        /// <summary>
        /// The domain and the name below it. <paramref name="present"/> is what stays when nothing is given; null, and an error, when a
        /// name is missing or is in no domain.
        /// </summary>
        public (long DomainId, string Name)? DnsName(TopologySnapshot topology, (long DomainId, string Name)? present)
        {
            var domain = form.DnsDomain(topology);
            if (form.HasErrors) return null;
            if (form.Optional("fqdn") is { } text)
            {
                if (form.Optional("name") is not null)
                {
                    form.Refuse("fqdn", "Give either fqdn, or name and domain.");
                    return null;
                }

                var fqdn = text.Trim().TrimEnd('.').ToLowerInvariant();
                domain ??= Longest(topology, fqdn);
                if (domain is null || !IsIn(fqdn, domain.Name))
                {
                    form.Refuse("fqdn", "The name is in no domain of this server.");
                    return null;
                }

                return (domain.Id, fqdn.Length == domain.Name.Length ? DnsResource.Apex : fqdn[..^(domain.Name.Length + 1)]);
            }

            var name = form.Optional("name")?.Trim().TrimEnd('.').ToLowerInvariant();
            if (present is { } kept) return (domain?.Id ?? kept.DomainId, name ?? kept.Name);
            if (name is not null) return ((domain ?? topology.DefaultDomain).Id, name);
            form.Refuse("name", "This field is required.");
            return null;
        }
    }

    private static Domain? Longest(TopologySnapshot topology, string fqdn) =>
        topology.Domains.Where(domain => IsIn(fqdn, domain.Name)).MaxBy(domain => domain.Name.Length);

    private static bool IsIn(string name, string domain) => name == domain || name.EndsWith("." + domain, StringComparison.Ordinal);
}
