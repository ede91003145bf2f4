using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Storage;
using Maas.Dashboard.SignIn;
using MudBlazor;

namespace Maas.Dashboard.Nodes;

/// <summary>Asks what an operation needs to know, confirms it when it destroys something, and executes it.</summary>
internal static class OperationRunner
{
    /// <summary>Runs an operation on the selected machines.</summary>
    /// <returns>The refusals; <see langword="null"/> when the user cancelled.</returns>
    public static async Task<IReadOnlyList<string>?> RunAsync(
        MachineOperation operation,
        IReadOnlyCollection<SystemId> ids,
        MaasCore core,
        DashboardSession session,
        IDialogService dialogs,
        CancellationToken cancellationToken)
    {
        var actor = await session.GetActorAsync(cancellationToken);
        var command = operation.Command(actor);
        var layout = "";
        if (operation.IsDestructive || command is MachineCommand.Test)
        {
            if (await AskAsync(operation, command, ids, core.Machines, actor, dialogs, cancellationToken) is not { } answer) return null;
            (command, layout) = answer switch
            {
                DeployOrder order => (order.Command, order.Layout),
                MachineCommand chosen => (chosen, ""),
                _ => (command, ""),
            };
            actor = await session.GetActorAsync(cancellationToken); // the dialog may have been open for long
        }

        return await BulkOperation.RunAsync(
            core.Machines, ids, command, actor,
            layout.Length == 0 ? null : (id, stop) => ApplyAsync(core.NodeConfigs, id, layout, actor, stop), cancellationToken);
    }

    // What the dialog answers; null when the user cancelled.
    private static async Task<object?> AskAsync(
        MachineOperation operation,
        MachineCommand? command,
        IReadOnlyCollection<SystemId> ids,
        Machines machines,
        MachineActor actor,
        IDialogService dialogs,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<Machine> selected = await ListAsync(machines, ids, actor, cancellationToken);
        IReadOnlyList<string> lines = [.. selected.Select(operation.Warning)];
        var title = selected is [var only] && ids.Count == 1 ? $"{operation.Name} {only.Fqdn}?" : $"{operation.Name} {ids.Count} machines?";
        var options = new DialogOptions { MaxWidth = MaxWidth.Small, FullWidth = true, CloseOnEscapeKey = true };
        var dialog = await (command switch
        {
            MachineCommand.Deploy => dialogs.ShowAsync<DeployDialog>(
                title, new DialogParameters { ["Lines"] = lines, ["Machines"] = selected }, options),
            MachineCommand.Release => dialogs.ShowAsync<ReleaseDialog>(title, new DialogParameters { ["Lines"] = lines }, options),
            MachineCommand.Test => dialogs.ShowAsync<TestDialog>(title, new DialogParameters { ["Machines"] = selected }, options),
            _ => dialogs.ShowAsync<ConfirmDialog>(
                title, new DialogParameters { ["Lines"] = lines, ["Verb"] = operation.Name }, options),
        });
        return await dialog.Result is { Canceled: false } answer ? answer.Data : null;
    }

    // As op=set_storage_layout does: an administrator, and a Ready machine.
    private static async Task<string?> ApplyAsync(
        NodeConfigs configs, SystemId id, string layout, MachineActor actor, CancellationToken cancellationToken)
    {
        var edit = new StorageEdit((_, config, ids) => StorageLayouts.Apply(config, new StorageLayoutRequest { Layout = layout }, ids))
        {
            FindObstacle = (machine, _) => machine.Status is MachineStatus.Ready
                ? null
                : $"{machine.Fqdn}: The storage layout of a machine is changed while it is Ready; it is {machine.Status.DisplayName}.",
        };
        return await configs.EditStorageAsync(id, actor, edit, cancellationToken) switch
        {
            NodeConfigResult.Done => null,
            NodeConfigResult.WrongStatus wrong => wrong.Reason,
            NodeConfigResult.Refused refused => $"{id}: {refused.Reason}",
            NodeConfigResult.Denied denied => $"{id}: {denied.Reason}",
            _ => $"{id}: The machine does not exist any more.",
        };
    }

    private static async Task<List<Machine>> ListAsync(
        Machines machines, IReadOnlyCollection<SystemId> ids, MachineActor actor, CancellationToken cancellationToken)
    {
        var found = new List<Machine>();
        foreach (var chunk in ids.Chunk(MachineList.PageSize))
        {
            var filter = new MachineFilter { Ids = chunk, VisibleTo = actor.IsAdministrator ? null : actor.Name };
            found.AddRange(await machines.ListAsync(filter, cancellationToken));
        }

        return found;
    }
}
