using System.Diagnostics.Metrics;
using Maas.Core.Nodes;

namespace Maas.Hosting.Health;

/// <summary>
/// Adds up what the meters of this process count, for the health page: not a replacement of a metrics system, which has the attributes
/// and the history. Hosts in one process, as in tests, share the meters of the packages.
/// </summary>
internal sealed class MeterTotals : IDisposable
{
    private const int Samples = 4; // with a sample every 15 seconds: the last minute

    private static readonly (string Meter, string Instrument, string Name, string Unit)[] Known =
    [
        ("Microsoft.AspNetCore.Hosting", "http.server.request.duration", "HTTP requests", ""),
        ("Maas.Boot", "maas.boot.dhcp.requests", "DHCP requests", ""),
        ("Maas.Boot", "maas.boot.dhcp6.requests", "DHCPv6 requests", ""),
        ("Maas.Boot", "maas.boot.tftp.transfers", "TFTP transfers", ""),
        ("Maas.Boot", "maas.boot.tftp.bytes", "TFTP bytes", "B"),
        ("Maas.Boot", "maas.boot.dns.queries", "DNS queries", ""),
        ("Maas.Images", "maas.images.peer.bytes", "Image bytes from other hosts", "B"),
        ("Maas.Power", "maas.power.requests", "Power requests", ""),
    ];

    private readonly MeterListener _listener = new();
    private readonly Total[] _totals = [.. Known.Select(known => new Total(known.Name, known.Unit))];
    private readonly Queue<(long At, long[] Counts)> _samples = [];
    private readonly TimeProvider _timeProvider;

    /// <summary>Begins to count.</summary>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="isOwn">Whether an instrument is of this host: <see cref="IsOf"/>.</param>
    public MeterTotals(TimeProvider timeProvider, Func<Instrument, bool> isOwn)
    {
        _timeProvider = timeProvider;
        _samples.Enqueue((timeProvider.GetTimestamp(), new long[Known.Length]));
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            var at = Array.FindIndex(Known, known => known.Meter == instrument.Meter.Name && known.Instrument == instrument.Name);
            if (at < 0 || !isOwn(instrument)) return;
            // What a histogram measures is a duration: it is counted. What a counter measures is added.
            listener.EnableMeasurementEvents(instrument, instrument is Histogram<double> ? _totals[at].Events : _totals[at]);
        };
        _listener.SetMeasurementEventCallback<long>(static (_, measurement, _, state) => (state as Total)?.Add(measurement));
        _listener.SetMeasurementEventCallback<double>(static (_, _, _, state) => (state as EventTotal)?.Add());
        _listener.Start();
    }

    /// <summary>
    /// Whether an instrument is of the host with these meters. ASP.NET Core makes its own for each host, and the packages one for the
    /// process.
    /// </summary>
    public static bool IsOf(Instrument instrument, IMeterFactory? factory) =>
        instrument.Meter.Scope is not IMeterFactory scope || scope == factory;

    /// <summary>The counts since the start, with their means since the oldest sample; takes a sample.</summary>
    public IReadOnlyList<HostThroughput> Sample()
    {
        var now = _timeProvider.GetTimestamp();
        var counts = _totals.Select(total => total.Count).ToArray();
        var (then, before) = _samples.Peek();
        var seconds = _timeProvider.GetElapsedTime(then, now).TotalSeconds;
        _samples.Enqueue((now, counts));
        if (_samples.Count > Samples) _samples.Dequeue();
        return
        [
            .. _totals.Select((total, at) => new HostThroughput(
                total.Name, total.Unit, counts[at], seconds > 0 ? (counts[at] - before[at]) / seconds : 0)),
        ];
    }

    /// <summary>Counts no longer.</summary>
    public void Dispose() => _listener.Dispose();

    private sealed class Total
    {
        private long _count;

        public Total(string name, string unit)
        {
            (Name, Unit) = (name, unit);
            Events = new EventTotal(this);
        }

        public string Name { get; }

        public string Unit { get; }

        public EventTotal Events { get; }

        public long Count => Interlocked.Read(ref _count);

        public void Add(long number) => Interlocked.Add(ref _count, number);
    }

    private sealed class EventTotal(Total total)
    {
        public void Add() => total.Add(1);
    }
}
