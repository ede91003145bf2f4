using System.Globalization;
using System.Text;

namespace Maas.Postgres.Tests.Soak;

/// <summary>The samples of a run, what they show, and the report in <c>artifacts/</c>.</summary>
/// <param name="Store">The store's name.</param>
/// <param name="Samples">The samples, in order.</param>
internal sealed record SoakReport(string Store, IReadOnlyList<SoakSample> Samples)
{
    private const long Mebibyte = 1 << 20;
    private const int Rows = 60; // of the table
    private const long LeftByLife = 32 * 1024;

    // Events of machines that are gone are deleted once an hour: in a shorter run they gather.
    private static readonly TimeSpan UntilAllIsKept = TimeSpan.FromHours(4);

    /// <summary>
    /// What grew from the second quarter to the last one by more than noise: a tenth, and a little more where numbers are small. The first
    /// quarter is for the compiler, for caches, and for the store to have all that it keeps.
    /// </summary>
    public IReadOnlyList<string> Growth =>
    [
        .. Check("resident memory", sample => sample.Resident, 24 * Mebibyte),
        .. Check("managed heap", sample => sample.Heap, 4 * Mebibyte),
        .. Check("open files", sample => sample.Files, 12),
        .. Check("threads", sample => sample.Threads, 12),
        .. Check("files of the store", sample => sample.Stored, (16 * Mebibyte) + Gathered),
    ];

    /// <summary>Writes the report.</summary>
    public async Task WriteAsync(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!); // it is a file in a folder
        var (first, last) = (Samples[0], Samples[^1]);
        var text = new StringBuilder()
            .AppendLine(CultureInfo.InvariantCulture, $"# Soak, {Store}")
            .AppendLine()
            .AppendLine(CultureInfo.InvariantCulture,
                $"{last.Lives:N0} lives in {last.At:d\\.hh\\:mm\\:ss}, {last.Failures} ended wrongly. Grew: "
                + $"{(Growth.Count == 0 ? "nothing" : string.Join("; ", Growth))}.")
            .AppendLine().AppendLine("| | second quarter, median | last quarter, median |").AppendLine("|---|---|---|");
        foreach (var (name, value) in ((string, Func<SoakSample, long>)[])
        [
            ("resident, MiB", sample => sample.Resident / Mebibyte), ("heap, KiB", sample => sample.Heap / 1024),
            ("open files", sample => sample.Files), ("threads", sample => sample.Threads), ("stored, KiB", sample => sample.Stored / 1024),
            ("change, median, µs", sample => (long)sample.Middle.TotalMicroseconds),
            ("change, 99 %, µs", sample => (long)sample.Slow.TotalMicroseconds),
        ])
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {Median(Quarter(1), value):N0} | {Median(Quarter(3), value):N0} |");
        }

        text.AppendLine().AppendLine(SoakSample.Heading);
        var step = Math.Max(1, Samples.Count / Rows);
        foreach (var sample in Samples.Where((sample, at) => at % step == 0 || sample == last || sample == first))
            text.AppendLine(sample.ToString());
        await File.WriteAllTextAsync(path, text.ToString());
    }

    private long Gathered => Samples[^1].At > UntilAllIsKept
        ? 0 : LeftByLife * (Median(Quarter(3), sample => sample.Lives) - Median(Quarter(1), sample => sample.Lives));

    private IEnumerable<string> Check(string name, Func<SoakSample, long> value, long noise)
    {
        var (before, after) = (Median(Quarter(1), value), Median(Quarter(3), value));
        if (after > before + Math.Max(before / 10, noise))
            yield return string.Create(CultureInfo.InvariantCulture, $"{name} from {before:N0} to {after:N0}");
    }

    private List<SoakSample> Quarter(int number) =>
        [.. Samples.Skip(Samples.Count * number / 4).Take(Math.Max(1, Samples.Count / 4))];

    private static long Median(List<SoakSample> samples, Func<SoakSample, long> value) =>
        samples.Select(value).Order().ElementAt(samples.Count / 2);
}
