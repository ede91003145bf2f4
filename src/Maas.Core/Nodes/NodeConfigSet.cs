using Maas.Core.Records;
using Maas.Core.Topology;

namespace Maas.Core.Nodes;

/// <summary>The configurations of one machine as they are stored.</summary>
/// <param name="Machine">The machine.</param>
/// <param name="Records">Its records, at most one of each kind.</param>
internal sealed record NodeConfigSet(Machine Machine, IReadOnlyList<NodeConfigRecord> Records)
{
    /// <summary>What the index is derived from, what is shown first. What was found is only history.</summary>
    public static IReadOnlyList<NodeConfigKind> Indexed { get; } = [NodeConfigKind.Acquired, NodeConfigKind.Intended];

    /// <summary>Its links in the index.</summary>
    public IReadOnlyList<NodeLinkRecord> Links { get; init; } = [];

    /// <summary>Its addresses.</summary>
    public IReadOnlyList<AllocatedAddress> Addresses { get; init; } = [];

    /// <summary>The stored configuration of a kind; <see langword="null"/> for none.</summary>
    public NodeConfig? this[NodeConfigKind kind] => Find(kind)?.Config;

    /// <summary>
    /// The configuration that is shown and edited: the owner's, else the intended one, else what the inventory of the machine says.
    /// </summary>
    public NodeConfig Current =>
        this[NodeConfigKind.Acquired] ?? this[NodeConfigKind.Intended] ?? NodeConfigLifecycle.Derive(Machine);

    /// <summary>The changes of records that replace a configuration, add it, or delete it when it is <see langword="null"/>.</summary>
    public IEnumerable<RecordChange> Set(NodeConfigKind kind, NodeConfig? config) => (Find(kind), config) switch
    {
        (null, null) => [],
        ({ } record, null) => [new RecordChange.Delete(NodeTables.Configs, record.Id, record.Version)],
        ({ } record, { }) when ReferenceEquals(record.Config, config) => [],
        ({ } record, { }) => [new RecordChange.Update(NodeTables.Configs, record with { Config = config })],
        (null, { }) =>
        [
            new RecordChange.Insert(
                NodeTables.Configs, new NodeConfigRecord { Node = Machine.Id.ToString(), Kind = kind, Config = config }),
        ],
    };

    /// <summary>The changes of records that replace the configuration that is shown.</summary>
    public IReadOnlyList<RecordChange> SetCurrent(NodeConfig config) => Machine.Owner is null
        ? [.. Stored(), .. Set(NodeConfigKind.Intended, config)]
        : [.. Stored(), .. Keep(), .. Set(NodeConfigKind.Acquired, config)];

    /// <summary>The changes of records that delete all of them.</summary>
    public IReadOnlyList<RecordChange> Delete() =>
        [.. Records.Select(record => new RecordChange.Delete(NodeTables.Configs, record.Id, record.Version))];

    /// <summary>The changes of records that store what was only derived so far.</summary>
    public IEnumerable<RecordChange> Keep() =>
        Find(NodeConfigKind.Intended) is null ? Set(NodeConfigKind.Intended, NodeConfigLifecycle.Derive(Machine)) : [];

    /// <summary>Changes of configurations, and those of the index that follow from them.</summary>
    /// <param name="changes">The changes of configurations.</param>
    /// <param name="now">The time of the change.</param>
    public IReadOnlyList<RecordChange> WithIndex(IReadOnlyList<RecordChange> changes, DateTimeOffset now)
    {
        if (changes.Count == 0) return changes;
        var after = Records.ToDictionary(record => record.Kind, record => record.Config);
        foreach (var change in changes)
        {
            if (change is RecordChange.Insert { Record: NodeConfigRecord added }) after[added.Kind] = added.Config;
            if (change is RecordChange.Update { Record: NodeConfigRecord changed }) after[changed.Kind] = changed.Config;
            if (change is RecordChange.Delete deleted && Records.FirstOrDefault(record => record.Id == deleted.Id) is { } gone)
                after.Remove(gone.Kind);
        }

        NodeConfig[] configs = [.. Indexed.Select(kind => after.GetValueOrDefault(kind)).OfType<NodeConfig>()];
        return [.. changes, .. NodeIndex.Changes(Machine.Id, configs, Links, Addresses, now)];
    }

    private IEnumerable<RecordChange> Stored() =>
        Find(NodeConfigKind.Found) is null ? Set(NodeConfigKind.Found, NodeConfigLifecycle.Derive(Machine)) : [];

    private NodeConfigRecord? Find(NodeConfigKind kind) => Records.FirstOrDefault(record => record.Kind == kind);
}
