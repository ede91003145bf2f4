namespace Maas.Boot;

/// <summary>How one server of a <see cref="BootServer"/> does.</summary>
/// <param name="Server">The server: <c>DHCP</c>, <c>DHCPv6</c>, <c>router advertisement</c>, <c>TFTP</c>, <c>DNS</c>, <c>SNTP</c> or
/// <c>syslog</c>.</param>
/// <param name="IsRunning">Whether it runs now; <see langword="false"/> while it waits to be started again.</param>
/// <param name="Failure">Why it failed last; <see langword="null"/> when it has not failed, or has run for a minute since.</param>
/// <param name="Since">Since when.</param>
public sealed record ServerHealth(string Server, bool IsRunning, string? Failure, DateTimeOffset Since);
