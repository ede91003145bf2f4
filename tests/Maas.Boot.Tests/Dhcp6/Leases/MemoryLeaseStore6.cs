using System.Net;
using System.Runtime.CompilerServices;
using Maas.Boot.Dhcp6.Leases;

namespace Maas.Boot.Tests.Dhcp6.Leases;

/// <summary>A store in memory that can be told to fail or to wait.</summary>
internal sealed class MemoryLeaseStore6 : ILeaseStore6
{
    public Dictionary<IPAddress, Lease6> Leases { get; } = [];

    public bool Fails { get; set; }

    /// <summary>What a write waits for.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public async IAsyncEnumerable<Lease6> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var lease in Leases.Values.ToList()) yield return lease;
        await Task.CompletedTask;
    }

    public async ValueTask WriteAsync(IReadOnlyList<Lease6> leases, CancellationToken cancellationToken)
    {
        await Gate;
        if (Fails) throw new IOException("the disk is full");
        foreach (var lease in leases) Leases[lease.Address] = lease;
    }
}
