using System.Diagnostics.Metrics;
using Maas.Boot.Diagnostics;

namespace Maas.Boot.Dns;

/// <summary>What the DNS server counts.</summary>
internal static class DnsMeter
{
    private static readonly Counter<long> Queries = BootMeter.Meter.CreateCounter<long>(
        "maas.boot.dns.queries", "{query}", "DNS queries, by what became of them.");

    /// <summary>Counts a query that was answered with this code, or (<see langword="null"/>) forwarded.</summary>
    public static void Query(DnsResponseCode? code)
    {
        if (Queries.Enabled) Queries.Add(1, new KeyValuePair<string, object?>("maas.dns.result", code?.ToString() ?? "forwarded"));
    }
}
