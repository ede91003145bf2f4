using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp4.Leases;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Tests.Networks;

/// <summary>What a change of the configuration does to a host that runs, and to one that starts again.</summary>
public sealed class ChangedOptionsTests : IDisposable
{
    private static readonly IPAddress S_address = IPAddress.Parse("127.78.0.19");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-options");
    private readonly ErrorLog _log = new(LogLevel.Warning);
    private readonly Dictionary<string, string?> _values;
    private IConfigurationRoot? _configuration;

    public ChangedOptionsTests() => _values = new()
    {
        ["Maas:DataDirectory"] = Path.Combine(_folder.FullName, "data"),
        ["Maas:Ephemeral:Own:Kernel"] = "kernel",
        ["Maas:Ephemeral:Own:InitialRamDisk"] = "initrd",
        ["Maas:Networks:lab:Loopback:Address"] = $"{S_address}",
        ["Maas:Networks:lab:Loopback:Network"] = "127.78.0.0/24",
        ["Maas:Networks:lab:Range"] = "127.78.0.100-127.78.0.109",
    };

    private IConfigurationRoot Configuration =>
        _configuration ??= new ConfigurationBuilder().AddInMemoryCollection(_values).Build();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Changed_addresses_are_leased_at_once()
    {
        await using var application = await StartAsync();
        Change(
            ("lab:Range", "127.78.0.150-127.78.0.159"), ("lab:Routers", "127.78.0.1"), ("lab:NameServers", "127.78.0.2"),
            ("lab:Reservations:0:Hardware", "52:54:00:12:34:56"), ("lab:Reservations:0:Address", "127.78.0.9"),
            ("lab:Reservations:0:HostName", "nine"));

        var reservation = new AddressReservation.ForHardware(IPAddress.Parse("127.78.0.9"), HardwareAddress.Parse("52:54:00:12:34:56"))
        {
            HostName = "nine",
        };
        await EventuallyAsync(() => Subnet(application).Reservations.Contains(reservation));
        Subnet(application).Ranges.Should().Equal(AddressRange.Parse("127.78.0.150-127.78.0.159"));
        Subnet(application).Routers.Should().Equal(IPAddress.Parse("127.78.0.1"));
        Subnet(application).NameServers.Should().Equal(IPAddress.Parse("127.78.0.2"));

        Change(("lab:Reservations:0:Address", "127.78.0.8"));
        await EventuallyAsync(() => Subnet(application).Reservations is [{ Address: var address }] && $"{address}" == "127.78.0.8");
    }

    [Fact]
    public async Task Addresses_that_changed_while_the_host_was_off_are_leased_from_the_start()
    {
        await using (await StartAsync())
        {
            // It stored the network.
        }

        Change(("lab:Range", "127.78.0.150-127.78.0.159"));
        await using var again = await StartAsync();
        Subnet(again).Ranges.Should().Equal(AddressRange.Parse("127.78.0.150-127.78.0.159"));
    }

    [Theory]
    [InlineData("lab:Range", "nonsense", "*Maas:Networks:lab:Range*'nonsense'*")]
    [InlineData("lab:Range", "10.9.9.1-10.9.9.9", "*Maas:Networks:lab:Range: 10.9.9.1-10.9.9.9 is not inside*")]
    [InlineData("lab:Loopback:DhcpPort", "6767", "*lab: the changed options Loopback are used from the next start on*")]
    [InlineData("lab:Services", "None", "*lab: the changed options Services are used from the next start on*")]
    [InlineData("other:Interface", "eth77", "*other was added*")]
    public async Task What_cannot_be_used_at_once_is_logged_and_the_network_goes_on(string key, string value, string line)
    {
        await using var application = await StartAsync();
        var before = Subnet(application);
        if (key.StartsWith("other", StringComparison.Ordinal)) Configuration["Maas:Networks:other:Mode"] = "Proxy";
        Change((key, value));

        await EventuallyAsync(() => !_log.Errors.IsEmpty);
        _log.Errors.Should().ContainSingle().Which.Should().Match(line);
        Subnet(application).Should().BeEquivalentTo(before);
    }

    [Fact]
    public async Task A_network_that_cannot_be_served_is_tried_with_the_changed_options()
    {
        _values.Remove("Maas:Networks:lab:Loopback:Address");
        _values.Remove("Maas:Networks:lab:Loopback:Network");
        _values["Maas:Networks:lab:Interface"] = "none77";
        _values["Maas:Networks:lab:Services"] = "None";
        _values["Maas:HttpPort"] = "5240"; // the host listens on loopback only
        await using var application = await StartAsync();
        Networks(application).List().Single().State.Should().Be(MaasNetworkState.Failed);

        Change(("lab:Interface", null), ("lab:Loopback:Address", $"{S_address}"), ("lab:Loopback:Network", "127.78.0.0/24"));
        await EventuallyAsync(() => Networks(application).List().Single().State == MaasNetworkState.Listening);
    }

    private void Change(params (string Key, string? Value)[] values)
    {
        foreach (var (key, value) in values) Configuration[$"Maas:Networks:{key}"] = value;
        Configuration.Reload();
    }

    private async Task<WebApplication> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders().AddProvider(_log).AddFilter("Microsoft", LogLevel.None);
        builder.WebHost.UseUrls($"http://{S_address}:0");
        builder.Services.AddMaasServer(Configuration.GetSection("Maas")).AddApi();
        var application = builder.Build();
        application.MapMaas();
        await application.StartAsync(Token);
        _log.Errors.Clear();
        return application;
    }

    private static DhcpSubnet Subnet(WebApplication application) => Networks(application).Subnets("lab").Single();

    private static MaasNetworks Networks(WebApplication application) => application.Services.GetRequiredService<MaasNetworks>();

    // The host follows in the background: at once, or within seconds on a loaded machine.
    private static async Task EventuallyAsync(Func<bool> condition)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Token);
        timeout.CancelAfter(TimeSpan.FromSeconds(30));
        while (!condition()) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, timeout.Token);
    }
}
