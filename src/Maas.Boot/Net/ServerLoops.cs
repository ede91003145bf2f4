namespace Maas.Boot.Net;

/// <summary>Runs the loops of one server: they start together, and when one ends, all end.</summary>
internal static class ServerLoops
{
    /// <summary>Runs loops until the first ends or the token is cancelled, and waits for the others.</summary>
    /// <exception cref="Exception">The error that the first one ended with.</exception>
    public static async Task RunAsync(IEnumerable<Func<CancellationToken, Task>> loops, CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task> running = [.. loops.Select(loop => loop(stopping.Token))];
        var first = await Task.WhenAny(running).ConfigureAwait(false);
        await stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (first.IsFaulted) await first.ConfigureAwait(false);
    }
}
