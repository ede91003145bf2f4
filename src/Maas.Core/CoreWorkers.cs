using Microsoft.Extensions.Hosting;

namespace Maas.Core;

/// <summary>Runs Core's background workers for as long as the host runs.</summary>
internal sealed class CoreWorkers(MaasCore core) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await core.RunAsync(stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops, or is disposed of.
        }
    }
}
