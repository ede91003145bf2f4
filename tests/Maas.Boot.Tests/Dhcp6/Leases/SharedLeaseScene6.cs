using System.Net;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Tests.Dhcp.Leases;
using Maas.Boot.Tests.Dhcp6.Server;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Boot.Tests.Dhcp6.Leases;

/// <summary>Servers that share IPv6 leases, asked in a few words.</summary>
internal sealed class SharedLeaseScene6 : IAsyncDisposable
{
    public static readonly Dhcp6Subnet Subnet = new()
    {
        Network = IPNetwork.Parse("fd00:77::/64"),
        Ranges = [AddressRange6.Parse("fd00:77::1000-fd00:77::101f")],
    };

    private readonly Dhcp6Subnet _subnet;
    private readonly List<AddressReservation6> _reservations = [];

    private SharedLeaseScene6(Dhcp6Subnet subnet)
    {
        _subnet = subnet;
        Store = MemorySharedLeaseStore.Create6(Time);
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public MemorySharedLeaseStore<Lease6> Store { get; }

    public List<SharedLeaseAllocator6> Servers { get; } = [];

    public List<MemorySharedLeaseStore<Lease6>.Connection> Connections { get; } = [];

    public static async Task<SharedLeaseScene6> OpenAsync(int servers = 2, Dhcp6Subnet? subnet = null)
    {
        var scene = new SharedLeaseScene6(subnet ?? Subnet);
        for (var i = 0; i < servers; i++) await scene.AddAsync();
        return scene;
    }

    public async Task AddAsync(SuspendableTime? host = null)
    {
        Connections.Add(Store.Connect(host));
        Servers.Add(await OpenAsync(Connections[^1], host));
    }

    /// <summary>A server ends without giving back anything, and another one starts in its place.</summary>
    public async Task ReplaceAsync(int server)
    {
        Connections[server].IsCut = true;
        var gone = Servers[server];
        Servers[server] = await OpenAsync(Connections[server] = Store.Connect());
        foreach (var reservation in _reservations) Servers[server].Leases.AddReservation(reservation);
        await gone.DisposeAsync();
    }

    /// <summary>Reserves an address at all servers, if it is free at all; each reaches the store.</summary>
    public async Task ReserveAsync(AddressReservation6 reservation)
    {
        for (var server = 0; server < Servers.Count; server++) await SynchronizeAsync(server);
        var added = Servers.TakeWhile(server => server.Leases.AddReservation(reservation) is ReservationResult6.Added).ToList();
        if (added.Count == Servers.Count) _reservations.Add(reservation);
        else foreach (var server in added) server.Leases.RemoveReservation(reservation.Address);
    }

    /// <summary>Lets a server learn what others did, if it reaches the store.</summary>
    public async Task SynchronizeAsync(int server)
    {
        if (!Connections[server].IsCut) await Servers[server].SynchronizeAsync(default);
    }

    public ValueTask<AssociationResult> AskAsync(int server, AssociationRequestKind kind, byte client, params string[] addresses) =>
        AskAsync(server, kind, client, false, addresses);

    public ValueTask<AssociationResult> AskAsync(
        int server, AssociationRequestKind kind, byte client, bool isFirmware, params string[] addresses) =>
        Servers[server].AskAsync(
            _subnet,
            new AssociationRequest(
                kind, LeaseScene6.ClientOf(client), Packet6.Association(1, addresses), LeaseScene6.HardwareOf(client), isFirmware));

    /// <summary>SOLICIT and REQUEST.</summary>
    public async Task<IPAddress?> LeaseAsync(int server, byte client, bool isFirmware = false) =>
        LeaseScene6.Granted(await AskAsync(server, AssociationRequestKind.Solicit, client, isFirmware)) is { } offered
            ? LeaseScene6.Granted(await AskAsync(server, AssociationRequestKind.Take, client, isFirmware, offered.ToString()))
            : null;

    public async ValueTask DisposeAsync()
    {
        foreach (var server in Servers) await server.DisposeAsync();
    }

    private Task<SharedLeaseAllocator6> OpenAsync(ISharedLeaseStore<Lease6> connection, TimeProvider? host = null) =>
        SharedLeaseAllocator6.OpenAsync([_subnet], connection, timeProvider: host ?? Time);
}
