using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Maas.Client;
using Maas.Client.Machines;
using MaasNet.Output;

namespace MaasNet.Commands;

/// <summary>Waits for machines, and says how far they are.</summary>
internal sealed class StatusWait
{
    private static readonly TimeSpan S_interval = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _timeProvider;
    private readonly Option<bool> _wait;

    private readonly Option<int?> _timeout = new("--timeout")
    {
        Description = "With --wait: give up after so many seconds. The machines go on.", HelpName = "SECONDS",
    };

    private readonly MaasMachineStatus _wanted;
    private readonly IReadOnlyList<MaasMachineStatus> _busy;

    /// <summary>Adds <c>--wait</c> and <c>--timeout</c> to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="description">What is waited for.</param>
    /// <param name="wanted">The status at the end.</param>
    /// <param name="busy">The statuses on the way there. With another one, the machine is no longer on its way.</param>
    public StatusWait(Command command, string description, MaasMachineStatus wanted, params IReadOnlyList<MaasMachineStatus> busy)
        : this(TimeProvider.System, command, description, wanted, busy)
    {
    }

    internal StatusWait(
        TimeProvider timeProvider, Command command, string description, MaasMachineStatus wanted, IReadOnlyList<MaasMachineStatus> busy)
    {
        _timeProvider = timeProvider;
        _wait = new Option<bool>("--wait") { Description = description };
        _timeout.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1) result.AddError("--timeout is at least 1 second.");
        });
        (_wanted, _busy) = (wanted, busy);
        command.Options.Add(_wait);
        command.Options.Add(_timeout);
    }

    /// <summary>
    /// Waits, if the user wants to, until no machine that did not refuse is on its way. Each change of a status is written.
    /// </summary>
    public async Task RunAsync(Session session, ParseResult parsed, MachineOutcomes outcomes, CancellationToken cancellationToken)
    {
        if (!parsed.GetValue(_wait)) return;
        var seconds = parsed.GetValue(_timeout);
        using var late = new CancellationTokenSource(
            seconds is { } most ? TimeSpan.FromSeconds(most) : Timeout.InfiniteTimeSpan, _timeProvider);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        var pending = outcomes.Accepted.ToDictionary(machine => machine.Id, _ => "");
        try
        {
            await WaitAsync(session, outcomes, pending, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            foreach (var (id, status) in pending)
                outcomes.Fail(id, "late", string.Create(CultureInfo.InvariantCulture, $"still {status} after {seconds} s"));
        }
    }

    private async Task WaitAsync(
        Session session, MachineOutcomes outcomes, Dictionary<string, string> pending, CancellationToken cancellationToken)
    {
        while (pending.Count > 0)
        {
            var missing = pending.Keys.ToHashSet(StringComparer.Ordinal);
            var query = new MaasMachineQuery { SystemIds = [.. pending.Keys] };
            await foreach (var machine in session.Client.Machines.ListAsync(query, cancellationToken))
            {
                missing.Remove(machine.SystemId);
                if (!pending.TryGetValue(machine.SystemId, out var before)) continue;
                if (machine.StatusName != before) session.Report.Line($"{machine.Hostname}: {machine.StatusName}");
                pending[machine.SystemId] = machine.StatusName;
                if (machine.Status == _wanted)
                {
                    pending.Remove(machine.SystemId);
                }
                else if (!_busy.Contains(machine.Status))
                {
                    pending.Remove(machine.SystemId);
                    await EndAsync(session, outcomes, machine, cancellationToken);
                }
            }

            foreach (var id in missing)
            {
                pending.Remove(id);
                outcomes.Fail(id, "deleted", "it was deleted");
            }

            if (pending.Count > 0) await Task.Delay(S_interval, _timeProvider, cancellationToken);
        }
    }

    private static async Task EndAsync(
        Session session, MachineOutcomes outcomes, MaasMachine machine, CancellationToken cancellationToken)
    {
        if (!machine.StatusName.Contains("ailed", StringComparison.Ordinal) && machine.Status != MaasMachineStatus.Broken)
        {
            outcomes.Fail(machine.SystemId, "aborted", $"{machine.StatusName}: it was aborted, or something else was asked of it");
            return;
        }

        var cause = await CauseAsync(session, machine.SystemId, cancellationToken);
        outcomes.Fail(machine.SystemId, "failed", $"{machine.StatusName}: {(cause.Length > 0 ? cause : machine.StatusMessage)}");
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
