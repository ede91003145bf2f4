using System.Diagnostics.Metrics;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using Maas.Judges;

namespace Maas.Architecture.Tests.Documentation;

/// <summary>docs/reference/metrics.md is written from the instruments that the packages create.</summary>
public class MetricsPageTests
{
    private const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
    private const BindingFlags Instance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    [Fact]
    public void The_page_shows_every_instrument()
    {
        var page = new StringBuilder();
        foreach (var meter in Instruments().GroupBy(each => each.Meter.Name).OrderBy(meter => meter.Key, StringComparer.Ordinal))
        {
            page.Append(CultureInfo.InvariantCulture, $"\n### Meter {meter.Key}\n\n")
                .Append("| instrument | kind | unit | meaning |\n|---|---|---|---|\n");
            foreach (var instrument in meter.DistinctBy(each => each.Name).OrderBy(each => each.Name, StringComparer.Ordinal))
                page.Append(
                    CultureInfo.InvariantCulture,
                    $"| `{instrument.Name}` | {instrument.GetType().Name.Split('`')[0].ToLowerInvariant()} | `{instrument.Unit}` "
                        + $"| {GeneratedPage.Cell(instrument.Description ?? "")} |\n");
        }

        GeneratedPage.ShouldShow("docs/reference/metrics.md", "the instruments of the packages", page.Append('\n').ToString());
    }

    [Fact]
    public void Every_histogram_advises_buckets_that_fit_what_it_measures() =>
        Instruments().OfType<Histogram<double>>().Should().NotBeEmpty()
            .And.OnlyContain(histogram => histogram.Advice != null && histogram.Advice.HistogramBucketBoundaries!.Count > 10);

    private static List<Instrument> Instruments()
    {
        var found = new List<Instrument>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name.StartsWith("Maas.", StringComparison.Ordinal))
                lock (found) found.Add(instrument);
        };
        listener.Start();
        foreach (var type in Repository.Packages.SelectMany(package => Assembly.Load(package).GetTypes()))
            if (!type.ContainsGenericParameters && type.GetFields(Static).Any(field => Holds(field.FieldType)))
                RuntimeHelpers.RunClassConstructor(type.TypeHandle);
        return found;
    }

    // An instrument, or an object of this repository that has some.
    private static bool Holds(Type type) =>
        typeof(Instrument).IsAssignableFrom(type)
        || (type.Namespace?.StartsWith("Maas.", StringComparison.Ordinal) == true
            && type.GetFields(Instance).Any(field => typeof(Instrument).IsAssignableFrom(field.FieldType)));
}
