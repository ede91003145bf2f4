using Maas.Power.Redfish;
using Maas.Testing.Controllers;

namespace Maas.Power.Tests.Redfish;

public sealed class RedfishDriverTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly RedfishDriver _driver = new(new() { Timing = QuickTiming.Options });

    private static PowerTarget Machine(SimulatedRedfish bmc, params (string Name, string Value)[] more)
    {
        var parameters = new Dictionary<string, string>
        {
            ["power_address"] = bmc.Address.ToString(),
            ["power_user"] = "admin",
            ["power_pass"] = "secret",
            ["power_tls_fingerprint"] = bmc.CertificateFingerprint,
        };
        foreach (var (name, value) in more) parameters[name] = value;
        return new PowerTarget("redfish", parameters);
    }

    [Fact]
    public async Task A_machine_is_set_to_network_boot_turned_on_and_turned_off()
    {
        await using var bmc = new SimulatedRedfish();
        (await _driver.SetNextBootAsync(Machine(bmc), NextBoot.Network, Stop)).Should().BeOfType<PowerResult.Accepted>();
        bmc.Chassis.BootChoice!.Device.Should().Be("pxe");
        (await _driver.TurnOnAsync(Machine(bmc), Stop)).Should().Be(new PowerResult.Observed(PowerState.On));
        (await _driver.TurnOnAsync(Machine(bmc), Stop)).Should().Be(new PowerResult.Observed(PowerState.On));
        (await _driver.TurnOffAsync(Machine(bmc), PowerOffMode.Soft, Stop)).State.Should().Be(PowerState.Off);
        (await _driver.TurnOnAsync(Machine(bmc), Stop)).State.Should().Be(PowerState.On);
        (await _driver.TurnOffAsync(Machine(bmc), PowerOffMode.Hard, Stop)).State.Should().Be(PowerState.Off);
        (await _driver.QueryAsync(Machine(bmc), Stop)).State.Should().Be(PowerState.Off);
        bmc.Chassis.Commands.Should().Equal("on", "shutdown", "on", "off");
        bmc.OpenSessions.Should().Be(0);
    }

    [Theory]
    [InlineData("http", NextBoot.Network, "http", true)]
    [InlineData("http", NextBoot.Disk, "disk", true)]
    [InlineData("efi", NextBoot.Network, "pxe", true)]
    [InlineData("legacy", NextBoot.Network, "pxe", false)]
    public async Task The_boot_type_decides_how_a_machine_is_sent_to_the_network(
        string type, NextBoot next, string device, bool isUefi)
    {
        await using var bmc = new SimulatedRedfish();
        (await _driver.SetNextBootAsync(Machine(bmc, ("power_boot_type", type)), next, Stop)).Should().BeOfType<PowerResult.Accepted>();
        (bmc.Chassis.BootChoice!.Device, bmc.Chassis.BootChoice.IsUefi).Should().Be((device, isUefi));
    }

    [Fact]
    public async Task A_machine_that_is_turning_on_is_not_taken_for_one_that_is_on()
    {
        var chassis = new SimulatedChassis { SwitchDelay = TimeSpan.FromHours(1) };
        await using var bmc = new SimulatedRedfish(new(), chassis);
        chassis.Switch("on");
        await using var client = new RedfishClient(new RedfishConnectionSettings
        {
            Address = bmc.Address, UserName = "admin", Password = "secret", CertificateFingerprint = bmc.CertificateFingerprint,
        });
        await client.ResetAsync(await client.GetSystemAsync(cancellationToken: Stop), "On", Stop);
        (await _driver.QueryAsync(Machine(bmc), Stop)).Should().Be(new PowerResult.Observed(PowerState.Unknown));
    }

    [Fact]
    public async Task A_busy_service_is_asked_again_and_a_forgotten_command_sent_again()
    {
        var chassis = new SimulatedChassis { CommandsToIgnore = 1 };
        await using var bmc = new SimulatedRedfish(new() { BusyRequests = 2, ShowsTransitions = false }, chassis);
        (await _driver.TurnOnAsync(Machine(bmc), Stop)).State.Should().Be(PowerState.On);
        chassis.Commands.Should().Equal("on", "on");
    }

    [Fact]
    public async Task Every_failure_has_its_name()
    {
        await using var bmc = new SimulatedRedfish();
        (await Failure(Machine(bmc, ("power_pass", "wrong")))).Should().Be(PowerFailure.CredentialsRefused);
        (await Failure(Machine(bmc, ("node_id", "7")))).Should().Be(PowerFailure.BadParameters);
        (await Failure(Machine(bmc, ("power_tls_fingerprint", "12")))).Should().Be(PowerFailure.BadParameters);
        (await Failure(Machine(bmc, ("power_address", "two words")))).Should().Be(PowerFailure.BadParameters);
        (await Failure(Machine(bmc, ("power_address", "bmc.invalid")))).Should().Be(PowerFailure.Unreachable);
        var gone = new SimulatedRedfish();
        var address = gone.Address.ToString();
        await gone.DisposeAsync();
        (await Failure(Machine(bmc, ("power_address", address)))).Should().Be(PowerFailure.Unreachable);
    }

    [Fact]
    public async Task An_unchecked_certificate_is_reported_with_the_result()
    {
        await using var bmc = new SimulatedRedfish();
        var result = await _driver.QueryAsync(Machine(bmc, ("power_tls_fingerprint", ""), ("power_verify_ssl", "n")), Stop);
        result.Should().BeOfType<PowerResult.Observed>().Which.Note.Should().Contain("not checked");
    }

    [Theory]
    [InlineData("10.0.0.8", "https://10.0.0.8/")]
    [InlineData("fd00::8", "https://[fd00::8]/")]
    [InlineData("bmc.example:8443", "https://bmc.example:8443/")]
    [InlineData("http://10.0.0.8/redfish/v1", "http://10.0.0.8/")]
    [InlineData("https://user:pass@10.0.0.8", null)]
    [InlineData("ftp://10.0.0.8", null)]
    [InlineData("", null)]
    public void Addresses_come_in_all_spellings(string address, string? uri)
    {
        var target = new PowerTarget("redfish", [KeyValuePair.Create("power_address", address)]);
        RedfishDriver.TryRead(target, out var settings, out _).Should().Be(uri is not null);
        settings?.Address.ToString().Should().Be(uri);
    }

    private async Task<PowerFailure> Failure(PowerTarget target) =>
        (await _driver.QueryAsync(target, Stop)).Should().BeOfType<PowerResult.Failed>().Which.Failure;
}
