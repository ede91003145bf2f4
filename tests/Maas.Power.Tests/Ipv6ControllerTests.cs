using System.Net;
using Maas.Power.Http;
using Maas.Power.Ipmi;
using Maas.Power.Redfish;
using Maas.Testing.Controllers;

namespace Maas.Power.Tests;

/// <summary>Controllers that have no IPv4.</summary>
public sealed class Ipv6ControllerTests
{
    private static readonly IPEndPoint Loopback = new(IPAddress.IPv6Loopback, 0);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_Redfish_service_that_listens_on_IPv6_only_is_read_and_switched()
    {
        await using var bmc = new SimulatedRedfish(new() { ListenOn = Loopback });
        var driver = new RedfishDriver(new() { Timing = QuickTiming.Options });
        var target = new PowerTarget("redfish", new Dictionary<string, string>
        {
            ["power_address"] = $"[::1]:{bmc.Address.Port}",
            ["power_user"] = "admin",
            ["power_pass"] = "secret",
            ["power_tls_fingerprint"] = bmc.CertificateFingerprint,
        });

        (await driver.TurnOnAsync(target, Stop)).State.Should().Be(PowerState.On);
        (await driver.ReadInventoryAsync(target, Stop)).Should().BeOfType<InventoryResult.Read>();
    }

    [Fact]
    public async Task An_IPMI_controller_that_listens_on_IPv6_only_is_read_and_switched()
    {
        await using var bmc = new SimulatedBmc(new() { ListenOn = Loopback });
        var driver = new IpmiDriver(new() { Timing = QuickTiming.Options });
        var target = new PowerTarget("ipmi", new Dictionary<string, string>
        {
            ["power_address"] = $"[::1]:{bmc.Address.Port}", ["power_user"] = "admin", ["power_pass"] = "secret",
        });

        (await driver.TurnOnAsync(target, Stop)).State.Should().Be(PowerState.On);
        (await driver.ReadSensorsAsync(target, Stop)).Should().BeOfType<SensorResult.Read>();
    }

    [Theory]
    [InlineData("fd00::8", "https://[fd00::8]/")]
    [InlineData("[fd00::8]", "https://[fd00::8]/")]
    [InlineData("[fd00::8]:8443", "https://[fd00::8]:8443/")]
    [InlineData("http://[::1]:8000/redfish/v1", "http://[::1]:8000/")]
    public void Addresses_of_Redfish_may_be_IPv6(string text, string expected)
    {
        ControllerAddress.TryParse(text, out var address).Should().BeTrue();
        address.AbsoluteUri.Should().Be(expected);
    }

    [Theory]
    [InlineData("fe80::8%7")]
    [InlineData("[fe80::8%7]")]
    [InlineData("[fe80::8%7]:443")]
    [InlineData("https://[fe80::8%257]")]
    public void The_interface_of_a_link_local_address_is_kept(string text)
    {
        ControllerAddress.TryParse(text, out var address).Should().BeTrue();
        IPAddress.Parse(new Uri(address, "/redfish/v1/").IdnHost).ScopeId.Should().Be(7);
        if (text.Contains('/', StringComparison.Ordinal)) return; // IPMI has no URLs

        var target = new PowerTarget("ipmi", [new("power_address", text.Replace(":443", ":623", StringComparison.Ordinal))]);
        IpmiParameters.TryRead(target, out var parameters, out _).Should().BeTrue();
        IPAddress.Parse(parameters!.Settings.Host).ScopeId.Should().Be(7);
    }
}
