using System.Collections.Concurrent;
using Maas.Core;
using Maas.Core.Nodes;

namespace Maas.Dashboard.Nodes;

/// <summary>Gives one command to the selected machines, and to no other.</summary>
internal static class BulkOperation
{
    private const int AtOnce = 8;

    /// <summary>Executes it for each machine on behalf of the user.</summary>
    /// <param name="machines">The machines.</param>
    /// <param name="ids">The selected ones.</param>
    /// <param name="command">The command; <see langword="null"/> deletes the machines.</param>
    /// <param name="actor">The user.</param>
    /// <param name="prepare">
    /// What is done before the command; a reason that it returns refuses the machine. <see langword="null"/> for nothing.
    /// </param>
    /// <param name="cancellationToken">Ends it between two machines.</param>
    /// <returns>A line for each machine that refused, with its name and the reason.</returns>
    public static async Task<IReadOnlyList<string>> RunAsync(
        Machines machines,
        IReadOnlyCollection<SystemId> ids,
        MachineCommand? command,
        MachineActor actor,
        Func<SystemId, CancellationToken, Task<string?>>? prepare,
        CancellationToken cancellationToken)
    {
        var failures = new ConcurrentDictionary<SystemId, string>();
        await Parallel.ForEachAsync(
            ids,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (id, stop) =>
            {
                var reason = prepare is null ? null : await prepare(id, stop);
                reason ??= await RunAsync(machines, id, command, actor, stop);
                if (reason is not null) failures[id] = reason;
            });
        return [.. failures.Values.Order(StringComparer.Ordinal)];
    }

    private static async Task<string?> RunAsync(
        Machines machines, SystemId id, MachineCommand? command, MachineActor actor, CancellationToken cancellationToken)
    {
        try
        {
            var result = command is null
                ? await machines.DeleteAsync(id, actor, cancellationToken)
                : await machines.ExecuteAsync(id, command, actor, cancellationToken);
            return result switch
            {
                CommandResult.Done => null,
                CommandResult.Refused refused => $"{refused.Machine.Fqdn}: {refused.Reason}",
                _ => $"{id}: The machine does not exist any more.",
            };
        }
        catch (StoreFullException full)
        {
            return $"{id}: {full.Message}";
        }
    }
}
