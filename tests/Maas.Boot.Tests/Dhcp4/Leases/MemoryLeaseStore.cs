using System.Net;
using System.Runtime.CompilerServices;
using Maas.Boot.Dhcp4.Leases;

namespace Maas.Boot.Tests.Dhcp4.Leases;

/// <summary>A store in memory that can be told to fail.</summary>
internal sealed class MemoryLeaseStore : ILeaseStore
{
    public Dictionary<IPAddress, Lease> Leases { get; } = [];

    public int Writes { get; private set; }

    public bool Fails { get; set; }

    public async IAsyncEnumerable<Lease> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var lease in Leases.Values.ToList()) yield return lease;
        await Task.CompletedTask;
    }

    public ValueTask WriteAsync(ReadOnlyMemory<Lease> leases, CancellationToken cancellationToken)
    {
        if (Fails) throw new IOException("the disk is full");
        Writes++;
        foreach (var lease in leases.Span) Leases[lease.Address] = lease;
        return default;
    }
}
