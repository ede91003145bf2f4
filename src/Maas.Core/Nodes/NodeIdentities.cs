using Maas.Core.Records;
using Maas.Core.Topology;

namespace Maas.Core.Nodes;

/// <summary>
/// The index of what is unique among the nodes of all types. It changes in the transaction that changes a node: its unique keys decide when
/// two nodes take the same name or address at once.
/// </summary>
internal sealed class NodeIdentities(IRecordStore records)
{
    /// <summary>MAAS's message for a host name that another node has.</summary>
    public const string NameTaken = "Node with this Hostname already exists.";

    /// <summary>The changes of the index that belong to the change of a node.</summary>
    /// <param name="before">The node before; <see langword="null"/> for a new one.</param>
    /// <param name="after">The node afterwards; <see langword="null"/> for one that is deleted.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<RecordChange>> ChangesAsync(
        NodeIdentity? before, NodeIdentity? after, CancellationToken cancellationToken)
    {
        if (before is null) return after is null ? [] : await InDomainAsync(null, after, [], [], cancellationToken).ConfigureAwait(false);
        if (after is not null && before.IsSameAs(after)) return [];
        IReadOnlyList<RecordCondition> ofNode = [RecordCondition.Is("node", before.Id.ToString())];
        var names = await records.ListAsync(
            new RecordQuery<NodeNameRecord>(NodeTables.Names) { Where = ofNode }, cancellationToken).ConfigureAwait(false);
        var addresses = await records.ListAsync(
            new RecordQuery<NodeMacRecord>(NodeTables.Macs) { Where = ofNode }, cancellationToken).ConfigureAwait(false);
        return after is null
            ? Changes(names, addresses, null, null)
            : await InDomainAsync(before.Domain, after, names, addresses, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The changes with the number of the domain: the reference to it decides when the domain is deleted at once. A domain that the node
    /// comes into exists; where it was already, it stays.
    /// </summary>
    private async Task<IReadOnlyList<RecordChange>> InDomainAsync(
        string? before, NodeIdentity after, IReadOnlyList<NodeNameRecord> names, IReadOnlyList<NodeMacRecord> addresses,
        CancellationToken cancellationToken)
    {
        if (after.Domain is not { } name) return Changes(names, addresses, after, null);
        var domains = await records.ListAsync(new RecordQuery<Domain>(TopologyTables.Domains), cancellationToken).ConfigureAwait(false);
        if (domains.FirstOrDefault(domain => domain.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } found)
            return Changes(names, addresses, after, found.Id);
        return name == before ? Changes(names, addresses, after, null) : [Deleted];
    }

    // No record has this id: the batch is refused, and the domain is looked up again.
    private static RecordChange Deleted { get; } = new RecordChange.Require(TopologyTables.Domains, long.MaxValue, 1);

    /// <summary>Those of some addresses that a node has.</summary>
    /// <param name="addresses">The addresses.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<NodeMacRecord>> FindAsync(
        IReadOnlyCollection<MacAddress> addresses, CancellationToken cancellationToken) => addresses.Count == 0 ? []
        : await records.ListAsync(
            new RecordQuery<NodeMacRecord>(NodeTables.Macs)
            {
                Where = [new RecordCondition.In("mac", [.. addresses.Select(address => address.ToString())])],
            },
            cancellationToken).ConfigureAwait(false);

    /// <summary>The node that has a host name; <see langword="null"/> for none.</summary>
    /// <param name="hostname">The name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<NodeNameRecord?> FindAsync(string hostname, CancellationToken cancellationToken)
    {
        var found = await records.ListAsync(
            new RecordQuery<NodeNameRecord>(NodeTables.Names) { Where = [RecordCondition.Is("name", hostname)] }, cancellationToken)
            .ConfigureAwait(false);
        return found.Count > 0 ? found[0] : null;
    }

    /// <summary>The host name of a node; <see langword="null"/> for none.</summary>
    /// <param name="node">The id of the node.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<NodeNameRecord?> FindNodeAsync(string node, CancellationToken cancellationToken)
    {
        var found = await records.ListAsync(
            new RecordQuery<NodeNameRecord>(NodeTables.Names) { Where = [RecordCondition.Is("node", node)] }, cancellationToken)
            .ConfigureAwait(false);
        return found.Count > 0 ? found[0] : null;
    }

    /// <summary>
    /// Fills the index of a store that an earlier version wrote, in one transaction. A name that two of its nodes have is that of the
    /// first.
    /// </summary>
    /// <param name="nodes">Reads all nodes of the store.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task FillAsync(Func<Task<IEnumerable<NodeIdentity>>> nodes, DateTimeOffset now, CancellationToken cancellationToken)
    {
        while (await records.CountAsync(new RecordQuery<NodeNameRecord>(NodeTables.Names), cancellationToken).ConfigureAwait(false) == 0)
        {
            HashSet<string> names = new(StringComparer.Ordinal);
            HashSet<MacAddress> addresses = [];
            List<RecordChange> changes = [];
            foreach (var node in await nodes().ConfigureAwait(false))
            {
                if (!names.Add(node.Hostname)) continue;
                changes.AddRange(Changes([], [], node with { MacAddresses = [.. node.MacAddresses.Where(addresses.Add)] }, null));
            }

            if (changes.Count == 0) return;
            await records.SaveAsync(new RecordBatch { At = now, Changes = changes }, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Which field has a value that another node has; <see langword="null"/> when a result is about something else.</summary>
    /// <param name="result">The result of a transaction with changes of the index.</param>
    /// <param name="node">The node that was to be saved.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<SaveResult.Taken?> FindTakenAsync(RecordResult result, NodeIdentity node, CancellationToken cancellationToken)
    {
        if (result is not RecordResult.Duplicate duplicate) return null;
        if (duplicate.Table == NodeTables.Names)
            return new SaveResult.Taken(duplicate.Key.Field, duplicate.Key.Field == "hostname" ? node.Hostname : node.Id.ToString());
        if (duplicate.Table != NodeTables.Macs) return null;
        var holder = await records.GetAsync(NodeTables.Macs, duplicate.HolderId, cancellationToken).ConfigureAwait(false);
        return new SaveResult.Taken("mac_addresses", (holder?.MacAddress ?? node.MacAddresses[0]).ToString());
    }

    private static IReadOnlyList<RecordChange> Changes(
        IReadOnlyList<NodeNameRecord> names, IReadOnlyList<NodeMacRecord> addresses, NodeIdentity? after, long? domain)
    {
        if (after is null)
        {
            return
            [
                .. names.Select(name => new RecordChange.Delete(NodeTables.Names, name.Id, name.Version)),
                .. addresses.Select(each => new RecordChange.Delete(NodeTables.Macs, each.Id, each.Version)),
            ];
        }

        var node = after.Id.ToString();
        var stored = names.Count > 0 ? names[0] : null;
        List<RecordChange> changes = [];
        if (stored is null)
            changes.Add(new RecordChange.Insert(
                NodeTables.Names, new NodeNameRecord { Name = after.Hostname, Node = node, Type = after.Type, DomainId = domain }));
        else if (stored.Name != after.Hostname || stored.DomainId != domain)
            changes.Add(new RecordChange.Update(NodeTables.Names, stored with { Name = after.Hostname, DomainId = domain }));
        changes.AddRange(addresses.Where(each => !after.MacAddresses.Contains(each.MacAddress))
            .Select(each => new RecordChange.Delete(NodeTables.Macs, each.Id, each.Version)));
        changes.AddRange(after.MacAddresses.Where(mac => addresses.All(each => each.MacAddress != mac)).Select(mac =>
            new RecordChange.Insert(NodeTables.Macs, new NodeMacRecord { MacAddress = mac, Node = node, Type = after.Type })));
        return changes;
    }
}
