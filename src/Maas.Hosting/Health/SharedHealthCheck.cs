using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Maas.Hosting.Health;

/// <summary>
/// A check of the store whose result serves all requests for five seconds: requests need no sign-in and are not limited. One
/// check runs at a time, and a store that does not answer is waited for five seconds.
/// </summary>
internal sealed class SharedHealthCheck(IHealthCheck check, TimeProvider timeProvider) : IHealthCheck
{
    /// <summary>How long a result serves, and the longest time that a check may take.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromSeconds(5), Limit = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private Task<HealthCheckResult>? _result;
    private Task<HealthCheckResult>? _running; // it may outlast its limit
    private long _ended;

    /// <summary>The check itself, for a caller that asks seldom, and whose result is not for requests.</summary>
    public IHealthCheck Check => check;

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_result is null || (_result.IsCompleted && timeProvider.GetElapsedTime(Volatile.Read(ref _ended)) >= Age))
                _result = Task.Run(() => RunAsync(context), CancellationToken.None);
            return _result.WaitAsync(cancellationToken);
        }
    }

    private async Task<HealthCheckResult> RunAsync(HealthCheckContext context)
    {
        using var limit = new CancellationTokenSource(Limit, timeProvider);
        try
        {
            if (_running is not { IsCompleted: false }) _running = check.CheckHealthAsync(context, limit.Token);
            return await _running.WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, $"No answer within {Limit.TotalSeconds:0} s.");
        }
        finally
        {
            Volatile.Write(ref _ended, timeProvider.GetTimestamp());
        }
    }
}
