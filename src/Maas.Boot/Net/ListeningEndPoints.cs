using System.Net;

namespace Maas.Boot.Net;

/// <summary>Where a server listens: known as soon as it listens; a server that fails before fails those who wait for it.</summary>
internal sealed class ListeningEndPoints
{
    private readonly TaskCompletionSource<IReadOnlyList<IPEndPoint>> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the server listens, and fails as it fails.</summary>
    public Task<IReadOnlyList<IPEndPoint>> Task => _listening.Task;

    /// <summary>The server listens.</summary>
    public void Set(params IEnumerable<IPEndPoint> endPoints) => _listening.TrySetResult([.. endPoints]);

    /// <summary>Runs the server.</summary>
    public async Task RunAsync(Func<CancellationToken, Task> serve, CancellationToken cancellationToken)
    {
        try
        {
            await serve(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _listening.TrySetException(e);
            throw;
        }
    }
}
