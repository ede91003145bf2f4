using System.Net;

namespace Maas.Boot.Dhcp.Leases;

/// <summary>How the reserve is to be changed from which the host leases when it starts again without the store.</summary>
/// <param name="Wanted">The addresses to add: free ones.</param>
/// <param name="Surplus">The addresses that new clients cannot get any longer.</param>
internal readonly record struct RestartPlan(IReadOnlyList<IPAddress> Wanted, IReadOnlyList<IPAddress> Surplus);
