using System.Net;
using Maas.Boot.Dhcp.Firmware;

namespace Maas.Boot.Dhcp;

/// <summary>Asks the boot policy what firmware boots, within the time that it may take.</summary>
internal sealed class BootPolicyInvoker(IBootPolicy policy, DhcpLinkOptions options, TimeProvider timeProvider, CancellationToken stopping)
{
    /// <summary>The boot parameters of a client; <see langword="null"/> for none.</summary>
    /// <param name="server">This server's address on its link.</param>
    /// <param name="bootFiles">Where it finds boot files.</param>
    /// <param name="client">What it told about its firmware.</param>
    /// <param name="hardware">Its hardware address.</param>
    /// <param name="machine">Its SMBIOS UUID; <see langword="null"/> when it does not tell.</param>
    /// <param name="address">The address it gets, or has; <see langword="null"/> for none.</param>
    /// <exception cref="OperationCanceledException">The policy thought too long, or the server stops.</exception>
    public async ValueTask<BootParameters?> DecideAsync(
        IPAddress server,
        BootFileLocator bootFiles,
        FirmwareClient client,
        HardwareAddress hardware,
        Guid? machine,
        IPAddress? address)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var timeout = new CancellationTokenSource(options.PolicyTimeout, timeProvider);
        using var _ = timeout.Token.Register(patience.Cancel);
        var question = new BootRequest
        {
            Hardware = hardware,
            Phase = BootPhase.Discovery,
            Architecture = client.IsRaspberryPi ? BootArchitecture.RaspberryPi : client.Architecture,
            MachineUuid = machine,
            ClientAddress = address,
            ServerAddress = server,
        };
        var instruction = await policy.DecideAsync(question, patience.Token).AsTask().WaitAsync(patience.Token).ConfigureAwait(false);
        return instruction is null ? null : BootParameters.For(client, instruction, hardware, bootFiles);
    }
}
