using System.Net;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Tests.Dhcp.Leases;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Boot.Tests.Dhcp4.Leases;

/// <summary>Hosts that share leases and keep snapshots: their processes are killed and start again, with the store or without.</summary>
internal sealed class SnapshotLeaseScene(DhcpSubnet subnet) : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-snapshots-");
    private readonly List<Host> _hosts = [];

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public MemorySharedLeaseStore<Lease> Store => field ??= MemorySharedLeaseStore.Create(Time);

    public static async Task<SnapshotLeaseScene> OpenAsync(int hosts, DhcpSubnet? subnet = null)
    {
        var scene = new SnapshotLeaseScene(subnet ?? SharedLeaseScene.Subnet);
        for (var host = 0; host < hosts; host++)
        {
            scene._hosts.Add(new Host(Path.Combine(scene._folder.FullName, $"{host}"), scene.Store.Connect()));
            await scene.StartAsync(host);
        }

        return scene;
    }

    public string FileOf(int host) => _hosts[host].File;

    public MemorySharedLeaseStore<Lease>.Connection ConnectionOf(int host) => _hosts[host].Connection;

    public SnapshotLeaseAllocator? AloneOf(int host) => _hosts[host].Alone;

    public SharedLeaseAllocator? SharedOf(int host) => _hosts[host].Shared;

    /// <summary>Cuts a host off from the store.</summary>
    public void Cut(int host) => _hosts[host].Connection.IsCut = true;

    /// <summary>Ends that: a host that started without the store goes on with it.</summary>
    public async Task HealAsync(int host)
    {
        _hosts[host].Connection.IsCut = false;
        if (_hosts[host].Alone is { } alone)
        {
            await alone.DisposeAsync();
            _hosts[host].Alone = null;
            await StartAsync(host);
        }

        await SynchronizeAsync(host);
    }

    /// <summary>Lets a host learn what others did, if it reaches the store.</summary>
    public async Task SynchronizeAsync(int host)
    {
        if (!_hosts[host].Connection.IsCut && _hosts[host].Shared is { } shared) await shared.SynchronizeAsync(default);
    }

    /// <summary>Lets a host write its snapshot.</summary>
    public async Task SaveAsync(int host)
    {
        if (_hosts[host].Shared is { } shared) await shared.SaveAsync();
    }

    /// <summary>The process of a host is killed, and another one starts.</summary>
    public async Task RestartAsync(int host)
    {
        var own = _hosts[host];
        var isCut = own.Connection.IsCut;
        own.Connection.IsCut = true;
        if (own.Alone is not null) await own.Alone.DisposeAsync(); // it writes nothing more
        var before = Files(own.File);
        if (own.Shared is not null) await own.Shared.DisposeAsync();
        foreach (var file in Files(own.File).Keys) File.Delete(file);
        foreach (var (file, content) in before) await File.WriteAllBytesAsync(file, content);
        _hosts[host] = new Host(own.File, Store.Connect());
        _hosts[host].Connection.IsCut = isCut;
        await StartAsync(host);
    }

    public async Task<AddressResult> AskAsync(
        int host, AddressRequestKind kind, int client, string? address = null, bool isFirmware = false)
    {
        var source = (IAddressSource?)_hosts[host].Shared ?? _hosts[host].Alone;
        return source is null ? AddressResult.Silent("the host has no leases") : await source.AskAsync(
            new AddressRequest(
                kind, LeaseScene.From(client), IPAddress.Parse("10.0.0.1"), address is null ? null : IPAddress.Parse(address))
            { IsFirmware = isFirmware },
            default);
    }

    /// <summary>DISCOVER and REQUEST.</summary>
    public async Task<AddressResult> LeaseAsync(int host, int client)
    {
        var offer = await AskAsync(host, AddressRequestKind.Discover, client);
        return offer.Kind == AddressResultKind.Grant
            ? await AskAsync(host, AddressRequestKind.Select, client, offer.Address.ToString())
            : offer;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            if (host.Shared is not null) await host.Shared.DisposeAsync();
            if (host.Alone is not null) await host.Alone.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    private async Task StartAsync(int host)
    {
        var own = _hosts[host];
        if (own.Connection.IsCut)
            own.Alone = SnapshotLeaseAllocator.Open([subnet], own.File, null, Time);
        else
            own.Shared = await SharedLeaseAllocator.OpenAsync(
                [subnet], own.Connection, null, new SharedLeaseOptions { SnapshotFile = own.File }, Time);
    }

    private static Dictionary<string, byte[]> Files(string file) => ((string[])[file, file + ".journal"]).Where(File.Exists).ToDictionary(
        path => path, File.ReadAllBytes);

    private sealed class Host(string file, MemorySharedLeaseStore<Lease>.Connection connection)
    {
        public string File => file;

        public MemorySharedLeaseStore<Lease>.Connection Connection => connection;

        public SharedLeaseAllocator? Shared { get; set; }

        public SnapshotLeaseAllocator? Alone { get; set; }
    }
}
