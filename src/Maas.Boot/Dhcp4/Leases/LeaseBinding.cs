using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Leases;

/// <summary>One address that is or was used, as the pool holds it: what <see cref="Lease"/> says, changing in place.</summary>
internal sealed class LeaseBinding(IPv4Address address, AddressPool pool)
{
    public IPv4Address Address { get; } = address;

    /// <summary>The pool of its subnet; <see cref="AddressPool.Unserved"/> when its subnet is not served.</summary>
    public AddressPool Pool { get; private set; } = pool;

    public ClientIdentifier Client { get; set; }

    public HardwareAddress Hardware { get; set; }

    /// <summary>The relay's address; 0.0.0.0 for a client on the server's own link.</summary>
    public IPv4Address Relay { get; set; }

    public LeaseState State { get; set; }

    public DateTimeOffset Since { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    public string? HostName { get; set; }

    /// <summary>Why the client got this address; <see langword="null"/> when a version that did not keep it wrote the store.</summary>
    public string? Rule { get; set; }

    /// <summary>Whether the client has renewed its lease: it is there, and no invention.</summary>
    public bool HasRenewed { get; set; }

    /// <summary>Whether it waits to be written to the store.</summary>
    public bool IsDirty { get; set; }

    /// <summary>The end under which the pool will look at it; <see langword="null"/> when it will not.</summary>
    public DateTimeOffset? NotedEnding { get; set; }

    /// <summary>Until when a store of several servers keeps it for its client; without such a store, long ago.</summary>
    public DateTimeOffset KeptUntil { get; set; }

    /// <summary>Puts it into another pool, whose endings do not contain it yet.</summary>
    public void MoveTo(AddressPool pool) => (Pool, NotedEnding) = (pool, null);

    /// <summary>Whether it may be given only to the client that it is held for.</summary>
    public bool IsHeldAt(DateTimeOffset now) => ExpiresAt > now && State != LeaseState.Released;

    /// <summary>Whether no other client may have it: it is held, or may be renewed by another server.</summary>
    public bool IsKeptAt(DateTimeOffset now) => KeptUntil > now || IsHeldAt(now);

    /// <summary>Whether the client has it, or had it last.</summary>
    public bool IsOwnOf(ReadOnlySpan<byte> client) => State != LeaseState.Quarantined && Client.Octets.SequenceEqual(client);

    /// <summary>The entry as a store and people see it.</summary>
    /// <param name="correction">What is added to its times to have them as the system's clock shows them.</param>
    public Lease ToLease(TimeSpan correction) =>
        new(Address, Client, State, Since + correction, ExpiresAt + correction)
        {
            Hardware = Hardware,
            RelayIPv4 = Relay,
            HostName = HostName,
            Rule = Rule
        };
}
