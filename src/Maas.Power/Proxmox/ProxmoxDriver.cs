using Maas.Power.Control;
using Maas.Power.Http;

namespace Maas.Power.Proxmox;

/// <summary>MAAS's power type <c>proxmox</c>: virtual machines and containers of Proxmox VE, over its API.</summary>
/// <remarks>
/// Parameters, as in MAAS: <c>power_address</c> (host or address; port 8006 unless another is named), <c>power_user</c> (with its realm,
/// such as <c>maas@pve</c>), <c>power_token_name</c> and <c>power_token_secret</c>, or <c>power_pass</c>, <c>power_vm_name</c> (name or
/// number), <c>power_verify_ssl</c> (<c>n</c> accepts any certificate; without it, unlike in MAAS, certificates are verified). Of this
/// package: <c>power_tls_fingerprint</c>, as <c>pvenode cert info</c> shows it.
/// </remarks>
public sealed class ProxmoxDriver : IPowerDriver
{
    private readonly ProxmoxOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly PowerConversations _conversations;

    /// <summary>Makes a driver; without arguments, one with the options' defaults and the system's clock.</summary>
    public ProxmoxDriver(ProxmoxOptions? options = null, TimeProvider? timeProvider = null)
    {
        (_options, _timeProvider) = (options ?? new(), timeProvider ?? TimeProvider.System);
        _conversations = new PowerConversations(_options.Timing, _timeProvider, new PowerConnector(ConnectAsync, _ => null));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> PowerTypes { get; } = ["proxmox"];

    /// <inheritdoc/>
    public Task<PowerResult> QueryAsync(PowerTarget target, CancellationToken cancellationToken) =>
        _conversations.QueryAsync(target, cancellationToken);

    /// <inheritdoc/>
    public Task<PowerResult> TurnOnAsync(PowerTarget target, CancellationToken cancellationToken) =>
        _conversations.TurnOnAsync(target, cancellationToken);

    /// <inheritdoc/>
    public Task<PowerResult> TurnOffAsync(PowerTarget target, PowerOffMode mode, CancellationToken cancellationToken) =>
        _conversations.TurnOffAsync(target, mode, cancellationToken);

    /// <summary>Unsupported: Proxmox has a boot order, which is kept, and no choice for the next boot only.</summary>
    public Task<PowerResult> SetNextBootAsync(PowerTarget target, NextBoot device, CancellationToken cancellationToken) =>
        Task.FromResult<PowerResult>(new PowerResult.Unsupported(
            "Proxmox has no boot choice for one boot; put the network first in the virtual machine's boot order."));

    /// <inheritdoc/>
    public string? Validate(PowerTarget target)
    {
        foreach (var (name, label) in new[]
        {
            ("power_address", "Proxmox host name or IP"),
            ("power_user", "Proxmox username, including realm"),
            ("power_vm_name", "Node ID"),
        })
        {
            if (target[name] is null) return $"{label}: This field is required."; // MAAS-WORDING
        }

        return ProxmoxParameters.TryRead(target, out _, out var problem) ? null : problem;
    }

    private async Task<IPowerConversation> ConnectAsync(PowerTarget target, CancellationToken cancellationToken)
    {
        if (!ProxmoxParameters.TryRead(target, out var parameters, out var problem) || parameters is null)
            throw new PowerFailureException(PowerFailure.BadParameters, problem);
        var http = new ControllerHttp(parameters.Trust, _options.Http, _timeProvider);
        try
        {
            return await ProxmoxConversation.ConnectAsync(http, parameters, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            http.Dispose();
            throw;
        }
    }
}
