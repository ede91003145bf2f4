using System.Net;
using FleetLoad;
using Maas.Boot.Dhcp6.Leases;
using Maas.Core;
using Maas.Core.Stores;
using Maas.Hosting.Networks;
using Maas.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maas.Hosting.Tests.Networks;

/// <summary>Two hosts of one store on a link with an IPv6 prefix.</summary>
public sealed class NameServers6Tests : IDisposable
{
    private static readonly IPNetwork Prefix = IPNetwork.Parse("fd00:77::/64");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-names6");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Each_host_names_itself_and_then_its_peer_to_clients_of_DHCPv6()
    {
        await using var store = new InMemoryMaasStore();
        await store.OpenAsync(new StoreLimits(), Token);
        await using var first = await StartAsync(store, "host-a");
        await using var second = await StartAsync(store, "host-b");
        var (one, two) = (IPAddress.Parse("fd00:77::1"), IPAddress.Parse("fd00:77::2"));

        await ServeAsync(first, one);
        (await ServeAsync(second, two)).Should().Equal(two, one);
        (await ServeAsync(first, one)).Should().Equal(one, two);
    }

    private static async Task<IReadOnlyList<IPAddress>> ServeAsync(ComposedServer server, IPAddress own)
    {
        var topology = new NetworkTopology(server.Get<MaasCore>(), NullLogger<NetworkTopology>.Instance);
        var link = new Dhcp6Subnet
        {
            Network = Prefix, Ranges = [AddressRange6.Parse("fd00:77::1000-fd00:77::1fff")], NameServers = [own],
        };
        await topology.ApplyAsync("lab", link, null, own, Token);
        var stored = StoredSubnets.Of(link, await topology.GetAsync(Token))!;
        return (await topology.OrderNameServersAsync(stored, Prefix, own, Token)).Single().NameServers;
    }

    private Task<ComposedServer> StartAsync(InMemoryMaasStore store, string name) => ComposedServer.StartAsync(
        null,
        configure: services =>
        {
            services.AddSingleton<IMaasStore>(new SharedStore(store, isFirst: false));
            services.Configure<MaasCoreOptions>(core => core.ControllerHostname = name);
            services.Configure<MaasOptions>(maas => maas.SecretKeyFile = Path.Combine(_folder.FullName, "secret.key"));
        });
}
