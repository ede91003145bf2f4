using Maas.Boot;
using Maas.Boot.Capture;
using Maas.Core.Nodes;

namespace Maas.Hosting.Evidence;

/// <summary>A machine's captures out of Boot's ring: those of all its network cards.</summary>
internal sealed class MachineCaptures(MaasOptions options) : IMachineCaptures
{
    /// <summary>Where Boot keeps the datagrams; <see langword="null"/> when none are kept.</summary>
    public PacketRing? Ring { get; } = options.CapturedMachines > 0 ? new PacketRing(machines: options.CapturedMachines) : null;

    /// <inheritdoc/>
    public async Task<bool> WriteAsync(Machine machine, Stream output, CancellationToken cancellationToken)
    {
        if (Ring is not { } ring) return false;
        var packets = machine.MacAddresses.SelectMany(mac => ring.Packets(HardwareAddress.Parse(mac.ToString())))
            .OrderBy(packet => packet.At).ToList();
        if (packets.Count == 0) return false;
        await PcapngWriter.WriteAsync(output, packets, cancellationToken).ConfigureAwait(false);
        return true;
    }
}
