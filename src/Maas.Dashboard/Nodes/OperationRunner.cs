using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Storage;
using Maas.Dashboard.SignIn;
using MudBlazor;

namespace Maas.Dashboard.Nodes;

/// <summary>Asks what an operation needs to know, confirms it when it destroys something, and executes it.</summary>
internal sealed class OperationRunner(MaasCore core, DashboardSession session, IDialogService dialogs, ChangeFailures failures)
{
    private const int MostDescribed = 1_000; // a dialog shows some of them, and counts the rest

    /// <summary>Runs an operation on the selected machines.</summary>
    /// <returns>The refusals; <see langword="null"/> when the user cancelled.</returns>
    public async Task<IReadOnlyList<string>?> RunAsync(
        MachineOperation operation, IReadOnlyCollection<SystemId> ids, CancellationToken cancellationToken)
    {
        var actor = await session.GetActorAsync(cancellationToken);
        var command = operation.Command(actor);
        var (layout, tags) = ("", (IReadOnlyList<string>)[]);
        if (operation.IsDestructive || command is MachineCommand.Test)
        {
            if (await AskAsync(operation, command, ids, actor, cancellationToken) is not { } answer) return null;
            if (answer is DeployOrder order) (command, layout, tags) = (order.Command, order.Layout, order.Tags);
            else if (answer is MachineCommand chosen) command = chosen;
            actor = await session.GetActorAsync(cancellationToken); // the dialog may have been open for long
        }

        var (_, refusal) = await TagNames.CreateMissingAsync(core.Tags, tags, actor, cancellationToken);
        if (refusal is not null) return [.. ids.Select(_ => refusal)];
        return await BulkOperation.RunAsync(
            ids,
            async (id, stop) => (layout.Length == 0 ? null : await ApplyAsync(id, layout, actor, stop))
                ?? (tags.Count == 0 ? null : await BulkOperation.EditAsync(core.Machines, id, Tagged, actor, stop))
                ?? await BulkOperation.CommandAsync(core.Machines, id, command, actor, stop),
            failures.Explain, cancellationToken);

        Machine Tagged(Machine machine) => machine with { Tags = [.. machine.Tags.Union(tags)] };
    }

    /// <summary>Changes the description of the selected machines.</summary>
    /// <returns>The refusals.</returns>
    public async Task<IReadOnlyList<string>> EditAsync(
        IReadOnlyCollection<SystemId> ids, Func<Machine, Machine> edit, CancellationToken cancellationToken)
    {
        var actor = await session.GetActorAsync(cancellationToken);
        return await BulkOperation.RunAsync(
            ids, (id, stop) => BulkOperation.EditAsync(core.Machines, id, edit, actor, stop), failures.Explain, cancellationToken);
    }

    // What the dialog answers; null when the user cancelled.
    private async Task<object?> AskAsync(
        MachineOperation operation,
        MachineCommand? command,
        IReadOnlyCollection<SystemId> ids,
        MachineActor actor,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<Machine> selected = await ListAsync(ids.Take(MostDescribed), actor, cancellationToken);
        IReadOnlyList<string> lines = [.. selected.Select(operation.Warning)];
        var title = selected is [var only] && ids.Count == 1
            ? $"{operation.Name} {only.Fqdn}?"
            : $"{operation.Name} {Units.Count(ids.Count)}?";
        var options = DialogDefaults.Options;
        var dialog = await (command switch
        {
            MachineCommand.Deploy => dialogs.ShowAsync<DeployDialog>(
                title, new DialogParameters { ["Lines"] = lines, ["Machines"] = selected, ["Count"] = ids.Count }, options),
            MachineCommand.Release => dialogs.ShowAsync<ReleaseDialog>(
                title, new DialogParameters { ["Lines"] = lines, ["Count"] = ids.Count }, options),
            MachineCommand.Test => dialogs.ShowAsync<TestDialog>(
                title, new DialogParameters { ["Machines"] = selected, ["Count"] = ids.Count }, options),
            _ => dialogs.ShowAsync<ConfirmDialog>(
                title, new DialogParameters { ["Lines"] = lines, ["Verb"] = operation.Name, ["Count"] = ids.Count }, options),
        });
        return await dialog.Result is { Canceled: false } answer ? answer.Data : null;
    }

    // As op=set_storage_layout does: an administrator, and a Ready machine.
    private async Task<string?> ApplyAsync(SystemId id, string layout, MachineActor actor, CancellationToken cancellationToken)
    {
        var edit = new StorageEdit((_, config, ids) => StorageLayouts.Apply(config, new StorageLayoutRequest { Layout = layout }, ids))
        {
            FindObstacle = (machine, _) => machine.Status is MachineStatus.Ready
                ? null
                : $"{machine.Fqdn}: The storage layout of a machine is changed while it is Ready; it is {machine.Status.DisplayName}.",
        };
        return await core.NodeConfigs.EditStorageAsync(id, actor, edit, cancellationToken) switch
        {
            NodeConfigResult.Done => null,
            NodeConfigResult.WrongStatus wrong => wrong.Reason,
            NodeConfigResult.Refused refused => $"{id}: {refused.Reason}",
            NodeConfigResult.Denied denied => $"{id}: {denied.Reason}",
            _ => $"{id}: The machine does not exist any more.",
        };
    }

    private async Task<List<Machine>> ListAsync(
        IEnumerable<SystemId> ids, MachineActor actor, CancellationToken cancellationToken)
    {
        var found = new List<Machine>();
        foreach (var chunk in ids.Chunk(MachineList.PageSize))
        {
            var filter = new MachineFilter { Ids = chunk, VisibleTo = actor.IsAdministrator ? null : actor.Name };
            found.AddRange(await core.Machines.ListAsync(filter, cancellationToken));
        }

        return found;
    }
}
