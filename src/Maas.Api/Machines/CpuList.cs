using System.Globalization;

namespace Maas.Api.Machines;

/// <summary>
/// The kernel's list notation of processors, <c>0-7,16-23</c>. It came from a machine, so a range is bounded and what is no list is
/// empty.
/// </summary>
internal static class CpuList
{
    private const int Most = 4096;

    public static IReadOnlyList<int> Parse(string text)
    {
        List<int> cpus = [];
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var ends = part.Split('-', 2);
            if (!int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)) return [];
            var last = first;
            if (ends.Length == 2 && !int.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out last)) return [];
            for (var cpu = first; cpu <= last && cpus.Count < Most; cpu++) cpus.Add(cpu);
        }

        return cpus;
    }
}
