using Maas.Boot;

namespace Maas.Startup;

/// <summary>Boots no client from the network.</summary>
internal sealed class LocalDisk : IBootPolicy
{
    public ValueTask<BootInstruction?> DecideAsync(BootRequest request, CancellationToken cancellationToken) => new((BootInstruction?)null);
}
