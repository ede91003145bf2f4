using System.Net;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Tests.Dhcp.Leases;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Boot.Tests.Dhcp4.Leases;

/// <summary>Servers that share leases, asked in a few words.</summary>
internal sealed class SharedLeaseScene : IAsyncDisposable
{
    public static readonly DhcpSubnet Subnet = new()
    {
        Network = IPNetwork.Parse("10.0.0.0/24"),
        Ranges = [AddressRange.Parse("10.0.0.10-10.0.0.41")]
    };

    private readonly DhcpSubnet _subnet;
    private readonly SharedLeaseOptions _options;

    private SharedLeaseScene(DhcpSubnet subnet, SharedLeaseOptions options)
    {
        (_subnet, _options) = (subnet, options);
        Store = MemorySharedLeaseStore.Create(Time);
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public MemorySharedLeaseStore<Lease> Store { get; }

    public List<SharedLeaseAllocator> Servers { get; } = [];

    public List<MemorySharedLeaseStore<Lease>.Connection> Connections { get; } = [];

    public static async Task<SharedLeaseScene> OpenAsync(int servers = 2, DhcpSubnet? subnet = null, SharedLeaseOptions? options = null)
    {
        var scene = new SharedLeaseScene(subnet ?? Subnet, options ?? new SharedLeaseOptions());
        for (var i = 0; i < servers; i++) await scene.AddAsync();
        return scene;
    }

    public async Task AddAsync(SuspendableTime? host = null)
    {
        var connection = Store.Connect(host);
        Connections.Add(connection);
        Servers.Add(await SharedLeaseAllocator.OpenAsync([_subnet], connection, null, _options, (TimeProvider?)host ?? Time));
    }

    /// <summary>A server ends without giving back anything, and another one starts in its place.</summary>
    public async Task ReplaceAsync(int server)
    {
        Connections[server].IsCut = true;
        var gone = Servers[server];
        var connection = Connections[server] = Store.Connect();
        Servers[server] = await SharedLeaseAllocator.OpenAsync([_subnet], connection, null, _options, Time);
        await gone.DisposeAsync();
    }

    /// <summary>Lets a server learn what others did, if it reaches the store.</summary>
    public async Task SynchronizeAsync(int server)
    {
        if (!Connections[server].IsCut) await Servers[server].SynchronizeAsync(default);
    }

    public async Task<AddressResult> AskAsync(
        int server, AddressRequestKind kind, int client, string? address = null, bool isFirmware = false) =>
        await Servers[server].AskAsync(
            new AddressRequest(
                kind, LeaseScene.From(client), IPAddress.Parse("10.0.0.1"), address is null ? null : IPAddress.Parse(address))
            { IsFirmware = isFirmware },
            default);

    /// <summary>DISCOVER and REQUEST.</summary>
    public async Task<AddressResult> LeaseAsync(int server, int client, bool isFirmware = false)
    {
        var offer = await AskAsync(server, AddressRequestKind.Discover, client, null, isFirmware);
        return offer.Kind == AddressResultKind.Grant
            ? await AskAsync(server, AddressRequestKind.Select, client, offer.Address.ToString(), isFirmware)
            : offer;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in Servers) await server.DisposeAsync();
    }

    public static ClientIdentifier IdOf(int client) => ClientIdentifier.Of(LeaseScene.From(client));
}
