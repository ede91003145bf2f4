using System.Net;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.RouterAdvertisement;

public sealed partial class RouterAdvertiser
{
    private readonly ILogger _logger;

    [LoggerMessage(50, LogLevel.Information, "Sending router advertisements on {Interface}")]
    private partial void LogAdvertising(string @interface);

    [LoggerMessage(51, LogLevel.Debug, "Router solicitation from {Client} on {Interface}")]
    private partial void LogSolicited(IPAddress client, string @interface);

    [LoggerMessage(52, LogLevel.Warning, "Failed to send a router advertisement on {Interface}")]
    private partial void LogNotSent(string @interface, Exception reason);

    [LoggerMessage(54, LogLevel.Debug, "Router {Router} on {Interface}: M {Managed}, O {Other}, default router for {Lifetime}")]
    private partial void LogOtherRouter(IPAddress router, string @interface, bool managed, bool other, TimeSpan lifetime);

    [LoggerMessage(53, LogLevel.Warning, "Failed to receive router solicitations on {Interface}")]
    private partial void LogReceiveFailed(string @interface, Exception reason);
}
