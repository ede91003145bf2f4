using System.Diagnostics.Metrics;
using Maas.Boot.Diagnostics;

namespace Maas.Boot.Dhcp;

/// <summary>What a DHCP server counts, whichever IP it speaks. Without a listener it costs next to nothing.</summary>
/// <param name="name">The part of the instruments' names that is its own.</param>
/// <param name="protocol">The protocol in the descriptions.</param>
internal sealed class DhcpMeter(string name, string protocol)
{
    private readonly Counter<long> _requests = BootMeter.Meter.CreateCounter<long>(
        $"maas.boot.{name}.requests", "{message}", $"{protocol} messages received, by type.");
    private readonly Counter<long> _replies = BootMeter.Meter.CreateCounter<long>(
        $"maas.boot.{name}.replies", "{message}", $"{protocol} messages sent, by type.");
    private readonly Counter<long> _dropped = BootMeter.Meter.CreateCounter<long>(
        $"maas.boot.{name}.dropped", "{message}", $"{protocol} datagrams dropped, by reason.");
    private readonly Counter<long> _limits = BootMeter.Meter.CreateCounter<long>(
        $"maas.boot.{name}.limits", "{limit}", "Bounds met, each once a minute and place.");
    private readonly Histogram<double> _durations = BootMeter.Meter.CreateHistogram<double>(
        $"maas.boot.{name}.duration", "s", $"From receiving a {protocol} request to sending its reply.");

    public void Received(string type)
    {
        if (_requests.Enabled) _requests.Add(1, new KeyValuePair<string, object?>("type", type));
    }

    /// <summary>A reply was sent to what was received at this timestamp.</summary>
    public void Replied(string type, long receivedAt, TimeProvider timeProvider)
    {
        if (_replies.Enabled) _replies.Add(1, new KeyValuePair<string, object?>("type", type));
        if (_durations.Enabled) _durations.Record(timeProvider.GetElapsedTime(receivedAt).TotalSeconds);
    }

    public void Malformed() => Dropped("malformed");

    public void Overflowed() => Dropped("too many under way");

    public void Limited() => _limits.Add(1);

    private void Dropped(string reason) => _dropped.Add(1, new KeyValuePair<string, object?>("reason", reason));
}
