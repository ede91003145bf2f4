using Maas.Core.Power;

namespace Maas.FaultHost;

/// <summary>Switches the machines of the test.</summary>
/// <param name="path">The socket of their power.</param>
/// <param name="host">The name of this host.</param>
internal sealed class SocketPower(string path, string host) : IMachinePower
{
    public Task<MachinePowerResult> TurnOnAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
        AskAsync("on", target, cancellationToken);

    public Task<MachinePowerResult> TurnOffAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
        AskAsync("off", target, cancellationToken);

    public Task<MachinePowerResult> QueryAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
        AskAsync("query", target, cancellationToken);

    private async Task<MachinePowerResult> AskAsync(string action, MachinePowerTarget target, CancellationToken cancellationToken) =>
        new MachinePowerResult.Done(await LineSocket.AskAsync(path, $"{action} {target.Id} {host}", cancellationToken) == "on"
            ? MachinePowerState.On : MachinePowerState.Off);
}
