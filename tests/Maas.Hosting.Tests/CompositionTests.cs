using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Wire;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Hosting.Leases;
using Maas.Hosting.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Maas.Hosting.Tests;

/// <summary>What a wrong composition leads to, and when: at the start, not while services are registered.</summary>
public sealed class CompositionTests : IDisposable
{
    private static readonly IPAddress S_address = IPAddress.Parse("127.78.0.9");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-composition");

    private string Data => Path.Combine(_folder.FullName, "data");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Registration_creates_nothing()
    {
        await using var application = Build(services => services.AddMaasServer(Serving).AddApi());

        Directory.Exists(Data).Should().BeFalse();
        await application.StartAsync(Token);
        File.Exists(Path.Combine(Data, "maas.db")).Should().BeTrue();
        File.Exists(Path.Combine(Data, "leases.journal")).Should().BeTrue();
    }

    [Fact]
    public async Task Options_can_be_changed_after_AddMaas_as_all_options()
    {
        await using var application = Build(services =>
        {
            services
                .AddMaasServer(Configuration(("DataDirectory", "/never"), ("Domain", "section")), maas => maas.KernelOptions = "code")
                .AddApi();
            services.PostConfigure<MaasOptions>(maas => maas.DataDirectory = Data);
        });
        await application.StartAsync(Token);

        application.Services.GetRequiredService<IOptions<MaasOptions>>().Value.Should()
            .BeEquivalentTo(new { DataDirectory = Data, Domain = "section", KernelOptions = "code" });
        Directory.Exists(Data).Should().BeTrue();
    }

    [Theory]
    [InlineData("DataDirectory", "", "Maas:DataDirectory: *required*")]
    [InlineData("HttpPort", "0", "Maas:HttpPort: *between 1 and 65535*")]
    [InlineData("Ephemeral:Suite", "", "Maas:Ephemeral:Suite: *required*")]
    [InlineData("Networks:lab:Interface", "", "Maas:Networks:lab:Interface is missing*")]
    [InlineData("Networks:other:Range", "", "Maas:Networks:other:Range is missing*")]
    [InlineData("Networks:lab:Network", "10.1.0.0/24", "Maas:Networks:lab: set one of Interface, Loopback and Network*")]
    [InlineData("Networks:lab:Prefix6", "10.0.0.0/24", "Maas:Networks:lab:Prefix6: *not an IPv6 prefix*")]
    [InlineData("Networks:lab:Range6", "fd00:78::1-fd00:78::9", "Maas:Networks:lab:Range6: *not inside*")]
    [InlineData("Networks:lab:LoadSplit:Server", "2", "Maas:Networks:lab:LoadSplit:Server: 2 hosts have *; there is no 2.")]
    [InlineData("Networks:lab:LoadSplit:Servers", "1", "Maas:Networks:lab:LoadSplit:Servers: 1 is not *, 2 to 256.")]
    [InlineData("Networks:lab:LoadSplit:DelayedService", "00:02:00", "Maas:Networks:lab:LoadSplit:DelayedService: 00:02:00 *")]
    [InlineData("Networks:other:Interface", "eth1", "*lab and other have the same interface eth1*")]
    [InlineData("Networks:lab:Reservations:0:Address", "fd00:78::9", "Maas:Networks:lab:Reservations: fd00:78::9*")]
    public async Task A_wrong_option_fails_the_start_and_its_configuration_key_is_named(string key, string value, string message)
    {
        await using var application = Build(services => services.AddMaasServer(Configuration(
            ("DataDirectory", Data), ("Networks:lab:Interface", "eth1"), ("Networks:lab:Range", "10.0.0.100-10.0.0.200"),
            ("Networks:lab:Prefix6", "fd00:77::/64"), ("Networks:lab:Reservations:0:Hardware", "52:54:00:12:34:56"),
            ("Networks:lab:Reservations:0:Address", "10.0.0.9"), ("Networks:other:Range", "10.2.0.100-10.2.0.200"),
            ("Networks:other:Interface", "eth2"), ("Networks:lab:LoadSplit:Server", "1"), (key, value))).AddApi());

        (await FluentActions.Awaiting(() => application.StartAsync(Token)).Should().ThrowAsync<OptionsValidationException>())
            .Which.Failures.Should().ContainMatch(message);
        Directory.Exists(Data).Should().BeFalse();
    }

    [Fact]
    public async Task A_key_that_is_not_known_fails_the_start()
    {
        await using var application = Build(services => services.AddMaasServer(Configuration(("DataDirectroy", Data))).AddApi());

        await FluentActions.Awaiting(() => application.StartAsync(Token)).Should().ThrowAsync<InvalidOperationException>()
            .WithMessage("Configuration key Maas:DataDirectroy is not known*");
    }

