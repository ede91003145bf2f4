using System.Net;
using Maas.Core.Configuration;
using Maas.Core.Records;

namespace Maas.Core.Topology;

/// <summary>
/// The hosts that were seen on the served networks: by their DHCP requests, and by their requests for files and over HTTP as far as their
/// hardware addresses are known. Nothing is sent to find them. The setting <c>network_discovery</c> turns it off.
/// </summary>
public sealed class Discoveries
{
    /// <summary>How many are kept; the ones that were not seen for the longest time are deleted first.</summary>
    public const int Most = 4096;

    /// <summary>How often it is written that a host is still seen.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<(MacAddress, IPAddress), DateTimeOffset> _written = [];
    private readonly IRecordStore _store;
    private readonly Settings _settings;

    internal Discoveries(IRecordStore store, Settings settings) => (_store, _settings) = (store, settings);

    internal static RecordTable<Discovery> Table { get; } = new(
        "discoveries",
        TopologyJson.Default.Discovery,
        [
            RecordColumn.Bytes<Discovery>("ip", discovery => AddressMath.ToBytes(discovery.Ip)),
            RecordColumn.Text<Discovery>("mac", discovery => discovery.MacAddress.ToString()),
            RecordColumn.Number<Discovery>("seen", discovery => discovery.LastSeen.ToUnixTimeMilliseconds()),
        ],
        [new RecordKey("ip", "ip", "mac")]);

    /// <summary>All of them, those that were seen last first.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<Discovery>> ListAsync(CancellationToken cancellationToken = default) =>
        _store.ListAsync(new RecordQuery<Discovery>(Table) { OrderBy = "seen", Descending = true }, cancellationToken);

    /// <summary>Takes note of a host. Repeated within <see cref="Interval"/>, it writes nothing.</summary>
    /// <param name="mac">Its hardware address.</param>
    /// <param name="ip">Its address.</param>
    /// <param name="at">When it was seen.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task ObserveAsync(MacAddress mac, IPAddress ip, DateTimeOffset at, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ip);
        if (ip.IsIPv4MappedToIPv6) ip = ip.MapToIPv4();
        if (!mac.IsUnicast || IPAddress.IsLoopback(ip) || ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any) || IsRecent(mac, ip, at))
            return;
        if (await _settings.GetTextAsync(SettingCatalogue.NetworkDiscovery, cancellationToken).ConfigureAwait(false) == "disabled") return;
        while (await SaveAsync(mac, ip, at, cancellationToken).ConfigureAwait(false) is not RecordResult.Saved)
            cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Deletes discoveries. A host that is seen again is there again.</summary>
    /// <param name="mac">Only those with this hardware address; <see langword="null"/> for all.</param>
    /// <param name="ip">Only those with this address; <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many there were.</returns>
    public async Task<int> ClearAsync(MacAddress? mac = null, IPAddress? ip = null, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            List<RecordCondition> conditions = [];
            if (mac is { } hardware) conditions.Add(RecordCondition.Is("mac", hardware.ToString()));
            if (ip is not null) conditions.Add(RecordCondition.Is("ip", AddressMath.ToBytes(ip)));
            var found = await _store.ListAsync(new RecordQuery<Discovery>(Table) { Where = conditions }, cancellationToken)
                .ConfigureAwait(false);
            lock (_lock) _written.Clear();
            if (found.Count == 0) return 0;
            var batch = new RecordBatch
            {
                At = found[0].LastSeen, Changes = [.. found.Select(each => new RecordChange.Delete(Table, each.Id, each.Version))],
            };
            if (await _store.SaveAsync(batch, cancellationToken).ConfigureAwait(false) is RecordResult.Saved) return found.Count;
        }
    }

    private async Task<RecordResult> SaveAsync(MacAddress mac, IPAddress ip, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var same = new RecordQuery<Discovery>(Table)
        {
            Where = [RecordCondition.Is("ip", AddressMath.ToBytes(ip)), RecordCondition.Is("mac", mac.ToString())],
        };
        var known = await _store.ListAsync(same, cancellationToken).ConfigureAwait(false);
        List<RecordChange> changes = [];
        if (known is [var discovery])
        {
            changes.Add(new RecordChange.Update(Table, discovery with { LastSeen = at }));
        }
        else
        {
            var all = new RecordQuery<Discovery>(Table) { OrderBy = "seen", Limit = 1 };
            if (await _store.CountAsync(all, cancellationToken).ConfigureAwait(false) >= Most
                && await _store.ListAsync(all, cancellationToken).ConfigureAwait(false) is [var oldest])
                changes.Add(new RecordChange.Delete(Table, oldest.Id, oldest.Version));
            changes.Add(new RecordChange.Insert(Table, new Discovery { Ip = ip, MacAddress = mac, FirstSeen = at, LastSeen = at }));
        }

        return await _store.SaveAsync(new RecordBatch { At = at, Changes = changes }, cancellationToken).ConfigureAwait(false);
    }

    // Bounded: a client that changes its address with each request must not fill the memory.
    private bool IsRecent(MacAddress mac, IPAddress ip, DateTimeOffset at)
    {
        lock (_lock)
        {
            if (_written.TryGetValue((mac, ip), out var written) && at - written < Interval) return true;
            if (_written.Count >= Most) _written.Clear();
            _written[(mac, ip)] = at;
            return false;
        }
    }
}
