using System.Collections.Concurrent;
using Maas.Core;
using Maas.Core.Nodes;

namespace Maas.Dashboard.Nodes;

/// <summary>Does something to the selected machines, and to no other. What fails for one machine does not stop the others.</summary>
internal static class BulkOperation
{
    private const int AtOnce = 8;

    /// <summary>Runs it for each machine.</summary>
    /// <param name="ids">The selected machines.</param>
    /// <param name="run">What is done to one; it returns a line with the reason why it was not, or <see langword="null"/>.</param>
    /// <param name="explain">Says why it failed for a machine.</param>
    /// <param name="cancellationToken">Ends it between two machines.</param>
    /// <returns>A line for each machine that refused or failed, with its name and the reason.</returns>
    public static async Task<IReadOnlyList<string>> RunAsync(
        IReadOnlyCollection<SystemId> ids,
        Func<SystemId, CancellationToken, Task<string?>> run,
        Func<Exception, string> explain,
        CancellationToken cancellationToken)
    {
        var failures = new ConcurrentDictionary<SystemId, string>();
        await Parallel.ForEachAsync(
            ids,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (id, stop) =>
            {
                try
                {
                    if (await run(id, stop) is { } reason) failures[id] = reason;
                }
                catch (Exception failure) when (failure is not OperationCanceledException || !stop.IsCancellationRequested)
                {
                    failures[id] = $"{id}: {explain(failure)}";
                }
            });
        return [.. failures.Values.Order(StringComparer.Ordinal)];
    }

    /// <summary>Gives a machine a command on behalf of the user.</summary>
    /// <param name="machines">The machines.</param>
    /// <param name="id">Which machine.</param>
    /// <param name="command">The command; <see langword="null"/> deletes the machine.</param>
    /// <param name="actor">The user.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Why it was refused, with the machine's name; <see langword="null"/> when it was not.</returns>
    public static async Task<string?> CommandAsync(
        Machines machines, SystemId id, MachineCommand? command, MachineActor actor, CancellationToken cancellationToken)
    {
        var result = command is null
            ? await machines.DeleteAsync(id, actor, cancellationToken)
            : await machines.ExecuteAsync(id, command, actor, cancellationToken);
        return result switch
        {
            CommandResult.Done => null,
            CommandResult.Refused refused => $"{refused.Machine.Fqdn}: {refused.Reason}",
            _ => Gone(id),
        };
    }

    /// <summary>Changes a machine's description on behalf of the user.</summary>
    /// <returns>Why it was refused, with the machine's name; <see langword="null"/> when it was not.</returns>
    public static async Task<string?> EditAsync(
        Machines machines, SystemId id, Func<Machine, Machine> edit, MachineActor actor, CancellationToken cancellationToken)
    {
        var reason = await machines.EditAsync(id, actor, edit, cancellationToken) switch
        {
            EditResult.Done => null,
            EditResult.Refused refused => refused.Reason,
            EditResult.Denied denied => denied.Reason,
            _ => "",
        };
        if (reason is null) return null;
        return await machines.GetAsync(id, cancellationToken) is { } machine && actor.MaySee(machine)
            ? $"{machine.Fqdn}: {reason}"
            : Gone(id);
    }

    private static string Gone(SystemId id) => $"{id}: The machine does not exist any more.";
}
