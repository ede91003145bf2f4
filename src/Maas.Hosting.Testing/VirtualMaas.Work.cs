namespace Maas.Hosting.Testing;

/// <summary>What runs on the network: the code of a test, and the work of the host's services beside it.</summary>
public sealed partial class VirtualMaas
{
    private const int MostPowerPasses = 64;
    private const int DeadlineTicks = 5, DiagnosisTicks = 15;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Runs code on the network, with the machines and the host's work beside it, until the code has ended. The first failure of either is
    /// thrown.
    /// </summary>
    /// <param name="scenario">The code; it waits by the network's clock.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <exception cref="Maas.Testing.Virtual.VirtualNetworkStalledException">The code waits for something that is not on the
    /// network.</exception>
    /// <exception cref="InvalidOperationException">The network runs already.</exception>
    public Task RunAsync(Func<Task> scenario, CancellationToken cancellationToken) =>
        RunAsync(
            async () =>
            {
                await scenario().ConfigureAwait(true);
                return true;
            },
            cancellationToken);

    /// <inheritdoc cref="RunAsync(Func{Task}, CancellationToken)"/>
    public Task RunAsync(Func<Task> scenario) => RunAsync(scenario, CancellationToken.None);

    /// <inheritdoc cref="RunAsync(Func{Task}, CancellationToken)"/>
    /// <returns>What the code returned.</returns>
    public Task<T> RunAsync<T>(Func<Task<T>> scenario) => RunAsync(scenario, CancellationToken.None);

    /// <inheritdoc cref="RunAsync(Func{Task}, CancellationToken)"/>
    /// <returns>What the code returned.</returns>
    public Task<T> RunAsync<T>(Func<Task<T>> scenario, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        return Network.RunAsync(
            async () =>
            {
                using var ended = new CancellationTokenSource();
                var work = WorkAsync(ended.Token);
                var running = scenario();
                await Task.WhenAny(running, work).ConfigureAwait(true);
                if (work.IsFaulted) await work.ConfigureAwait(true);
                try
                {
                    return await running.ConfigureAwait(true);
                }
                finally
                {
                    ended.Cancel();
                    await work.ConfigureAwait(true);
                }
            },
            cancellationToken);
    }

    /// <summary>
    /// Does the work of the host's services, which <see cref="RunAsync(Func{Task}, CancellationToken)"/> does by itself: for a network with
    /// several hosts. Each second by the network's clock it switches power and writes the timeline; it fails machines that are overdue,
    /// explains those that wait, and evaluates tags.
    /// </summary>
    /// <param name="cancellationToken">Ends it after what is under way.</param>
    public async Task WorkAsync(CancellationToken cancellationToken)
    {
        List<Task> passes = [];
        for (var tick = 0; !cancellationToken.IsCancellationRequested; tick++)
        {
            foreach (var done in passes.Where(pass => pass.IsCompleted).ToList())
            {
                passes.Remove(done);
                await done.ConfigureAwait(true);
            }

            // A controller that does not answer delays no other machine.
            if (passes.Count < MostPowerPasses) passes.Add(SwitchPowerAsync());
            await OutsideAsync(() => _timeline.DrainAsync(CancellationToken.None)).ConfigureAwait(true);
            if (tick % DeadlineTicks == 0)
            {
                await Network.OutsideAsync(() => Core.Deadlines.PassAsync(CancellationToken.None)).ConfigureAwait(true);
                await Network.OutsideAsync(() => Core.TagEvaluation.PassAsync(CancellationToken.None)).ConfigureAwait(true);
            }

            if (tick % DiagnosisTicks == 0)
                await Network.OutsideAsync(() => Core.DiagnosisUpdates.PassAsync(CancellationToken.None)).ConfigureAwait(true);
            await Task.Delay(Tick, Network.TimeProvider, CancellationToken.None).ConfigureAwait(true);
        }

        await Task.WhenAll(passes).ConfigureAwait(true);
    }

    private async Task SwitchPowerAsync()
    {
        while (await Network.OutsideAsync(() => Core.PowerQueue.PassAsync(CancellationToken.None)).ConfigureAwait(true) > 0)
        {
            // What is due may be more than a pass.
        }
    }

    private Task OutsideAsync(Func<Task> work) => Network.OutsideAsync(async () =>
    {
        await work().ConfigureAwait(false);
        return true;
    });
}
