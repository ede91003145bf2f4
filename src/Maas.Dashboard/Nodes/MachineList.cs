using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Topology;

namespace Maas.Dashboard.Nodes;

/// <summary>
/// The machines that a search finds, read page by page as the reader asks for more, and kept up to date. Pages are found by the name of
/// the last machine, so that a page costs the same wherever it is.
/// </summary>
internal sealed class MachineList(Machines machines, MachineSearch search, MachineActor actor, TopologySnapshot topology)
{
    /// <summary>Machines that are read at once.</summary>
    public const int PageSize = 200;

    /// <summary>The most lines that are kept; beyond them the reader is asked to narrow the search.</summary>
    public const int MostRows = 20_000;

    /// <summary>The most machines that are read for a page, where the store does not evaluate the whole search.</summary>
    private const int MostRead = 20 * PageSize;

    private readonly List<MachineRow> _rows = [];
    private string _last = "";

    /// <summary>The lines so far, by ascending host name.</summary>
    public IReadOnlyList<MachineRow> Rows => _rows;

    /// <summary>Whether there may be machines after these.</summary>
    public bool HasMore { get; private set; } = true;

    /// <summary>Whether the list has reached <see cref="MostRows"/>.</summary>
    public bool IsCut => _rows.Count >= MostRows;

    /// <summary>Reads on until there is a page more of matches, or many machines did not match.</summary>
    public async Task LoadMoreAsync(CancellationToken cancellationToken)
    {
        if (search.IsImpossible) HasMore = false;
        var wanted = _rows.Count + PageSize;
        for (var read = 0; HasMore && !IsCut && _rows.Count < wanted && read < MostRead; read += PageSize)
        {
            var page = await machines.ListAsync(
                search.ToFilter(actor, topology) with { AfterHostname = _last, Limit = PageSize }, cancellationToken);
            _rows.AddRange(page.Where(machine => search.Matches(machine, actor)).Select(machine => MachineRow.Of(machine, topology)));
            if (page.Count > 0) _last = page[^1].Hostname;
            HasMore = page.Count == PageSize;
        }
    }

    /// <summary>Reads machines anew that have changed: lines are replaced, removed, or added where the list has got that far.</summary>
    public async Task UpdateAsync(IReadOnlyCollection<SystemId> changed, CancellationToken cancellationToken)
    {
        var found = new Dictionary<SystemId, Machine>();
        foreach (var ids in changed.Chunk(PageSize))
        {
            foreach (var machine in await machines.ListAsync(search.ToFilter(actor, topology) with { Ids = ids }, cancellationToken))
                if (search.Matches(machine, actor)) found[machine.Id] = machine;
        }

        for (var index = _rows.Count - 1; index >= 0; index--)
        {
            var id = _rows[index].Id;
            if (found.TryGetValue(id, out var machine) && machine.Hostname == _rows[index].Hostname)
            {
                _rows[index] = MachineRow.Of(machine, topology);
                found.Remove(id);
            }
            else if (changed.Contains(id))
            {
                _rows.RemoveAt(index);
            }
        }

        foreach (var machine in found.Values.Where(machine => !HasMore || string.CompareOrdinal(machine.Hostname, _last) <= 0))
        {
            if (IsCut) return;
            var index = _rows.FindLastIndex(row => string.CompareOrdinal(row.Hostname, machine.Hostname) < 0) + 1;
            _rows.Insert(index, MachineRow.Of(machine, topology));
        }
    }
}
