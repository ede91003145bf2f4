using System.Text.Json;
using Maas.Client;
using Maas.Client.Machines;
using MaasNet.Output;

namespace MaasNet.Commands;

/// <summary>Waits for machines, and says how far they are.</summary>
internal static class StatusWait
{
    private static readonly TimeSpan S_interval = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Waits until all machines have a status, and writes each change. A failure is written with the server's explanation.
    /// </summary>
    /// <exception cref="CommandFailedException">A machine has failed.</exception>
    public static async Task ForAsync(
        Session session, IReadOnlyList<(string Id, string Name)> machines, MaasMachineStatus wanted, CancellationToken cancellationToken)
    {
        var pending = machines.ToDictionary(machine => machine.Id, _ => "");
        List<string> failures = [];
        using var ticks = new PeriodicTimer(S_interval);
        while (true)
        {
            var query = new MaasMachineQuery { SystemIds = [.. pending.Keys] };
            await foreach (var machine in session.Client.Machines.ListAsync(query, cancellationToken))
            {
                if (machine.StatusName != pending[machine.SystemId]) session.Report.Line($"{machine.Hostname}: {machine.StatusName}");
                pending[machine.SystemId] = machine.StatusName;
                if (machine.Status == wanted)
                {
                    pending.Remove(machine.SystemId);
                }
                else if (machine.StatusName.Contains("ailed", StringComparison.Ordinal) || machine.Status == MaasMachineStatus.Broken)
                {
                    pending.Remove(machine.SystemId);
                    var cause = await CauseAsync(session, machine.SystemId, cancellationToken);
                    failures.Add($"{machine.Hostname}: {machine.StatusName}: {(cause.Length > 0 ? cause : machine.StatusMessage)}");
                }
            }

            if (pending.Count == 0) break;
            await ticks.WaitForNextTickAsync(cancellationToken);
        }

        if (failures.Count > 0) throw new CommandFailedException(string.Join('\n', failures));
    }

    private static async Task<string> CauseAsync(Session session, string id, CancellationToken cancellationToken)
    {
        try
        {
            var report = await session.GetAsync($"machines/{id}/", new MaasForm().Add("op", "explain"), cancellationToken);
            return report.TryGetProperty("explanations", out var all) && all.ValueKind == JsonValueKind.Array && all.GetArrayLength() > 0
                ? Column.Text(all[0], "cause")
                : "";
        }
        catch (MaasApiException)
        {
            return ""; // another MAAS explains nothing
        }
    }
}
