using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Topology;

namespace Maas.Dashboard.Nodes;

/// <summary>
/// The machines that a search finds, in sections. The store counts them, and the lines that are looked at are read from it, wherever they
/// are; nothing else of the machines is kept.
/// </summary>
/// <remarks>
/// A page is found by a machine before it whose place is known, from an earlier page: what is read on costs the same everywhere, and a jump
/// costs an index that is walked through. Used by one thread at a time; a read may go on while the list is counted anew.
/// </remarks>
internal sealed class MachineList(MaasCore core, MachineSearch search, MachineActor actor, MachineOrder order, MachineGrouping grouping)
{
    /// <summary>Machines that are read at once.</summary>
    public const int PageSize = 200;

    private readonly HashSet<string> _closed = new(StringComparer.Ordinal);

    // What is found by reading machines; null when the store answers the whole search.
    private HashSet<SystemId>? _found;
    private MachineFilter _filter = new();
    private TopologySnapshot? _topology;

    /// <summary>How many machines there are; each is counted once.</summary>
    public int Total { get; private set; }

    /// <summary>The sections.</summary>
    public IReadOnlyList<MachineSection> Sections { get; private set; } = [];

    /// <summary>How many lines there are: headings, and the machines below those that are open.</summary>
    public int LineCount => Sections.Sum(section => section.LineCount);

    /// <summary>
    /// How many machines are shown; <see langword="null"/> when that is not known, because a machine with two tags may be below a closed
    /// heading and an open one.
    /// </summary>
    public int? ShownCount =>
        Sections.All(section => !section.IsClosed) ? Total
        : grouping is MachineGrouping.Tag ? null
        : Sections.Where(section => !section.IsClosed).Sum(section => section.Count);

    /// <summary>Counts the machines: the first call, or after changes.</summary>
    /// <param name="changed">Which machines have changed; <see langword="null"/> for any.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task CountAsync(IReadOnlyCollection<SystemId>? changed, CancellationToken cancellationToken)
    {
        var topology = await core.Topology.GetAsync(cancellationToken);
        var filter = search.ToFilter(actor, topology);
        if (!search.IsAnsweredByStore && !search.IsImpossible) filter = await FindAsync(filter, changed, cancellationToken);
        var count = search.IsImpossible || _found is { Count: 0 }
            ? new MachineCount(0, [])
            : await core.Machines.CountAsync(filter, grouping, cancellationToken);
        (_topology, _filter, Total) = (topology, filter, count.Total);
        // New ones: the places of machines have changed.
        Sections = MachineSections.Of(filter, grouping, count, topology);
        foreach (var section in Sections) section.IsClosed = section.Name is { } name && _closed.Contains(name);
    }

    /// <summary>Reads lines.</summary>
    /// <param name="start">The place of the first one, 0 upward.</param>
    /// <param name="count">How many; fewer are returned at the end, and when machines have gone since they were counted.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<MachineLine>> ReadAsync(int start, int count, CancellationToken cancellationToken)
    {
        var (lines, at, end) = (new List<MachineLine>(), 0, start + Math.Min(count, PageSize));
        foreach (var section in Sections)
        {
            var (from, to) = (Math.Max(start, at), Math.Min(end, at + section.LineCount));
            var first = section.Name is null ? at : at + 1; // its first machine's line
            at += section.LineCount;
            if (from >= to) continue;
            if (from < first) lines.Add(new MachineLine(from++, section, null));
            if (from >= to) continue;
            var rows = await ReadAsync(section, from - first, to - from, cancellationToken);
            lines.AddRange(rows.Select((row, place) => new MachineLine(from + place, section, row)));
            if (rows.Count < to - from) break;
        }

        return lines;
    }

    /// <summary>Closes a section, or opens it.</summary>
    public void Toggle(MachineSection section)
    {
        if (section.Name is not { } name) return;
        if (!_closed.Remove(name)) _closed.Add(name);
        foreach (var each in Sections.Where(each => each.Name == name)) each.IsClosed = _closed.Contains(name);
    }

    /// <summary>The machines that are shown, below closed headings not.</summary>
    /// <param name="among">Only of these; <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<HashSet<SystemId>> ListShownAsync(IReadOnlyCollection<SystemId>? among, CancellationToken cancellationToken)
    {
        var (open, closed) = (Sections.Where(each => !each.IsClosed).ToList(), Sections.Where(each => each.IsClosed).ToList());
        if (open.Count == 0 || Total == 0) return [];
        // But for tags, sections have no machine in common.
        if (grouping is not MachineGrouping.Tag && closed.Count < open.Count)
        {
            var shown = await ListAsync(_filter);
            foreach (var section in closed) shown.ExceptWith(await ListAsync(section.Filter));
            return shown;
        }

        var found = new HashSet<SystemId>();
        foreach (var section in open) found.UnionWith(await ListAsync(section.Filter));
        return found;

        async Task<HashSet<SystemId>> ListAsync(MachineFilter filter)
        {
            if (among is null) return [.. await core.Machines.ListIdsAsync(filter, cancellationToken)];
            SystemId[] ids = [.. filter.Ids.Count == 0 ? among : among.Intersect(filter.Ids)];
            return ids.Length == 0 ? [] : [.. await core.Machines.ListIdsAsync(filter with { Ids = ids }, cancellationToken)];
        }
    }

    private async Task<List<MachineRow>> ReadAsync(MachineSection section, int first, int count, CancellationToken cancellationToken)
    {
        var (known, after) = section.StartBefore(first);
        var page = await core.Machines.ListAsync(order.Page(section.Filter, after, first - known, count), cancellationToken);
        if (page.Count > 0) section.Note(first + page.Count, page[^1]);
        var topology = _topology ?? await core.Topology.GetAsync(cancellationToken);
        return [.. page.Select(machine => MachineRow.Of(machine, topology))];
    }

    // What the store does not answer: the machines that it finds are read once, and then those that change.
    private async Task<MachineFilter> FindAsync(
        MachineFilter filter, IReadOnlyCollection<SystemId>? changed, CancellationToken cancellationToken)
    {
        var found = new HashSet<SystemId>();
        if (_found is null || changed is null)
        {
            for (var page = filter with { AfterHostname = "", Limit = PageSize }; ;)
            {
                var some = await core.Machines.ListAsync(page, cancellationToken);
                AddMatches(some);
                if (some.Count < PageSize) break;
                page = page with { AfterHostname = some[^1].Hostname };
            }
        }
        else
        {
            found.UnionWith(_found);
            found.ExceptWith(changed);
            foreach (var ids in changed.Chunk(PageSize))
                AddMatches(await core.Machines.ListAsync(filter with { Ids = ids }, cancellationToken));
        }

        _found = found;
        return filter with { Ids = [.. found] };

        void AddMatches(IReadOnlyList<Machine> machines) =>
            found.UnionWith(machines.Where(machine => search.Matches(machine, actor)).Select(machine => machine.Id));
    }
}
