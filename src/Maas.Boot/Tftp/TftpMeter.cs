using System.Diagnostics;
using System.Diagnostics.Metrics;
using Maas.Boot.Diagnostics;

namespace Maas.Boot.Tftp;

/// <summary>What TFTP counts, and the trace of each transfer.</summary>
internal static class TftpMeter
{
    private static readonly Counter<long> Transfers = BootMeter.Meter.CreateCounter<long>(
        "maas.boot.tftp.transfers", "{transfer}", "TFTP transfers that ended, by outcome.");
    private static readonly Counter<long> Bytes = BootMeter.Meter.CreateCounter<long>(
        "maas.boot.tftp.bytes", "By", "Bytes of files that clients have acknowledged.");
    private static readonly Counter<long> Repeats = BootMeter.Meter.CreateCounter<long>(
        "maas.boot.tftp.repeats", "{block}", "Blocks and OACKs sent more than once.");
    private static readonly Counter<long> Dropped = BootMeter.Meter.CreateCounter<long>(
        "maas.boot.tftp.dropped", "{request}", "Requests dropped because a bound was met.");
    private static readonly Histogram<double> Durations = BootMeter.Meter.CreateHistogram<double>(
        "maas.boot.tftp.duration",
        "s",
        "From a request to the end of its transfer.",
        tags: null,
        // from a script over a near link to an initrd over a slow one, and to clients that pause
        new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]
        });

    /// <summary>Begins the trace of a request; <see langword="null"/> without a listener.</summary>
    public static Activity? Begin(TransferEntry entry) =>
        BootMeter.Activities.HasListeners()
            ? BootMeter.Activities.StartActivity(
                "TFTP read",
                ActivityKind.Server)?.SetTag("client.address", entry.Client.Address.ToString()).SetTag("client.port", entry.Client.Port)
            : null;

    public static void Busy() => Dropped.Add(1);

    public static void Refused(Activity? activity, string name, string reason)
    {
        if (Transfers.Enabled) Transfers.Add(1, new KeyValuePair<string, object?>("maas.tftp.outcome", "refused"));
        End(activity, name, reason, ActivityStatusCode.Error);
    }

    public static void Ended(Activity? activity, TransferSession session, TimeSpan took)
    {
        var transfer = session.Transfer;
        var outcome = transfer.Outcome!; // a session ends with one
        if (Transfers.Enabled) Transfers.Add(1, new KeyValuePair<string, object?>("maas.tftp.outcome", outcome.Label));
        Bytes.Add(transfer.BytesDelivered);
        Repeats.Add(transfer.Repeats);
        if (Durations.Enabled) Durations.Record(took.TotalSeconds, new KeyValuePair<string, object?>("maas.tftp.outcome", outcome.Label));
        activity?.SetTag("maas.tftp.bytes", transfer.BytesDelivered)
            .SetTag("maas.tftp.repeats", transfer.Repeats)
            .SetTag("maas.tftp.blksize", session.Terms.BlockSize)
            .SetTag("maas.tftp.windowsize", session.Terms.WindowSize);
        End(activity, session.Name, outcome.Words, outcome.IsFailure ? ActivityStatusCode.Error : ActivityStatusCode.Ok);
    }

    private static void End(Activity? activity, string name, string outcome, ActivityStatusCode status)
    {
        if (activity is null) return;
        activity.SetTag("maas.tftp.file", name)
            .SetTag("maas.tftp.outcome", outcome)
            .SetStatus(status, status == ActivityStatusCode.Error ? outcome : null);
        activity.Dispose();
    }
}
