using Maas.Boot;
using Maas.Boot.Capture;
using Maas.Core.Nodes;

namespace Maas.Hosting.Evidence;

/// <summary>A machine's captures out of Boot's ring: those of all its network cards.</summary>
internal sealed class MachineCaptures(PacketRing ring) : IMachineCaptures
{
    /// <inheritdoc/>
    public async Task<bool> WriteAsync(Machine machine, Stream output, CancellationToken cancellationToken)
    {
        var packets = machine.MacAddresses.SelectMany(mac => ring.Packets(HardwareAddress.Parse(mac.ToString())))
            .OrderBy(packet => packet.At).ToList();
        if (packets.Count == 0) return false;
        await PcapngWriter.WriteAsync(output, packets, cancellationToken).ConfigureAwait(false);
        return true;
    }
}
