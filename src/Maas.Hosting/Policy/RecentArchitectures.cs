using Maas.Boot;
using Maas.Core;

namespace Maas.Hosting.Policy;

/// <summary>
/// The architecture that each client's firmware told over DHCP, for the script that it asks for later: a file name tells none. It is
/// bounded, because hardware
/// addresses are invented at will; the older half is forgotten at once.
/// </summary>
internal sealed class RecentArchitectures(int capacity)
{
    private readonly Lock _lock = new();
    private Dictionary<MacAddress, BootArchitecture> _newer = [], _older = [];

    /// <summary>Notes what a client told now.</summary>
    public void Remember(MacAddress client, BootArchitecture architecture)
    {
        lock (_lock)
        {
            _newer[client] = architecture;
            if (_newer.Count * 2 <= capacity) return;
            (_older, _newer) = (_newer, _older);
            _newer.Clear();
        }
    }

    /// <summary>What a client told last; <see langword="null"/> when nothing is remembered.</summary>
    public BootArchitecture? Find(MacAddress client)
    {
        lock (_lock) return _newer.TryGetValue(client, out var architecture) || _older.TryGetValue(client, out architecture) ? architecture
            : null;
    }
}
