using Maas.Testing.Dhcp;
using Maas.Testing.Events;
using Maas.Testing.Hardware;
using Maas.Testing.Http;

namespace Maas.Testing.Agent;

/// <summary>
/// Plays the ephemeral environment: the same conversation with the server as the real agent's, with disks and hardware that are not there.
/// </summary>
internal sealed class EphemeralAgent(
    SimulatedMachineOptions machine,
    IReadOnlyList<SimulatedDisk> disks,
    AgentCommandLine given,
    MachineLog log,
    TimeProvider timeProvider,
    Action resting) : IDisposable
{
    private const string Name = "agent";
    private const int IdleRounds = 24;
    private static readonly TimeSpan IdlePause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RescuePause = TimeSpan.FromSeconds(15);

    private HttpClient? _http;

    public async Task<AgentEnd> RunAsync(CancellationToken cancellationToken)
    {
        Say("up simulated");
        AgentServer? server = null;
        try
        {
            var voice = DhcpClientProfile.Udhcpc(machine.Mac);
            var lease =
                await new DhcpClient(machine.Network, machine.Mac, log, timeProvider).AcquireAsync(voice, cancellationToken)
                    .ConfigureAwait(false)
                ?? throw new AgentFailedException("no DHCP server answered");
            var link = machine.Network.LinkOf(machine.Mac);
            _http = link.CreateHttpClient(link.Usable(lease.Address));
            server = new AgentServer(
                given, new MaasHttp(Name, _http, machine.ClockError, log, timeProvider) { Secret = given.Token });
            var end = await WorkAsync(server, cancellationToken).ConfigureAwait(false);
            Say("done");
            return end;
        }
        catch (Exception e) when (e is AgentFailedException or HttpRequestException or IOException)
        {
            Say("failed: " + e.Message);
            if (server is { HasCredentials: true }) await TellFailureAsync(server, e.Message, cancellationToken).ConfigureAwait(false);
            return AgentEnd.PowerOff;
        }
    }

    public void Dispose() => _http?.Dispose();

    private async Task<AgentEnd> WorkAsync(AgentServer server, CancellationToken cancellationToken)
    {
        if (given.Token is null)
        {
            if (given.Task != "enlist")
                throw new AgentFailedException("the kernel's command line has neither maas.token= nor maas.task=enlist");
            Say("task=enlist");
            await server.EnlistAsync(machine, cancellationToken).ConfigureAwait(false);
            return AgentEnd.PowerOff;
        }

        Say("step=credentials");
        await server.RedeemTokenAsync(given.Token, cancellationToken).ConfigureAwait(false);
        var (shown, rescueTold, runs, hasReleased) = ("", false, false, false);
        for (var idle = 0; idle < IdleRounds;)
        {
            var sheet = await server.GetTaskAsync(cancellationToken).ConfigureAwait(false);
            var task = sheet["task"];
            if (task != shown) Say($"task={shown = task}");
            if (task != "none" && machine.Faults.HasFlag(SimulatedFault.AgentHangs)) return AgentEnd.Hang;
            switch (task)
            {
                case "commission" or "test":
                    await new ScriptTask(machine, disks, server, Say).RunAsync(cancellationToken).ConfigureAwait(false);
                    return AgentEnd.PowerOff;
                case "release" when !hasReleased:
                    // Erasing the disks, or nothing, is the next task.
                    hasReleased = true;
                    if (!await new ScriptTask(machine, disks, server, Say).RunAsync(cancellationToken).ConfigureAwait(false))
                        return AgentEnd.PowerOff;
                    break;
                case "deploy":
                    await new DeployTask(machine.Uuid, disks, server, Say, timeProvider).RunAsync(sheet, cancellationToken)
                        .ConfigureAwait(false);
                    return AgentEnd.Restart;
                case "erase":
                    await EraseAsync(server, sheet, cancellationToken).ConfigureAwait(false);
                    return AgentEnd.PowerOff;
                case "rescue":
                    if (!rescueTold) await server.SignalAsync("WORKING", null, cancellationToken).ConfigureAwait(false);
                    rescueTold = true;
                    resting();
                    await Task.Delay(RescuePause, timeProvider, cancellationToken).ConfigureAwait(false);
                    break;
                case "run":
                    if (!runs) await server.SignalAsync("OK", null, cancellationToken).ConfigureAwait(false);
                    runs = true;
                    resting();
                    await Task.Delay(RescuePause, timeProvider, cancellationToken).ConfigureAwait(false);
                    break;
                case "poweroff" or "release":
                    return AgentEnd.PowerOff;
                case "none":
                    idle++;
                    await Task.Delay(IdlePause, timeProvider, cancellationToken).ConfigureAwait(false);
                    break;
                default:
                    throw new AgentFailedException($"the task '{task}' is not known to this agent");
            }
        }

        return AgentEnd.PowerOff;
    }

    private async Task EraseAsync(AgentServer server, AgentTask sheet, CancellationToken cancellationToken)
    {
        var how = sheet["erase_mode"];
        if (how is not ("quick" or "full" or "secure")) throw new AgentFailedException($"there is no way to erase called '{how}'");
        var check = new HardwareCheck(machine.Uuid, disks, sheet);
        check.VerifyMachine();
        foreach (var disk in check.FindAll())
        {
            Say($"step=erase {how} {disk.Model.Name}");
            disk.Erase();
        }

        await server.DisksErasedAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task TellFailureAsync(AgentServer server, string why, CancellationToken cancellationToken)
    {
        try
        {
            await server.SignalAsync("FAILED", why, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is AgentFailedException or HttpRequestException or IOException)
        {
            Say("failed: the server could not be told");
        }
    }

    private void Say(string text) => log.Said(Name, "MAAS-AGENT " + text);
}
