using Microsoft.Extensions.Logging;

namespace Maas.Boot.Diagnostics;

/// <summary>Catches what an observer throws. An observer must not throw; one that does affects no server.</summary>
internal sealed partial class SafeObserver(IBootObserver observer, ILogger logger) : IBootObserver
{
    private readonly ILogger _logger = logger;

    /// <summary>Wraps an observer; <see langword="null"/> stays <see langword="null"/>.</summary>
    public static SafeObserver? Around(IBootObserver? observer, ILogger logger) =>
        observer is null ? null : observer as SafeObserver ?? new SafeObserver(observer, logger);

    /// <inheritdoc/>
    public void Observe(BootObservation observation)
    {
        try
        {
            observer.Observe(observation);
        }
#pragma warning disable CA1031
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogObserverFailed(e);
        }
    }

    [LoggerMessage(11, LogLevel.Error, "The boot observer failed with an exception")]
    private partial void LogObserverFailed(Exception reason);
}
