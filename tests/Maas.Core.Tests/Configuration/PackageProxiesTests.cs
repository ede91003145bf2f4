namespace Maas.Core.Tests.Configuration;

public class PackageProxiesTests
{
    private const string Squid = "http://squid.lab:3128/";
    private static readonly Uri Server = new("http://10.0.0.1:5240/MAAS");

    [Theory]
    // the host serves packages, enable_http_proxy, http_proxy, use_peer_proxy; the proxy of machines, and of the server
    [InlineData(false, "true", "", "false", null, null)]
    [InlineData(true, "true", "", "false", "http://10.0.0.1:5240/", null)]
    [InlineData(true, "false", "", "false", null, null)]
    [InlineData(false, "true", Squid, "false", Squid, null)]
    [InlineData(true, "true", Squid, "false", Squid, null)]
    [InlineData(true, "true", Squid, "true", "http://10.0.0.1:5240/", Squid)]
    [InlineData(false, "true", Squid, "true", Squid, Squid)]
    [InlineData(true, "true", "", "true", "http://10.0.0.1:5240/", null)]
    [InlineData(true, "false", Squid, "false", null, null)]
    public async Task The_settings_choose_the_proxy(
        bool serves, string enable, string address, string usePeer, string? ofMachines, string? ofServer)
    {
        await using var test = await TestCore.OpenAsync(options => options.ServesPackages = serves);
        foreach (var (name, value) in ((string, string)[])
            [("enable_http_proxy", enable), ("http_proxy", address), ("use_peer_proxy", usePeer)])
            (await test.Core.Settings.ChangeAsync(name, value)).Should().BeNull();

        (await test.Core.PackageProxies.ForMachinesAsync(Server))?.Url.AbsoluteUri.Should().Be(ofMachines);
        (await test.Core.PackageProxies.ForMachinesAsync(Server) is null).Should().Be(ofMachines is null);
        (await test.Core.PackageProxies.ForThisServerAsync())?.AbsoluteUri.Should().Be(ofServer);
        (await test.Core.PackageProxies.ForThisServerAsync() is null).Should().Be(ofServer is null);
    }

    [Fact]
    public async Task This_servers_proxy_does_not_tunnel_and_is_not_there_for_machines_that_reach_the_server_by_https()
    {
        await using var test = await TestCore.OpenAsync(options => options.ServesPackages = true);

        (await test.Core.PackageProxies.ForMachinesAsync(Server))!.Tunnels.Should().BeFalse();
        (await test.Core.PackageProxies.ForMachinesAsync(new Uri("https://maas.lab/MAAS"))).Should().BeNull();
        await test.Core.Settings.ChangeAsync("http_proxy", Squid);
        (await test.Core.PackageProxies.ForMachinesAsync(Server))!.Tunnels.Should().BeTrue();
    }

    [Theory]
    [InlineData("squid.lab:3128")]
    [InlineData("ftp://squid.lab/")]
    [InlineData("http://squid.lab/\" }; reboot")]
    [InlineData("http://squid.lab/\nx")]
    [InlineData("http://")]
    public async Task What_is_no_address_is_refused(string address)
    {
        await using var test = await TestCore.OpenAsync();

        (await test.Core.Settings.ChangeAsync("http_proxy", address)).Should().Be("Enter a valid URL.");
        (await test.Core.Settings.GetAsync("http_proxy")).Should().Be("null");
    }
}
