using Microsoft.Extensions.Hosting;

namespace Maas.Core;

/// <summary>
/// Runs Core's background workers for as long as the host runs. They end before any other service is stopped: machines whose power is
/// switched meanwhile still find DHCP and HTTP.
/// </summary>
internal sealed class CoreWorkers(MaasCore core) : BackgroundService, IHostedLifecycleService
{
    private readonly CancellationTokenSource _drain = new();

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _drain.CancelAsync().ConfigureAwait(false);
        if (ExecuteTask is { } running)
            await running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Dispose()
    {
        base.Dispose();
        _drain.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, _drain.Token);
        try
        {
            await core.RunAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // The host stops, or is disposed of.
        }
    }
}