    [Fact]
    public void A_second_AddMaas_is_refused()
    {
        var services = new ServiceCollection();
        services.AddMaasServer(Serving);

        FluentActions.Invoking(() => services.AddMaas(Serving)).Should().Throw<InvalidOperationException>()
            .WithMessage("AddMaas was called already*");
    }

    [Fact]
    public async Task AddMaas_without_a_store_says_what_is_missing()
    {
        await using var application = Build(services => services.AddMaas(maas => maas.DataDirectory = Data), map: false);

        await FluentActions.Awaiting(() => application.StartAsync(Token)).Should().ThrowAsync<InvalidOperationException>()
            .WithMessage("*AddSqlite()*");
    }

    [Fact]
    public async Task Networks_without_a_mapping_fail_the_start()
    {
        await using var application = Build(services => services.AddMaasServer(Serving).AddApi(), map: false);

        await FluentActions.Awaiting(() => application.StartAsync(Token)).Should().ThrowAsync<InvalidOperationException>()
            .WithMessage("*app.MapMaas()*");
    }

    [Theory]
    [InlineData("http://localhost:0")]
    [InlineData("http://127.78.0.10:0")]
    [InlineData("http://unix:{folder}/http.sock")]
    public async Task Networks_that_cannot_reach_the_web_host_fail_the_start(string url)
    {
        url = url.Replace("{folder}", _folder.FullName).Replace("localhost:0", $"localhost:{FreePort(IPAddress.Loopback)}");
        await using var application = Build(services => services.AddMaasServer(Serving).AddApi(), url);

        await FluentActions.Awaiting(() => application.StartAsync(Token)).Should().ThrowAsync<InvalidOperationException>()
            .WithMessage("Machines of the network lab boot over plain HTTP and cannot reach this host: it listens on *");
    }

    [Fact]
    public async Task A_port_that_is_set_is_believed()
    {
        await using var application = Build(
            services => services.AddMaasServer(maas =>
            {
                Serving(maas);
                maas.HttpPort = 8080;
            }).AddApi(), "http://localhost:" + FreePort(IPAddress.Loopback));
        await application.StartAsync(Token);

        Networks(application).List().Should().ContainSingle(network => network.State != MaasNetworkState.Failed);
    }

