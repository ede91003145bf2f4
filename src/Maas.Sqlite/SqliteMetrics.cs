using System.Diagnostics.Metrics;

namespace Maas.Sqlite;

/// <summary>The meter of this package, <c>Maas.Sqlite</c>.</summary>
internal static class SqliteMetrics
{
    private static readonly Meter Meter = new("Maas.Sqlite");

    /// <summary>From the caller's request until the disk has it.</summary>
    public static readonly Histogram<double> WriteDuration = Meter.CreateHistogram(
        "maas.sqlite.write.duration",
        "s",
        "How long a write took from the request until it was durable.",
        advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries =
                [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
        });

    /// <summary>How many writes shared one transaction.</summary>
    public static readonly Histogram<int> BatchSize = Meter.CreateHistogram(
        "maas.sqlite.batch.size",
        "{write}",
        "How many writes shared one transaction and one sync.",
        advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256] });
}
