using System.Globalization;

namespace Maas.Postgres.Tests.Soak;

/// <summary>What a host used at a time.</summary>
/// <param name="At">The time since its start.</param>
/// <param name="Lives">Lives that its machines have ended until then.</param>
/// <param name="Failures">Lives that ended wrongly.</param>
/// <param name="Resident">Bytes of resident memory.</param>
/// <param name="Heap">Bytes of managed objects that are used, after a collection.</param>
/// <param name="Files">Open files and sockets.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Stored">Bytes of the store, and of the other files in the data directory.</param>
/// <param name="Middle">The median time of a request that changes a machine, since the last sample.</param>
/// <param name="Slow">The time within which 99 of 100 were answered.</param>
internal sealed record SoakSample(
    TimeSpan At, int Lives, int Failures, long Resident, long Heap, int Files, int Threads, long Stored, TimeSpan Middle, TimeSpan Slow)
{
    private const double Mebibyte = 1 << 20;

    /// <summary>The head of the table of samples.</summary>
    public const string Heading =
        "| time | lives | resident, MiB | heap, MiB | files | threads | stored, MiB | change, median | 99 % |\n"
        + "|---|---|---|---|---|---|---|---|---|";

    /// <summary>A row of the table.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"| {At:d\\.hh\\:mm\\:ss} | {Lives:N0} | {Resident / Mebibyte:F1} | {Heap / Mebibyte:F1} | {Files} | {Threads} "
        + $"| {Stored / Mebibyte:F1} | {Middle.TotalMilliseconds:F1} ms | {Slow.TotalMilliseconds:F1} ms |");
}
