using Maas.Core;
using Maas.Core.Nodes;
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
        Machines machines,
        DashboardSession session,
        IDialogService dialogs,
        CancellationToken cancellationToken)
    {
        var actor = await session.GetActorAsync(cancellationToken);
        var command = operation.Command(actor);
        if (operation.IsDestructive)
        {
            var selected = await ListAsync(machines, ids, actor, cancellationToken);
            var parameters = new DialogParameters { ["Lines"] = (IReadOnlyList<string>)[.. selected.Select(operation.Warning)] };
            var title = selected is [var only] && ids.Count == 1
                ? $"{operation.Name} {only.Fqdn}?"
                : $"{operation.Name} {ids.Count} machines?";
            var options = new DialogOptions { MaxWidth = MaxWidth.Small, FullWidth = true, CloseOnEscapeKey = true };
            IDialogReference dialog;
            if (command is MachineCommand.Deploy)
            {
                dialog = await dialogs.ShowAsync<DeployDialog>(title, parameters, options);
            }
            else
            {
                parameters["Verb"] = operation.Name;
                parameters["ShowErase"] = command is MachineCommand.Release;
                dialog = await dialogs.ShowAsync<ConfirmDialog>(title, parameters, options);
            }

            if (await dialog.Result is not { Canceled: false } answer) return null;
            command = answer.Data switch
            {
                MachineCommand.Deploy deploy => deploy,
                EraseMode erase when command is MachineCommand.Release release => release with { Erase = erase },
                _ => command,
            };
            actor = await session.GetActorAsync(cancellationToken); // the dialog may have been open for long
        }

        return await BulkOperation.RunAsync(machines, ids, command, actor, cancellationToken);
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
