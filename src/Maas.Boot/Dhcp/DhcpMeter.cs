using System.Diagnostics.Metrics;
using Maas.Boot.Diagnostics;

namespace Maas.Boot.Dhcp;

/// <summary>What a DHCP server counts, whichever IP it speaks. Without a listener it costs next to nothing.</summary>
/// <param name="name">The part of the instruments' names that is its own.</param>
/// <param name="protocol">The protocol in the descriptions.</param>
internal sealed class DhcpMeter(string name, string protocol)
{
    // From an answer of memory, over a write to the disk, to an ARP probe and a boot policy that takes its time.
    private static readonly double[] DurationBuckets =
        [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

    private readonly Counter<long> _requests = BootMeter.Meter.CreateCounter<long>(
        $"maas.boot.{name}.requests", "{message}", $"{protocol} messages received, by type.");
    private readonly Counter<long> _replies = BootMeter.Meter.CreateCounter<long>(
        $"maas.boot.{name}.replies", "{message}", $"{protocol} messages sent, by type.");
    private readonly Counter<long> _dropped = BootMeter.Meter.CreateCounter<long>(
        $"maas.boot.{name}.dropped", "{message}", $"{protocol} datagrams dropped, by reason.");
    private readonly Counter<long> _limits = BootMeter.Meter.CreateCounter<long>(
        $"maas.boot.{name}.limits", "{limit}", "Bounds met, each once a minute and place.");
    private readonly Histogram<double> _durations = BootMeter.Meter.CreateHistogram<double>(
        $"maas.boot.{name}.duration",
        "s",
        $"From receiving a {protocol} request to sending its reply.",
        tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = DurationBuckets });

    public void Received(string type)
    {
        if (_requests.Enabled) _requests.Add(1, new KeyValuePair<string, object?>("maas.dhcp.message_type", type));
    }

    /// <summary>A reply was sent to what was received at this timestamp.</summary>
    public void Replied(string type, long receivedAt, TimeProvider timeProvider)
    {
        if (_replies.Enabled) _replies.Add(1, new KeyValuePair<string, object?>("maas.dhcp.message_type", type));
        if (_durations.Enabled) _durations.Record(timeProvider.GetElapsedTime(receivedAt).TotalSeconds);
    }

    public void Malformed() => Dropped("malformed");

    public void Overflowed() => Dropped("too_many_in_flight");

    public void Limited() => _limits.Add(1);

    private void Dropped(string reason) => _dropped.Add(1, new KeyValuePair<string, object?>("error.type", reason));
}
