using Maas.Core.Nodes;

namespace Maas.Sql;

/// <summary>
/// The machines that were read last: a request reads its machine several times, and each version of a machine is parsed once. Machines are
/// immutable, and their number and version tell what they are. Only what was read outside of transactions is kept: a version that is rolled
/// back is given to something else. A database that failed over or was restored may have lost versions, and assigned them again: with a
/// lost connection, everything is forgotten.
/// </summary>
internal sealed class MachineCache
{
    /// <summary>When so many are in use, those that were not used since are dropped; at most twice as many are kept.</summary>
    private const int MostInUse = 1_000;

    private readonly Lock _lock = new();
    private Dictionary<string, Machine> _inUse = new(StringComparer.Ordinal), _earlier = new(StringComparer.Ordinal);

    private long _losses;

    /// <summary>The machine as it was read last, perhaps in an earlier version; <see langword="null"/> when that is not known.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="losses">How often a connection was lost.</param>
    public Machine? Find(string id, long losses)
    {
        lock (_lock)
        {
            if (losses > _losses)
            {
                _losses = losses;
                _inUse.Clear();
                _earlier.Clear();
            }

            if (losses < _losses) return null;
            if (_inUse.TryGetValue(id, out var machine)) return machine;
            if (_earlier.Remove(id, out machine)) Add(id, machine);
            return machine;
        }
    }

    /// <summary>Keeps a machine that was read.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="losses">How often a connection had been lost before it was read.</param>
    public void Keep(string id, Machine machine, long losses)
    {
        lock (_lock)
            if (losses == _losses) Add(id, machine);
    }

    private void Add(string id, Machine machine)
    {
        if (_inUse.Count >= MostInUse && !_inUse.ContainsKey(id))
            (_earlier, _inUse) = (_inUse, new Dictionary<string, Machine>(StringComparer.Ordinal));
        _inUse[id] = machine;
    }
}
