using System.Globalization;
using Maas.Boot;
using Maas.Core.Topology;

namespace Maas.Hosting.Naming;

/// <summary>The stored DNS records of names, as the DNS server sends them. Pure.</summary>
internal static class StoredRecords
{
    /// <summary>The names that operators chose, complete, with their records.</summary>
    /// <param name="names">What is stored.</param>
    /// <param name="domains">The domains that are served.</param>
    public static IEnumerable<(string Name, HostRecords Records)> Of(DnsSnapshot names, IReadOnlyCollection<Domain> domains)
    {
        foreach (var domain in domains)
        {
            foreach (var resource in names.ResourcesOf(domain.Id))
            {
                yield return (resource.FullName(domain.Name), new HostRecords
                {
                    Addresses = resource.Addresses,
                    AddressTimeToLive = Seconds(resource.AddressTtl ?? domain.Ttl),
                    Records = [.. names.RecordsOf(resource.Id).Select(record => Of(record, domain)).OfType<HostRecord>()],
                });
            }
        }
    }

    /// <summary>One record; <see langword="null"/> for one whose data is not that of its type.</summary>
    private static HostRecord? Of(DnsRecord record, Domain domain)
    {
        var life = Seconds(record.Ttl ?? domain.Ttl);
        return (record.Type, record.Fields) switch
        {
            (DnsRecordKind.Cname, [var host]) => new HostRecord.CanonicalName(Complete(host)) { TimeToLive = life },
            (DnsRecordKind.Ns, [var host]) => new HostRecord.NameServer(Complete(host)) { TimeToLive = life },
            (DnsRecordKind.Mx, [var preference, var host]) =>
                new HostRecord.MailExchange(Number(preference), Complete(host)) { TimeToLive = life },
            (DnsRecordKind.Srv, [var priority, var weight, var port, var host]) => new HostRecord.Service(
                Number(priority), Number(weight), Number(port), host == "." ? "" : Complete(host)) { TimeToLive = life },
            (DnsRecordKind.Sshfp, [var algorithm, var hash, var print]) => new HostRecord.SshFingerprint(
                (byte)Number(algorithm), (byte)Number(hash), Convert.FromHexString(print)) { TimeToLive = life },
            (DnsRecordKind.Txt, { Count: > 0 } texts) => new HostRecord.Text(texts) { TimeToLive = life },
            _ => null,
        };

        string Complete(string host) => DnsRecord.CompleteName(host, domain.Name);
    }

    private static TimeSpan? Seconds(int? seconds) => seconds is { } life ? TimeSpan.FromSeconds(life) : null;

    // The stored data was checked when it was saved.
    private static ushort Number(string text) => ushort.Parse(text, CultureInfo.InvariantCulture);
}
