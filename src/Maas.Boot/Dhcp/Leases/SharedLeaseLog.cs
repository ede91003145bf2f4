using System.Net;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Dhcp.Leases;

/// <summary>What a server logs that shares its leases with others.</summary>
/// <param name="logger">Where to.</param>
internal sealed partial class SharedLeaseLog(ILogger logger)
{
    [LoggerMessage(
        110, LogLevel.Error,
        "The lease store does not answer ({Failure}): leases are renewed for {Time} at most, and new clients get addresses of the reserve")]
    public partial void LogAway(string failure, TimeSpan time);

    [LoggerMessage(111, LogLevel.Warning, "The lease store answers again; {Count} leases were granted without it and are written now")]
    public partial void LogBack(int count);

    [LoggerMessage(112, LogLevel.Debug, "Address {Address} is not leased to {Mac}: another server has leased it")]
    public partial void LogConflict(IPAddress address, HardwareAddress? mac);

    [LoggerMessage(
        113, LogLevel.Error, "Address {Address} was leased to {Mac} without the lease store, which has another client at it: {Other}")]
    public partial void LogNotReconciled(IPAddress address, HardwareAddress? mac, HardwareAddress? other);

    [LoggerMessage(114, LogLevel.Warning, "The reserve of addresses was not given back and is free later: {Reason}")]
    public partial void LogNotReleased(string reason);
}
