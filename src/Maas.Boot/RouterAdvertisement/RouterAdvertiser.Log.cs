using System.Net;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.RouterAdvertisement;

public sealed partial class RouterAdvertiser
{
    private readonly ILogger _logger;

    [LoggerMessage(50, LogLevel.Information, "Router advertisements on {Interface}")]
    private partial void LogAdvertising(string @interface);

    [LoggerMessage(51, LogLevel.Debug, "Router solicitation from {Client} on {Interface}")]
    private partial void LogSolicited(IPAddress client, string @interface);

    [LoggerMessage(52, LogLevel.Warning, "A router advertisement could not be sent on {Interface}")]
    private partial void LogNotSent(string @interface, Exception reason);

    [LoggerMessage(54, LogLevel.Debug, "Router {Router} on {Interface}: M {Managed}, O {Other}, default router for {Lifetime}")]
    private partial void LogOtherRouter(IPAddress router, string @interface, bool managed, bool other, TimeSpan lifetime);

    [LoggerMessage(53, LogLevel.Warning, "Receiving router solicitations on {Interface} failed")]
    private partial void LogReceiveFailed(string @interface, Exception reason);
}
