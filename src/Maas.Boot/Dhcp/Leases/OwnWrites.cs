namespace Maas.Boot.Dhcp.Leases;

/// <summary>
/// The addresses whose leases this server was writing at any time since its latest reading of the store began: what was read of them may
/// be from before the write. Its user locks it, together with what is done because of an answer.
/// </summary>
internal sealed class OwnWrites<TAddress>
    where TAddress : notnull
{
    private readonly Dictionary<TAddress, int> _underWay = [];
    private readonly HashSet<TAddress> _sinceReading = [];

    /// <summary>Notes that a write begins.</summary>
    public void Begin(TAddress address)
    {
        _underWay[address] = _underWay.GetValueOrDefault(address) + 1;
        _sinceReading.Add(address);
    }

    /// <summary>Notes that a write has ended, well or not.</summary>
    public void End(TAddress address)
    {
        if (_underWay.GetValueOrDefault(address) is > 1 and var writes) _underWay[address] = writes - 1;
        else _underWay.Remove(address);
    }

    /// <summary>Notes that a reading begins; there is one at a time.</summary>
    public void BeginReading()
    {
        _sinceReading.Clear();
        _sinceReading.UnionWith(_underWay.Keys);
    }

    /// <summary>Whether a write of an address may be newer than what the latest reading says of it.</summary>
    public bool MayBeNewer(TAddress address) => _sinceReading.Contains(address);
}
