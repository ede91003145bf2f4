namespace Maas.Boot.Dhcp.Leases;

/// <summary>Limits of lease times, for leases of both versions.</summary>
internal static class LeaseTime
{
    /// <summary>The shortest lease that is granted, whatever a client asks for.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(10);
}
