namespace Maas.Images.Downloads;

/// <summary>Spreads bytes over time: each sender waits until those before it have had theirs.</summary>
internal sealed class RateLimit(long? bytesPerSecond, TimeProvider timeProvider)
{
    private readonly Lock _lock = new();
    private DateTimeOffset _paidUntil;

    public Task SpendAsync(int bytes, CancellationToken cancellationToken)
    {
        var wait = Spend(bytes);
        return wait > TimeSpan.Zero ? Task.Delay(wait, timeProvider, cancellationToken) : Task.CompletedTask;
    }

    /// <summary>How long to wait after these bytes have passed.</summary>
    public TimeSpan Spend(int bytes)
    {
        if (bytesPerSecond is not { } rate) return TimeSpan.Zero;
        var now = timeProvider.GetUtcNow();
        lock (_lock)
        {
            _paidUntil = (_paidUntil > now ? _paidUntil : now) + TimeSpan.FromSeconds((double)bytes / rate);
            return _paidUntil - now;
        }
    }
}
