using Maas.Power.Ipmi;
using Maas.Power.Manual;
using Maas.Power.Redfish;
using Maas.Testing.Controllers;

namespace Maas.Power.Tests;

/// <summary>Sensors, as the drivers read them.</summary>
public sealed class SensorDriverTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sensors_of_IPMI_have_a_status_by_their_limits()
    {
        await using var bmc = new SimulatedBmc(new()
        {
            Sensors =
            [
                new("CPU Temp", SimulatedSensorKind.Temperature, 51),
                new("Inlet", SimulatedSensorKind.Temperature, 185),
                new("Outlet", SimulatedSensorKind.Temperature, 201),
                new("Fan 2", SimulatedSensorKind.Fan, null),
            ],
        });
        var drivers = new PowerDrivers([new IpmiDriver(new() { Timing = QuickTiming.Options }), new ManualDriver()]);

        var read = (await drivers.ReadSensorsAsync(Ipmi(bmc, "secret"), Stop)).Should().BeOfType<SensorResult.Read>().Subject;

        read.Sensors.Should().Equal(
            new PowerSensor("CPU Temp", 51, "°C", null, PowerSensorStatus.Ok),
            new PowerSensor("Inlet", 185, "°C", null, PowerSensorStatus.Warning),
            new PowerSensor("Outlet", 201, "°C", null, PowerSensorStatus.Critical),
            new PowerSensor("Fan 2", null, "RPM", null, PowerSensorStatus.Unknown));
    }

    [Theory]
    [InlineData(false, "Inlet Temp 23 °C; Fan 1  RPM; Power 12 W")]
    [InlineData(true, "Inlet Temp 23 °C; Fan 1 40 %; 12V 12.1 V; Power 184 W")]
    public async Task Sensors_of_Redfish_are_read_and_the_session_is_ended(bool lists, string expected)
    {
        await using var bmc = new SimulatedRedfish(new() { HasThermalLists = lists });
        var driver = new RedfishDriver(new() { Timing = QuickTiming.Options });

        var read = (await driver.ReadSensorsAsync(Redfish(bmc), Stop)).Should().BeOfType<SensorResult.Read>().Subject;

        string.Join("; ", read.Sensors.Select(sensor => FormattableString.Invariant($"{sensor.Name} {sensor.Value} {sensor.Unit}")))
            .Should().Be(expected);
        bmc.OpenSessions.Should().Be(0);
    }

    [Fact]
    public async Task A_wrong_password_is_a_failure_without_it()
    {
        await using var bmc = new SimulatedBmc();
        var drivers = new PowerDrivers([new IpmiDriver(new() { Timing = QuickTiming.Options })]);

        var failed = (await drivers.ReadSensorsAsync(Ipmi(bmc, "hunter2hunter2"), Stop)).Should().BeOfType<SensorResult.Failed>().Subject;

        failed.Failure.Should().Be(PowerFailure.CredentialsRefused);
        failed.Reason.Should().NotContain("hunter2");
    }

    [Fact]
    public async Task A_driver_without_sensors_says_so()
    {
        var drivers = new PowerDrivers([new ManualDriver()]);

        drivers.HasSensors("manual").Should().BeFalse();
        (await drivers.ReadSensorsAsync(new PowerTarget("manual", []), Stop)).Should().Be(
            new SensorResult.Failed(PowerFailure.UnknownPowerType, "Power type 'manual' has no sensors."));
    }

    [Fact]
    public void Names_and_units_of_a_controller_are_bounded_and_values_are_numbers()
    {
        var sensor = PowerSensor.Of(new string('x', 1000) + "\e[31m", double.NaN, "V\n", null, PowerSensorStatus.Ok);

        sensor.Name.Length.Should().BeLessThanOrEqualTo(101);
        sensor.Value.Should().BeNull();
        sensor.Unit.Should().NotContain("\n");
    }

    private static PowerTarget Ipmi(SimulatedBmc bmc, string password) => new("ipmi", new Dictionary<string, string>
    {
        ["power_address"] = bmc.Address.ToString(), ["power_user"] = "admin", ["power_pass"] = password,
    });

    private static PowerTarget Redfish(SimulatedRedfish bmc) => new("redfish", new Dictionary<string, string>
    {
        ["power_address"] = bmc.Address.ToString(),
        ["power_user"] = "admin",
        ["power_pass"] = "secret",
        ["power_tls_fingerprint"] = bmc.CertificateFingerprint,
    });
}
