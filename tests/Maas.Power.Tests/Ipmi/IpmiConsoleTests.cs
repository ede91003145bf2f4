using System.Text;
using Maas.Power.Ipmi;
using Maas.Power.Manual;
using Maas.Testing.Controllers;

namespace Maas.Power.Tests.Ipmi;

/// <summary>Serial consoles by the power parameters of a machine.</summary>
public sealed class IpmiConsoleTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static PowerDrivers Drivers => new([new ManualDriver(), new IpmiDriver(new IpmiOptions
    {
        Client = new IpmiClientOptions { ResponseTimeout = TimeSpan.FromMilliseconds(200), Attempts = 2 },
    })]);

    [Fact]
    public async Task A_console_types_reads_and_leaves_no_session_behind()
    {
        await using var bmc = new SimulatedBmc();
        bmc.Serial.Echoes = true;
        var result = await Drivers.OpenSerialAsync(To(bmc), Stop);
        await using (var console = result.Should().BeOfType<SerialConsoleResult.Opened>().Subject.Stream)
        {
            bmc.Serial.Print("login: ");
            (await ReadAsync(console, 7)).Should().Be("login: ");
            await console.WriteAsync("root\r"u8.ToArray(), Stop);
            (await ReadAsync(console, 5)).Should().Be("root\r");
            bmc.OpenSessions.Should().Be(1);
        }

        bmc.OpenSessions.Should().Be(0);
        bmc.Serial.Typed.Should().Be("root\r");
    }

    [Fact]
    public async Task What_cannot_be_opened_says_why_without_the_password()
    {
        await using var bmc = new SimulatedBmc();

        var wrong = await Drivers.OpenSerialAsync(To(bmc, "not the password"), Stop);
        var missing = await Drivers.OpenSerialAsync(new PowerTarget("ipmi", []), Stop);
        var manual = await Drivers.OpenSerialAsync(new PowerTarget("manual", []), Stop);

        wrong.Should().BeOfType<SerialConsoleResult.Failed>().Which.Failure.Should().Be(PowerFailure.CredentialsRefused);
        wrong.ToString().Should().NotContain("not the password");
        missing.Should().BeOfType<SerialConsoleResult.Failed>().Which.Failure.Should().Be(PowerFailure.BadParameters);
        manual.Should().BeOfType<SerialConsoleResult.Failed>().Which.Reason.Should().Contain("has no serial console");
        (Drivers.HasSerialConsole("ipmi"), Drivers.HasSerialConsole("manual"), Drivers.HasSerialConsole("none"))
            .Should().Be((true, false, false));
    }

    [Fact]
    public async Task A_controller_that_goes_away_ends_the_console_as_a_stream_ends()
    {
        var bmc = new SimulatedBmc();
        var result = await Drivers.OpenSerialAsync(To(bmc), Stop);
        await using var console = result.Should().BeOfType<SerialConsoleResult.Opened>().Subject.Stream;
        await bmc.DisposeAsync();

        var type = () => console.WriteAsync("x"u8.ToArray(), Stop).AsTask();

        await type.Should().ThrowAsync<IOException>();
    }

    private static async Task<string> ReadAsync(Stream stream, int length)
    {
        var bytes = new byte[length];
        await stream.ReadExactlyAsync(bytes, Stop);
        return Encoding.UTF8.GetString(bytes);
    }

    private static PowerTarget To(SimulatedBmc bmc, string password = "secret") => new("ipmi", new Dictionary<string, string>
    {
        ["power_address"] = bmc.Address.ToString(), ["power_user"] = "admin", ["power_pass"] = password, ["privilege_level"] = "ADMIN",
    });
}
