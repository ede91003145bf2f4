namespace Maas.Hosting.Nodes;

/// <summary>Follows what the store watches for as long as the host runs.</summary>
internal static class WatchLoop
{
    private static readonly TimeSpan S_afterFailure = TimeSpan.FromSeconds(5);

    /// <summary>Takes each state; after a failure, which is reported, it watches again.</summary>
    public static Task RunAsync<T>(
        Func<CancellationToken, IAsyncEnumerable<T>> watch, Action<T> take, Action<Exception> failed, TimeProvider timeProvider,
        CancellationToken stoppingToken) =>
        RunAsync(
            watch,
            (state, _) =>
            {
                take(state);
                return Task.FromResult(true);
            },
            failed, timeProvider, stoppingToken);

    /// <summary>
    /// Takes each state; after a failure, which is reported or is <see langword="false"/>, it watches again, from the present state on.
    /// </summary>
    public static async Task RunAsync<T>(
        Func<CancellationToken, IAsyncEnumerable<T>> watch, Func<T, CancellationToken, Task<bool>> take, Action<Exception> failed,
        TimeProvider timeProvider, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var state in watch(stoppingToken).ConfigureAwait(false))
                    if (!await take(state, stoppingToken).ConfigureAwait(false)) break;
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return; // the host stops, or is disposed of
            }
            catch (Exception exception)
            {
                failed(exception);
            }

            await Task.Delay(S_afterFailure, timeProvider, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
