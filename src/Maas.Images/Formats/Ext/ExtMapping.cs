namespace Maas.Images.Formats.Ext;

/// <summary>All of an inode's blocks: those of its content, in order, and those of the map itself.</summary>
internal sealed class ExtMapping(ExtSuperblock super)
{
    /// <summary>More pieces than any real file has; it bounds the memory that a hostile map can cost.</summary>
    public const int MostRuns = 4 << 20;

    private readonly List<ExtRun> _runs = [];

    public IReadOnlyList<ExtRun> Runs => _runs;

    /// <summary>Blocks that hold the map.</summary>
    public List<long> Nodes { get; } = [];

    public long BlockCount => _runs.Sum(run => run.Count) + Nodes.Count;

    /// <summary>The block after the last one, the best position for further blocks.</summary>
    public long Next => _runs.Count == 0 ? 0 : _runs[^1].Physical + _runs[^1].Count;

    /// <summary>Adds blocks at the end, joined to those before where they touch.</summary>
    public void Add(ExtRun run, long? offset = null)
    {
        if (run.Physical <= 0 || run.Physical > super.BlockCount - run.Count)
            throw new InvalidImageException(
                "ext block map", $"blocks {run.Physical} to {run.Physical + run.Count - 1} are not in the file system", offset);
        if (_runs.Count > 0
            && _runs[^1] is var before
            && before.End == run.Logical
            && before.Physical + before.Count == run.Physical
            && before.Written == run.Written)
        {
            _runs[^1] = before with { Count = before.Count + run.Count };
            return;
        }

        if (_runs.Count == MostRuns) throw new InvalidImageException("ext block map", $"a file has more than {MostRuns} pieces", offset);
        _runs.Add(run);
    }

    /// <summary>Removes the runs from a logical block on.</summary>
    public IEnumerable<ExtRun> CutAt(long logical)
    {
        var cut = new List<ExtRun>();
        while (_runs.Count > 0 && _runs[^1].End > logical)
        {
            var last = _runs[^1];
            _runs.RemoveAt(_runs.Count - 1);
            var kept = Math.Max(0, logical - last.Logical);
            if (kept > 0) _runs.Add(last with { Count = kept });
            cut.Add(new ExtRun(last.Logical + kept, last.Count - kept, last.Physical + kept, last.Written));
        }

        return cut;
    }

    /// <summary>The physical block of a logical block that is mapped and was written.</summary>
    public long? Find(long logical)
    {
        int low = 0, high = _runs.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_runs[middle].End <= logical) low = middle + 1;
            else high = middle;
        }

        return low < _runs.Count && _runs[low] is { Written: true } run && run.Logical <= logical
            ? run.Physical + logical - run.Logical
            : null;
    }
}