    [Theory]
    [InlineData("/MAAS", "")]
    [InlineData("/metal", "")]
    [InlineData("/metal/", "/tools")]
    public async Task Machines_are_given_the_port_and_the_prefix_that_are_served(string prefix, string group)
    {
        Directory.CreateDirectory(Path.Combine(Data, "boot"));
        await File.WriteAllTextAsync(Path.Combine(Data, "boot", "kernel"), "kernel", Token);
        await using var application = Build(services => services.AddMaasServer(Serving).AddApi(), map: false);
        application.MapGroup(group).MapMaas(prefix);
        await application.StartAsync(Token);

        var web = application.Services.GetRequiredService<Maas.Hosting.Link.WebAddress>();
        var port = new Uri(application.Urls.Single()).Port;
        web.BootFiles("10.0.0.1").ToString().Should().Be($"http://10.0.0.1:{port}{group}{prefix.TrimEnd('/')}/boot/");
        web.Api(S_address).ToString().TrimEnd('/').Should().Be($"http://{S_address}:{port}{group}{prefix.TrimEnd('/')}");
        using var client = new HttpClient();
        (await client.GetAsync(new Uri(web.BootFiles($"{S_address}"), "kernel"), Token)).StatusCode.Should().Be(HttpStatusCode.OK);
        (await client.GetAsync(new Uri(web.Api(S_address) + "/api/2.0/version/"), Token)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_port_that_is_taken_stops_no_web_application_and_is_reported()
    {
        using var holder = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        holder.Bind(new IPEndPoint(S_address, 0));
        var taken = ((IPEndPoint)holder.LocalEndPoint!).Port; // bound
        await using var application = Build(services =>
        {
            services.AddMaasServer(maas =>
            {
                Serving(maas);
                maas.Networks["lab"].Loopback = maas.Networks["lab"].Loopback! with { TftpPort = taken };
            }).AddApi();
            services.AddHealthChecks().AddMaasHealthChecks();
        });
        await application.StartAsync(Token);

        MaasNetwork network;
        while ((network = Networks(application).Find("lab")!).State != MaasNetworkState.Degraded) await Task.Yield();
        network.Failure.Should().StartWith("TFTP: ").And.Contain($"{taken}");
        var health = await application.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Token);
        health.Entries["maas-networks"].Should().Match<HealthReportEntry>(each => each.Status == HealthStatus.Degraded);
        health.Entries["maas-networks"].Description.Should().Contain($"{taken}");
        health.Entries["maas-store"].Status.Should().Be(HealthStatus.Healthy);
        health.Entries["maas-power-queue"].Status.Should().Be(HealthStatus.Healthy);
        health.Entries["maas-hosts"].Status.Should().Be(HealthStatus.Healthy);
        health.Entries["maas-ephemeral"].Status.Should().Be(HealthStatus.Healthy);
    }

    [Fact]
    public async Task An_interface_that_is_missing_stops_no_web_application_and_is_tried_again()
    {
        await using var application = Build(services => services.AddMaasServer(maas =>
        {
            Serving(maas);
            maas.HttpPort = 5240;
            maas.Networks["missing"] =
                new MaasNetworkOptions { Interface = "maas-none", Range = AddressRange.Parse("10.0.0.100-10.0.0.200") };
        }).AddApi());
        await application.StartAsync(Token);

        Networks(application).Find("missing").Should().Match<MaasNetwork>(each => each.State == MaasNetworkState.Failed);
        Networks(application).Find("missing")!.Failure.Should().MatchRegex("maas-none|CAP_NET");
        Networks(application).Find("lab")!.State.Should().NotBe(MaasNetworkState.Failed);
    }

    [Fact]
    public async Task A_network_that_fails_stops_the_host_where_that_is_wanted()
    {
        await using var application = Build(services => services.AddMaasServer(maas =>
        {
            Serving(maas);
            maas.HttpPort = 5240;
            maas.OnBootFailure = BootFailureAction.StopHost;
            maas.Networks["missing"] =
                new MaasNetworkOptions { Interface = "maas-none", Range = AddressRange.Parse("10.0.0.100-10.0.0.200") };
        }).AddApi());

        (await FluentActions.Awaiting(() => application.StartAsync(Token)).Should().ThrowAsync<InvalidOperationException>())
            .Which.Message.Should().MatchRegex("maas-none|CAP_NET");
    }

    [Fact]
    public async Task A_server_that_fails_later_stops_the_host_where_that_is_wanted()
    {
        using var holder = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        holder.Bind(new IPEndPoint(S_address, 0));
        var taken = ((IPEndPoint)holder.LocalEndPoint!).Port; // bound
        await using var application = Build(services => services.AddMaasServer(maas =>
        {
            Serving(maas);
            maas.OnBootFailure = BootFailureAction.StopHost;
            maas.Networks["lab"].Loopback = maas.Networks["lab"].Loopback! with { TftpPort = taken };
        }).AddApi());

        (await FluentActions.Awaiting(() => ((IHost)application).RunAsync(Token)).Should().ThrowAsync<Exception>())
            .Which.ToString().Should().Contain($"{taken}");
    }

    [Fact]
    public async Task A_client_behind_a_relay_gets_an_address_of_the_relays_network()
    {
        await using var application = Build(services => services.AddMaasServer(Serving).AddBoot(boot => boot.AddNetwork("hall", hall =>
        {
            hall.Network = IPNetwork.Parse("10.1.0.0/24");
            hall.Range = AddressRange.Parse("10.1.0.100-10.1.0.200");
            hall.Relays.Add(IPAddress.Parse("10.9.0.1"));
        })).AddApi());
        await application.StartAsync(Token);

        foreach (var relay in new[] { "10.1.0.1", "10.9.0.1" })
        {
            var message = new DhcpMessage
            {
                Hardware = Maas.Boot.HardwareAddress.Parse("52:54:00:12:34:56"),
                Type = DhcpMessageType.Discover,
                RelayAddress = IPAddress.Parse(relay),
            };
            var answer = await application.Services.GetRequiredService<HostedLeases>()
                .AskAsync(new AddressRequest(AddressRequestKind.Discover, message, message.RelayAddress), Token);
            answer.Address.ToString().Should().StartWith("10.1.0.", $"the relay is {relay}");
        }

        Networks(application).List().Should().OnlyContain(network => network.State != MaasNetworkState.Failed);
    }

    [Fact]
    public async Task A_machine_that_is_accepted_is_known_to_DHCP_without_a_question_to_the_store()
    {
        await using var application = Build(services => services.AddMaasServer(Serving).AddApi());
        await application.StartAsync(Token);
        var hardware = Maas.Boot.HardwareAddress.Parse("52:54:00:12:34:56");
        var listed = application.Services.GetRequiredService<ListedMachines>();
        var machines = application.Services.GetRequiredService<Machines>();
        var created = await machines.EnlistAsync(
            new NewMachine { MacAddresses = [MacAddress.Parse("52:54:00:12:34:56")] }, cancellationToken: Token);
        var machine = created.Should().BeOfType<CreateResult.Created>().Which.Machine;
        listed.IsAccepted(hardware).Should().BeFalse();

        await machines.ExecuteAsync(machine.Id, new MachineCommand.Accept(), cancellationToken: Token);

        while (!listed.IsAccepted(hardware)) await Task.Yield();
        await machines.DeleteAsync(machine.Id, actor: null, Token);
        while (listed.IsAccepted(hardware)) await Task.Yield();
    }

    [Fact]
    public async Task Without_a_network_the_API_alone_is_served_and_nothing_is_checked()
    {
        await using var application = Build(
            services => services.AddMaasServer(maas => maas.DataDirectory = Data).AddApi(), $"http://unix:{_folder.FullName}/http.sock");
        await application.StartAsync(Token);

        Networks(application).List().Should().BeEmpty();
        (await application.Services.GetRequiredService<Machines>().ListAsync(cancellationToken: Token)).Should().BeEmpty();
    }

    [Fact]
    public async Task Subnets_and_reservations_change_while_the_host_runs()
    {
        await using var application = Build(services => services.AddMaasServer(maas =>
        {
            Serving(maas);
            maas.Networks["hall"] =
                new MaasNetworkOptions { Network = IPNetwork.Parse("10.1.0.0/24"), Range = AddressRange.Parse("10.1.0.100-10.1.0.200") };
        }).AddApi());
        await application.StartAsync(Token);
        var networks = Networks(application);

        networks.List().Select(network => network.Name).Should().BeEquivalentTo("lab", "hall");
        networks.Subnets("hall").Should().ContainSingle(subnet => subnet.Network.Equals(IPNetwork.Parse("10.1.0.0/24")));
        var reserved = IPAddress.Parse("10.1.0.9");
        var reservation = new AddressReservation.ForHardware(reserved, Maas.Boot.HardwareAddress.Parse("52:54:00:12:34:56"));
        networks.AddReservation(reservation).Should().BeOfType<ReservationResult.Added>();
        networks.Subnets("hall").Single().Reservations.Should().Equal(reservation);

        await networks.ReplaceSubnetsAsync(
            "lab", [networks.Subnets("lab").Single() with { Ranges = [AddressRange.Parse("127.78.0.50-127.78.0.60")] }], Token);
        networks.Subnets("lab").Single().Ranges.Should().Equal(AddressRange.Parse("127.78.0.50-127.78.0.60"));
        networks.Subnets("hall").Single().Reservations.Should().Equal([reservation], "another network keeps its reservations");
        networks.RemoveReservation(reserved).Should().BeTrue();
        networks.RemoveReservation(reserved).Should().BeFalse();
        FluentActions.Invoking(() => networks.Subnets("none")).Should().Throw<ArgumentException>();
    }

    [Fact]
    public async Task Every_meter_and_activity_source_of_a_running_host_is_named()
    {
        ConcurrentBag<string> meters = [], sources = [];
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => meters.Add(instrument.Meter.Name) };
        using var traces = new ActivityListener
        {
            ShouldListenTo = source =>
            {
                sources.Add(source.Name);
                return false;
            },
        };
        listener.Start();
        ActivitySource.AddActivityListener(traces);
        await using var server = await ComposedServer.StartAsync(Maas.Boot.Dhcp4.Server.DhcpMode.Full);
        await server.EnlistAsync("52:54:00:12:34:59", Token);

        meters.Where(IsOurs).Distinct().Should().NotBeEmpty().And.BeSubsetOf(MaasDiagnostics.MeterNames);
        sources.Where(IsOurs).Distinct().Should().NotBeEmpty().And.BeSubsetOf(MaasDiagnostics.ActivitySourceNames);

        static bool IsOurs(string name) => name.StartsWith("Maas.", StringComparison.Ordinal);
    }

    private void Serving(MaasOptions maas)
    {
        maas.DataDirectory = Data;
        maas.Ephemeral.Own = new CustomEnvironment("kernel", "initrd");
        maas.Networks["lab"] = new MaasNetworkOptions
        {
            Loopback = new LoopbackBoot(S_address, 0, 0, IPNetwork.Parse("127.78.0.0/24")),
            Range = AddressRange.Parse("127.78.0.100-127.78.0.200"),
        };
    }

    private WebApplication Build(Action<IServiceCollection> configure, string? url = null, bool map = true)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url ?? $"http://{S_address}:0");
        configure(builder.Services);
        var application = builder.Build();
        if (map) application.MapMaas();
        return application;
    }

    private static IConfigurationSection Configuration(params (string Key, string Value)[] values)
    {
        Dictionary<string, string?> all = [];
        foreach (var (key, value) in values) all["Maas:" + key] = value;
        return new ConfigurationBuilder().AddInMemoryCollection(all).Build().GetSection("Maas");
    }

    private static MaasNetworks Networks(WebApplication application) => application.Services.GetRequiredService<MaasNetworks>();

    private static int FreePort(IPAddress address)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(address, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port; // bound above
    }
}
