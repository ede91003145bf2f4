namespace Maas.Core.Nodes;

/// <summary>A label for machines, put on by hand.</summary>
/// <param name="Name">Letters, digits, <c>_ - .</c>; at most 255.</param>
/// <param name="Comment">Free words.</param>
/// <param name="KernelOptions">Words for the kernel's command line, kept only: no boot adds them.</param>
public sealed record Tag(string Name, string Comment = "", string KernelOptions = "");

/// <summary>The tags there are, and which machine has which.</summary>
public sealed class Tags
{
    private readonly IMachineStore _store;
    private readonly Machines _machines;

    internal Tags(IMachineStore store, Machines machines)
    {
        _store = store;
        _machines = machines;
    }

    /// <summary>All tags by name.</summary>
    public Task<IReadOnlyList<Tag>> ListAsync(CancellationToken cancellationToken = default) => _store.ListTagsAsync(cancellationToken);

    /// <summary>The tag, or <see langword="null"/>.</summary>
    public async Task<Tag?> GetAsync(string name, CancellationToken cancellationToken = default) =>
        (await _store.ListTagsAsync(cancellationToken).ConfigureAwait(false)).SingleOrDefault(tag => tag.Name == name);

    /// <summary>Makes a tag, or changes the one of that name. <see langword="false"/> when the name is not allowed.</summary>
    public async Task<bool> SaveAsync(Tag tag, CancellationToken cancellationToken = default)
    {
        if (!MachineRules.IsTagName(tag.Name)) return false;
        await _store.SaveTagAsync(tag, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>
    /// Changes a tag and gives it another name, on all machines too, at once. <see langword="false"/> when the name is not allowed or
    /// taken, or there is no such tag.
    /// </summary>
    public Task<bool> RenameAsync(string name, Tag renamed, CancellationToken cancellationToken = default) =>
        MachineRules.IsTagName(renamed.Name) ? _machines.RenameTagAsync(name, renamed, cancellationToken) : Task.FromResult(false);

    /// <summary>Removes a tag, from all machines too. <see langword="false"/> when it does not exist.</summary>
    public async Task<bool> DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        if (!await _store.DeleteTagAsync(name, cancellationToken).ConfigureAwait(false)) return false;
        var tagged = await _store.ListAsync(new MachineFilter { Tags = [name] }, cancellationToken).ConfigureAwait(false);
        await UpdateMachinesAsync(name, [], [.. tagged.Select(machine => machine.Id)], null, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Puts a tag on machines and takes it off others; unknown machines are passed over.</summary>
    /// <returns>How many changed.</returns>
    public async Task<(int Added, int Removed)> UpdateMachinesAsync(
        string name, IReadOnlyList<SystemId> add, IReadOnlyList<SystemId> remove, string? by, CancellationToken cancellationToken = default)
    {
        var added = 0;
        var removed = 0;
        foreach (var id in add.Distinct())
        {
            if (await SetAsync(id, machine => !machine.Tags.Contains(name), machine =>
                machine with { Tags = [.. machine.Tags, name] }).ConfigureAwait(false)) added++;
        }

        foreach (var id in remove.Distinct())
        {
            if (await SetAsync(id, machine => machine.Tags.Contains(name), machine =>
                machine with { Tags = [.. machine.Tags.Where(tag => tag != name)] }).ConfigureAwait(false)) removed++;
        }

        return (added, removed);

        async Task<bool> SetAsync(SystemId id, Func<Machine, bool> applies, Func<Machine, Machine> edit) =>
            await _machines.GetAsync(id, cancellationToken).ConfigureAwait(false) is { } machine && applies(machine)
            && await _machines.EditForAsync(id, by, edit, cancellationToken).ConfigureAwait(false) is EditResult.Done;
    }
}
