using System.Diagnostics.Metrics;

namespace Maas.Postgres;

/// <summary>The meter of this package, <c>Maas.Postgres</c>.</summary>
internal static class PostgresMetrics
{
    private static readonly Meter Meter = new("Maas.Postgres");

    /// <summary>From the caller's request until the database has committed.</summary>
    public static readonly Histogram<double> WriteDuration = Meter.CreateHistogram(
        "maas.postgres.write.duration",
        "s",
        "How long a write took from the request until it was committed.",
        advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries =
                [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
        });

    private static readonly Counter<long> Repetitions = Meter.CreateCounter<long>(
        "maas.postgres.repetitions", "{attempt}", "How many attempts of queries and transactions were repeated, by their cause.");

    private static readonly UpDownCounter<long> Leading = Meter.CreateUpDownCounter<long>(
        "maas.postgres.leader", "{host}", "1 while this host runs the work that one host runs at a time.");

    private static readonly Counter<long> Refusals = Meter.CreateCounter<long>(
        "maas.postgres.refused", "{request}", "How many queries and transactions were refused because too many waited.");

    /// <summary>Counts a query or a transaction that was refused.</summary>
    public static void Refused() => Refusals.Add(1);

    /// <summary>Counts an attempt that is repeated.</summary>
    public static void Repeated(PostgresFailureKind cause) => Repetitions.Add(
        1,
        new KeyValuePair<string, object?>("maas.postgres.cause", cause switch
        {
            PostgresFailureKind.Conflict => "conflict",
            PostgresFailureKind.Constraint => "constraint",
            _ => "connection",
        }));

    /// <summary>Notes that this host leads, or does not any more.</summary>
    public static void Leads(bool leads) => Leading.Add(leads ? 1 : -1);
}
