using Microsoft.Extensions.Hosting;

namespace Maas.Core;

/// <summary>Runs a region's workers for as long as the host runs.</summary>
internal sealed class RegionWorkers(MaasRegion region) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(region.Effects.RunAsync(stoppingToken), region.Deadlines.RunAsync(stoppingToken));
}
