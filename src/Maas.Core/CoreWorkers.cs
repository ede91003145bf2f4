using Microsoft.Extensions.Hosting;

namespace Maas.Core;

/// <summary>Runs a region's workers for as long as the host runs.</summary>
internal sealed class CoreWorkers(MaasCore region) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.WhenAll(region.PowerQueue.RunAsync(stoppingToken), region.Deadlines.RunAsync(stoppingToken)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops, or is disposed of.
        }
    }
}
