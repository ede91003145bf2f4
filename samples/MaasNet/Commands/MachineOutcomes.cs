using System.Text.Json.Nodes;
using Maas.Client;

namespace MaasNet.Commands;

/// <summary>What became of each machine of a command. The refusals do not stop the others.</summary>
internal sealed class MachineOutcomes(Session session, IReadOnlyList<(string Id, string Name)> machines)
{
    private readonly Dictionary<string, (string Result, string Reason)> _outcomes = new(StringComparer.Ordinal);

    /// <summary>The machines that were asked and did not refuse.</summary>
    public IReadOnlyList<(string Id, string Name)> Accepted => [.. machines.Where(machine => _outcomes[machine.Id].Result == "done")];

    /// <summary>Asks each machine.</summary>
    public async Task AskAsync(Func<string, CancellationToken, Task> act, CancellationToken cancellationToken)
    {
        foreach (var (id, name) in machines)
        {
            try
            {
                await act(id, cancellationToken);
                _outcomes[id] = ("done", "");
            }
            catch (MaasApiException refused) when (refused.StatusCode is not System.Net.HttpStatusCode.Unauthorized)
            {
                _outcomes[id] = ("refused", refused.Text.Length > 0 ? refused.Text.Trim() : refused.Message);
            }
        }

        session.Report.Line($"{Accepted.Count} of {machines.Count} done");
    }

    /// <summary>Sets what became of a machine after it was asked.</summary>
    public void Fail(string id, string result, string reason) => _outcomes[id] = (result, reason);

    /// <summary>Writes the result, and fails unless all is done.</summary>
    /// <exception cref="CommandFailedException">Not all is done.</exception>
    public void End()
    {
        if (session.Report.IsJson)
        {
            session.Report.Result("", ("machines", new JsonArray(
            [
                .. machines.Select(machine => new JsonObject
                {
                    ["system_id"] = machine.Id, ["hostname"] = machine.Name, ["result"] = _outcomes[machine.Id].Result,
                    ["reason"] = _outcomes[machine.Id].Reason,
                }),
            ])));
        }

        string[] failures =
        [
            .. machines.Where(machine => _outcomes[machine.Id].Result != "done")
                .Select(machine => $"{machine.Name}: {_outcomes[machine.Id].Reason}"),
        ];
        if (failures.Length > 0) throw new CommandFailedException(string.Join('\n', failures));
    }
}
