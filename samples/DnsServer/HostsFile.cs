using System.Net;
using Maas.Boot;

/// <summary>The machines of a hosts file, read again when the file has changed; looked at once a second.</summary>
internal sealed class HostsFile(string path) : IHostDirectory
{
    private Table _table = Table.Read(path);

    public uint Serial => (uint)new DateTimeOffset(Current.Written).ToUnixTimeSeconds();

    public IReadOnlyList<IPAddress>? AddressesOf(ReadOnlySpan<char> hostName) =>
        Current.Addresses.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(hostName, out var addresses) ? addresses : null;

    public string? HostAt(IPAddress address) => Current.Names.GetValueOrDefault(address);

    public IEnumerable<string> Hosts() => Current.Addresses.Keys;

    private Table Current
    {
        get
        {
            var table = _table;
            if (Environment.TickCount64 - table.LookedAt < 1000) return table;
            return _table = File.GetLastWriteTimeUtc(path) == table.Written
                ? table with { LookedAt = Environment.TickCount64 }
                : Table.Read(path);
        }
    }

    private sealed record Table(
        DateTime Written,
        long LookedAt,
        Dictionary<string, List<IPAddress>> Addresses,
        Dictionary<IPAddress, string> Names)
    {
        public static Table Read(string path)
        {
            var table = new Table(File.GetLastWriteTimeUtc(path), Environment.TickCount64, new(StringComparer.Ordinal), []);
            foreach (var line in File.ReadLines(path))
            {
                var words = line.Split('#')[0].Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
                if (words.Length < 2 || !IPAddress.TryParse(words[0], out var address)) continue;
                var name = words[1].Split('.')[0].ToLowerInvariant();
                if (!table.Addresses.TryGetValue(name, out var addresses)) table.Addresses[name] = addresses = [];
                addresses.Add(address);
                table.Names.TryAdd(address, name);
            }

            return table;
        }
    }
}
