using System.Net;
using Maas.Core;

namespace Maas.Hosting.Evidence;

/// <summary>
/// Which machine used an address last, for as many addresses as fit; the ones not seen for longest go first. Used by one reader.
/// </summary>
internal sealed class RecentAddresses(int capacity)
{
    private readonly Dictionary<IPAddress, LinkedListNode<(IPAddress Address, MacAddress Mac)>> _byAddress = [];
    private readonly LinkedList<(IPAddress Address, MacAddress Mac)> _byAge = [];

    /// <summary>Notes that the machine uses the address now.</summary>
    public void Remember(IPAddress address, MacAddress mac)
    {
        if (_byAddress.Remove(address, out var known)) _byAge.Remove(known);
        else if (_byAddress.Count >= capacity && _byAge.First is { } oldest)
        {
            _byAddress.Remove(oldest.Value.Address);
            _byAge.RemoveFirst();
        }

        _byAddress[address] = _byAge.AddLast((address, mac));
    }

    /// <summary>The machine that used the address last; <see langword="null"/> when none is remembered.</summary>
    public MacAddress? Find(IPAddress address) => _byAddress.TryGetValue(address, out var node) ? node.Value.Mac : null;
}
