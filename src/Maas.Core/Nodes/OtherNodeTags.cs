using Maas.Core.Records;

namespace Maas.Core.Nodes;

/// <summary>The tags of devices and controllers: the changes of records that belong to a change of a tag.</summary>
internal sealed class OtherNodeTags(IRecordStore records, DeviceStore devices)
{
    /// <summary>Replaces a tag on all devices and controllers that have it, or removes it.</summary>
    /// <param name="name">The tag's name.</param>
    /// <param name="replacement">The name that replaces it; <see langword="null"/> when it is removed.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<RecordChange>> ReplaceAsync(string name, string? replacement, CancellationToken cancellationToken)
    {
        var some = await devices.ListAsync(new DeviceFilter { Tags = [name] }, cancellationToken).ConfigureAwait(false);
        var hosts = (await ListControllersAsync([], cancellationToken).ConfigureAwait(false)).Where(each => each.Tags.Contains(name));
        return await ChangesAsync(
            some.Select(each => each with { Tags = Replaced(each.Tags) }),
            hosts.Select(each => each with { Tags = Replaced(each.Tags) }),
            cancellationToken).ConfigureAwait(false);

        IReadOnlyList<string> Replaced(IReadOnlyList<string> tags) =>
            Sorted(tags.Where(each => each != name).Concat(replacement is null ? [] : [replacement]));
    }

    /// <summary>Puts a tag on devices and controllers, and takes it off others. Unknown ids are passed over.</summary>
    /// <param name="name">The tag's name.</param>
    /// <param name="add">Nodes that get it.</param>
    /// <param name="remove">Nodes that lose it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<OtherNodeTagChange> UpdateAsync(
        string name, IReadOnlySet<SystemId> add, IReadOnlySet<SystemId> remove, CancellationToken cancellationToken)
    {
        object[] ids = [.. add.Union(remove).Select(id => id.ToString())];
        if (ids.Length == 0) return new OtherNodeTagChange([], 0, 0, null);
        RecordCondition isNamed = new RecordCondition.In("system_id", ids);
        var some = await devices.ListAsync(isNamed, cancellationToken).ConfigureAwait(false);
        var hosts = await ListControllersAsync([isNamed], cancellationToken).ConfigureAwait(false);
        SystemId[] found = [.. some.Select(each => each.SystemId), .. hosts.Select(each => each.SystemId)];
        var full = some.Select(each => (each.SystemId, each.Tags, each.Hostname))
            .Concat(hosts.Select(each => (each.SystemId, each.Tags, each.Hostname)))
            .Where(each => !remove.Contains(each.SystemId) && Changes(each.SystemId, each.Tags) && each.Tags.Count >= NodeRules.MostTags)
            .Select(each => each.Hostname).FirstOrDefault();
        var changes = await ChangesAsync(
            some.Where(each => Changes(each.SystemId, each.Tags)).Select(each => each with { Tags = Changed(each.SystemId, each.Tags) }),
            hosts.Where(each => Changes(each.SystemId, each.Tags)).Select(each => each with { Tags = Changed(each.SystemId, each.Tags) }),
            cancellationToken).ConfigureAwait(false);
        return new OtherNodeTagChange(changes, found.Count(add.Contains), found.Count(remove.Contains), full);

        bool Changes(SystemId id, IReadOnlyList<string> tags) => !remove.Contains(id) != tags.Contains(name);

        IReadOnlyList<string> Changed(SystemId id, IReadOnlyList<string> tags) =>
            remove.Contains(id) ? [.. tags.Where(each => each != name)] : Sorted(tags.Append(name));
    }

    /// <summary>Notes that this process changed a device.</summary>
    public void Raise() => devices.Raise();

    private static IReadOnlyList<string> Sorted(IEnumerable<string> tags) =>
        [.. tags.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private async Task<IReadOnlyList<RecordChange>> ChangesAsync(
        IEnumerable<Device> some, IEnumerable<Controller> hosts, CancellationToken cancellationToken)
    {
        List<RecordChange> changes = [.. some.Select(each => new RecordChange.Update(NodeTables.Devices, each))];
        if (changes.Count > 0) changes.Add(await devices.NextSerialAsync(cancellationToken).ConfigureAwait(false));
        changes.AddRange(hosts.Select(each => new RecordChange.Update(Controllers.Table, each)));
        return changes;
    }

    private Task<IReadOnlyList<Controller>> ListControllersAsync(
        IReadOnlyList<RecordCondition> conditions, CancellationToken cancellationToken) =>
        records.ListAsync(new RecordQuery<Controller>(Controllers.Table) { Where = conditions }, cancellationToken);
}

/// <summary>What a change of a tag means for devices and controllers.</summary>
/// <param name="Changes">The changes of records.</param>
/// <param name="Added">How many of the nodes that get the tag exist.</param>
/// <param name="Removed">How many of the nodes that lose the tag exist.</param>
/// <param name="Full">A node that cannot get another tag; <see langword="null"/> for none.</param>
internal sealed record OtherNodeTagChange(IReadOnlyList<RecordChange> Changes, int Added, int Removed, string? Full);
