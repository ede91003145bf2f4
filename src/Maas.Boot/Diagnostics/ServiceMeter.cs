using System.Diagnostics.Metrics;
using Maas.Boot.Dns;

namespace Maas.Boot.Diagnostics;

/// <summary>What DNS, time and syslog count.</summary>
internal static class ServiceMeter
{
    private static readonly Counter<long> Queries = BootMeter.Meter.CreateCounter<long>(
        "maas.boot.dns.queries", "{query}", "DNS queries, by what became of them.");
    private static readonly Counter<long> Times = BootMeter.Meter.CreateCounter<long>(
        "maas.boot.sntp.answers", "{answer}", "Time requests answered.");
    private static readonly Counter<long> Lines = BootMeter.Meter.CreateCounter<long>(
        "maas.boot.syslog.lines", "{line}", "Lines received over the network, by what became of them.");

    private static readonly Counter<long> Failures = BootMeter.Meter.CreateCounter<long>(
        "maas.boot.failures", "{failure}", "Datagrams and connections whose handling failed with an exception, by server.");

    /// <summary>A datagram or a connection could not be handled: a defect, or an application's code that threw.</summary>
    /// <param name="server">Which server, such as <c>dns</c>.</param>
    public static void Failed(string server) => Failures.Add(1, new KeyValuePair<string, object?>("server", server));

    /// <summary>A query was answered here, with this code, or passed on.</summary>
    public static void Query(DnsResponseCode? code)
    {
        if (Queries.Enabled) Queries.Add(1, new KeyValuePair<string, object?>("result", code?.ToString() ?? "forwarded"));
    }

    public static void TimeTold() => Times.Add(1);

    public static void Line(bool taken)
    {
        if (Lines.Enabled) Lines.Add(1, new KeyValuePair<string, object?>("result", taken ? "taken" : "dropped"));
    }
}
