using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Maas.Core.Diagnostics;

namespace Maas.Core.Delivery;

/// <summary>Metrics of the delivery of changes.</summary>
internal static class DeliveryMetrics
{
    private const string Consumer = "maas.delivery.name";

    private static readonly ConcurrentDictionary<ChangeDelivery, bool> Sources = new();

    private static readonly Counter<long> Attempts = CoreDiagnostics.Meter.CreateCounter<long>(
        "maas.delivery.attempts", "{attempt}",
        "Attempts to deliver a change of a machine, by destination; error.type is `unavailable` or `rejected`.");

    private static readonly Counter<long> DeadLetters = CoreDiagnostics.Meter.CreateCounter<long>(
        "maas.delivery.dead_letters", "{change}", "Changes that were given up after the last attempt, by destination.");

    private static readonly Histogram<double> Delays = CoreDiagnostics.Meter.CreateHistogram(
        "maas.delivery.delay", "s", "The time from a change of a machine to its delivery, by destination.",
        advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 300, 3600, 86400],
        });

    private static readonly ObservableGauge<int> Pending = CoreDiagnostics.Meter.CreateObservableGauge(
        "maas.delivery.pending",
        () => Sources.Keys.Select(source => new Measurement<int>(source.State.Pending, Tag(source.Name))),
        "{change}", "Changes that were read and are not yet delivered, by destination.");

    public static void Add(ChangeDelivery source)
    {
        _ = Pending;
        Sources[source] = true;
    }

    public static void Remove(ChangeDelivery source) => Sources.TryRemove(source, out _);

    /// <param name="name">The name of the delivery.</param>
    /// <param name="error">Why it failed, in a word; <see langword="null"/> when it did not.</param>
    public static void Attempt(string name, string? error)
    {
        var tags = new TagList { { Consumer, name } };
        if (error is not null) tags.Add("error.type", error);
        Attempts.Add(1, tags);
    }

    public static void Delivered(string name, TimeSpan delay) => Delays.Record(Math.Max(0, delay.TotalSeconds), Tag(name));

    public static void GivenUp(string name) => DeadLetters.Add(1, Tag(name));

    private static KeyValuePair<string, object?> Tag(string name) => new(Consumer, name);
}
