using System.Net;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Dhcp.Leases;

/// <summary>What a server logs that shares its leases with others.</summary>
/// <param name="loggerFactory">Where to.</param>
/// <param name="version">The version of IP: <c>IPv4</c> or <c>IPv6</c>.</param>
internal sealed partial class SharedLeaseLog(ILoggerFactory loggerFactory, string version)
{
    private readonly ILogger _logger = loggerFactory.CreateLogger<SharedLeaseLog>();

    public void LogAway(string failure, TimeSpan time) => LogAway(version, failure, time);

    public void LogBack(int count) => LogBack(version, count);

    public void LogConflict(IPAddress address, HardwareAddress? mac)
    {
        if (_logger.IsEnabled(LogLevel.Debug)) LogConflict(address, NameOf(mac));
    }

    public void LogNotReconciled(IPAddress address, HardwareAddress? mac, HardwareAddress? other) =>
        LogNotReconciled(address, NameOf(mac), NameOf(other));

    // A DHCPv6 client may tell no hardware address.
    private static string NameOf(HardwareAddress? mac) => mac?.ToString() ?? "a client without a hardware address";

    [LoggerMessage(
        110, LogLevel.Error,
        "The store of {Version} leases does not answer ({Failure}): they are renewed for {Time} at most, and new clients get the reserve")]
    private partial void LogAway(string version, string failure, TimeSpan time);

    [LoggerMessage(
        111, LogLevel.Warning, "The store of {Version} leases answers again; {Count} were granted without it and are written now")]
    private partial void LogBack(string version, int count);

    [LoggerMessage(112, LogLevel.Debug, "Address {Address} is not leased to {Mac}: another server has leased it")]
    private partial void LogConflict(IPAddress address, string mac);

    [LoggerMessage(
        113, LogLevel.Error, "Address {Address} was leased to {Mac} without the lease store, which has another client at it: {Other}")]
    private partial void LogNotReconciled(IPAddress address, string mac, string other);

    [LoggerMessage(114, LogLevel.Warning, "The reserve of addresses was not given back and is free later: {Reason}")]
    public partial void LogNotReleased(string reason);

    public void LogSnapshotNotRead(string reason) => LogSnapshotNotRead(version, reason);

    public void LogSnapshotNotWritten(string reason) => LogSnapshotNotWritten(version, reason);

    public void LogReconciled(int count) => LogReconciled(version, count);

    [LoggerMessage(115, LogLevel.Error, "What this host kept of the store of {Version} leases is not used: {Reason}")]
    private partial void LogSnapshotNotRead(string version, string reason);

    [LoggerMessage(
        116, LogLevel.Error,
        "What is known of the store of {Version} leases cannot be kept for a start without it; it is tried again: {Reason}")]
    private partial void LogSnapshotNotWritten(string version, string reason);

    [LoggerMessage(117, LogLevel.Warning, "{Count} {Version} leases that an earlier process granted without the store are written now")]
    private partial void LogReconciled(string version, int count);
}
