using System.Text;
using Maas.Power.Ipmi;
using Maas.Power.Ipmi.Records;
using Maas.Testing;
using Maas.Testing.Controllers;

namespace Maas.Power.Tests.Ipmi;

/// <summary>The client and the simulated controller, over loopback.</summary>
public sealed class IpmiClientTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static readonly IpmiClientOptions Quick = new()
    {
        ResponseTimeout = TimeSpan.FromMilliseconds(200),
        BusyPause = TimeSpan.FromMilliseconds(1),
    };

    private readonly IpmiClient _client = new(Quick);

    private static IpmiConnectionSettings To(
        SimulatedBmc bmc,
        string password = "secret",
        string user = "admin",
        int? suite = null,
        IpmiPrivilege privilege = IpmiPrivilege.Administrator,
        byte[]? key = null,
        IpmiWorkarounds workarounds = IpmiWorkarounds.None) =>
        new()
        {
            Host = bmc.Address.Address.ToString(),
            Port = bmc.Address.Port,
            UserName = user,
            Password = password,
            CipherSuite = suite,
            Privilege = privilege,
            ControllerKey = key,
            Workarounds = workarounds,
        };

    private async Task<IpmiError> ErrorOf(IpmiConnectionSettings settings) =>
        (await FluentActions.Awaiting(() => _client.ConnectAsync(settings, Stop)).Should().ThrowAsync<IpmiException>()).Which.Error;

    [Theory]
    [InlineData(17)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(null)]
    public async Task A_machine_is_switched_with_every_cipher_suite(int? suite)
    {
        await using var bmc = new SimulatedBmc(new() { CipherSuites = [17, 3, 8] });
        await using (var session = await _client.ConnectAsync(To(bmc, suite: suite), Stop))
        {
            (await session.GetChassisStatusAsync(Stop)).IsOn.Should().BeFalse();
            await session.ControlChassisAsync(IpmiChassisControl.PowerUp, Stop);
            (await session.GetChassisStatusAsync(Stop)).IsOn.Should().BeTrue();
            bmc.OpenSessions.Should().Be(1);
        }

        bmc.OpenSessions.Should().Be(0);
        bmc.Chassis.Commands.Should().Equal("on");
    }

    [Fact]
    public async Task A_controller_without_suite_17_is_asked_for_suite_3()
    {
        await using var bmc = new SimulatedBmc(new() { CipherSuites = [3] });
        await using var session = await _client.ConnectAsync(To(bmc), Stop);
        (await session.GetDeviceAsync(Stop)).Protocol.Should().Be(new Version(2, 0));
        (await ErrorOf(To(bmc, suite: 17))).Should().Be(IpmiError.NoCipherSuite);
    }

    [Fact]
    public async Task A_wrong_password_is_not_silence()
    {
        await using var bmc = new SimulatedBmc();
        (await ErrorOf(To(bmc, password: "wrong"))).Should().Be(IpmiError.WrongPassword);
        (await ErrorOf(To(bmc, user: "root"))).Should().Be(IpmiError.UnknownUser);
    }

    [Fact]
    public async Task A_controller_that_computes_suite_17_wrongly_works_with_suite_3_and_the_error_says_so()
    {
        await using var bmc = new SimulatedBmc(new() { MiscomputesSuite17 = true });
        (await FluentActions.Awaiting(() => _client.ConnectAsync(To(bmc), Stop)).Should().ThrowAsync<IpmiException>())
            .Which.Message.Should().ContainAll("cipher_suite_id 3", "16 bytes").And.NotContain("secret");
        await using var session = await _client.ConnectAsync(To(bmc, suite: 3), Stop);
    }

    [Fact]
    public async Task A_K_g_key_is_needed_and_has_to_match()
    {
        byte[] key = [1, 2, 0xff];
        await using var bmc = new SimulatedBmc(new() { ControllerKey = key });
        (await ErrorOf(To(bmc))).Should().Be(IpmiError.WrongKey);
        (await ErrorOf(To(bmc, key: [9]))).Should().Be(IpmiError.WrongKey);
        await using var session = await _client.ConnectAsync(To(bmc, key: key), Stop);
    }

    [Fact]
    public async Task A_refused_administrator_becomes_an_operator_and_the_session_says_so()
    {
        await using var bmc = new SimulatedBmc(new() { HighestPrivilege = 3 });
        await using var session = await _client.ConnectAsync(To(bmc), Stop);
        session.Note.Should().Contain("OPERATOR was used");
        await session.ControlChassisAsync(IpmiChassisControl.PowerUp, Stop);
    }

    [Fact]
    public async Task A_user_may_read_and_not_switch()
    {
        await using var bmc = new SimulatedBmc(new() { HighestPrivilege = 2 });
        (await ErrorOf(To(bmc))).Should().Be(IpmiError.PrivilegeRefused);
        await using var session = await _client.ConnectAsync(To(bmc, privilege: IpmiPrivilege.User), Stop);
        (await session.GetChassisStatusAsync(Stop)).IsOn.Should().BeFalse();
        (await session.Awaiting(s => s.ControlChassisAsync(IpmiChassisControl.PowerUp, Stop)).Should().ThrowAsync<IpmiException>())
            .Which.Error.Should().Be(IpmiError.PrivilegeRefused);
    }

    [Fact]
    public async Task A_controller_without_a_session_to_spare_is_named()
    {
        await using var bmc = new SimulatedBmc(new() { MaximumSessions = 1 });
        await using var session = await _client.ConnectAsync(To(bmc), Stop);
        (await ErrorOf(To(bmc))).Should().Be(IpmiError.NoFreeSession);
    }

    [Fact]
    public async Task A_busy_controller_is_asked_again()
    {
        await using var bmc = new SimulatedBmc(new() { BusyCommands = 3 });
        await using var session = await _client.ConnectAsync(To(bmc), Stop);
        (await session.GetChassisStatusAsync(Stop)).IsOn.Should().BeFalse();
    }

    [Fact]
    public async Task Nothing_at_the_port_is_no_answer_at_once()
    {
        var bmc = new SimulatedBmc();
        await bmc.DisposeAsync();
        (await ErrorOf(To(bmc))).Should().Be(IpmiError.NoAnswer);
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_is_named() =>
        (await ErrorOf(new IpmiConnectionSettings { Host = "bmc.invalid" })).Should().Be(IpmiError.NameNotFound);

    [Fact]
    public async Task A_controller_that_goes_away_ends_the_session_by_name()
    {
        var bmc = new SimulatedBmc();
        await using var session = await _client.ConnectAsync(To(bmc), Stop);
        await bmc.DisposeAsync();
        (await session.Awaiting(s => s.GetChassisStatusAsync(Stop)).Should().ThrowAsync<IpmiException>())
            .Which.Error.Should().Be(IpmiError.SessionLost);
    }

    [Fact]
    public async Task A_bad_network_loses_nothing_and_repeats_nothing()
    {
        var client = new IpmiClient(new() { ResponseTimeout = TimeSpan.FromMilliseconds(30), Attempts = 10 });
        await using var bmc = new SimulatedBmc(new() { Faults = new DatagramFaults(loss: 0.15, duplication: 0.2, seed: 7) });
        await using var session = await client.ConnectAsync(To(bmc, workarounds: IpmiWorkarounds.SkipCapabilities), Stop);
        for (var i = 0; i < 20; i++) (await session.GetChassisStatusAsync(Stop)).IsOn.Should().BeFalse();
        (await Collect(session.ReadSensorsAsync(Stop))).Should().HaveCount(5);
    }

    [Theory]
    [InlineData(IpmiBootDevice.Pxe, IpmiBootDuration.Once, IpmiBootFirmware.Uefi, "pxe")]
    [InlineData(IpmiBootDevice.Disk, IpmiBootDuration.Persistent, IpmiBootFirmware.Bios, "disk")]
    [InlineData(IpmiBootDevice.Setup, IpmiBootDuration.Once, IpmiBootFirmware.Bios, "setup")]
    [InlineData(IpmiBootDevice.Optical, IpmiBootDuration.Persistent, IpmiBootFirmware.Uefi, "cdrom")]
    public async Task A_boot_device_is_chosen_and_read_back(
        IpmiBootDevice device, IpmiBootDuration duration, IpmiBootFirmware firmware, string name)
    {
        await using var bmc = new SimulatedBmc();
        await using var session = await _client.ConnectAsync(To(bmc), Stop);
        (await session.GetBootAsync(Stop)).Should().BeNull();
        var boot = new IpmiBoot(device) { Duration = duration, Firmware = firmware };
        await session.SetBootAsync(boot, Stop);
        (await session.GetBootAsync(Stop)).Should().Be(boot);
        bmc.Chassis.BootChoice.Should().Be(new SimulatedBootChoice(
            name, firmware == IpmiBootFirmware.Uefi, duration == IpmiBootDuration.Persistent));
    }

    [Fact]
    public async Task Sensors_have_names_values_units_and_limits()
    {
        await using var bmc = new SimulatedBmc(new()
        {
            Sensors =
            [
                new("CPU Temp", SimulatedSensorKind.Temperature, 51),
                new("12V", SimulatedSensorKind.Voltage, 12.1),
                new("Fan 1", SimulatedSensorKind.Fan, 5400),
                new("Fan 2", SimulatedSensorKind.Fan, null),
            ],
        });
        await using var session = await _client.ConnectAsync(To(bmc), Stop);
        var sensors = await Collect(session.ReadSensorsAsync(Stop));
        sensors.Select(s => (s.Name, s.Value, s.Unit)).Should().Equal(
            ("CPU Temp", 51, "degrees C"), ("12V", 12.1, "V"), ("Fan 1", 5400, "RPM"), ("Fan 2", null, "RPM"));
        sensors[0].Limits.Should().Be(new IpmiSensorLimits(null, null, UpperWarning: 180, UpperCritical: 200));
    }

    [Fact]
    public async Task The_event_log_is_read_and_cleared()
    {
        await using var bmc = new SimulatedBmc();
        await using var session = await _client.ConnectAsync(To(bmc), Stop);
        var entries = await Collect(session.ReadEventLogAsync(Stop));
        entries.Select(e => (e.Id, e.SensorType, e.IsAsserted)).Should().Equal((1, (byte)0x12, true), (2, (byte)0x01, true));
        entries[0].Time.Should().Be(DateTimeOffset.FromUnixTimeSeconds(1_780_000_001));
        await session.ClearEventLogAsync(Stop);
        (await Collect(session.ReadEventLogAsync(Stop))).Should().BeEmpty();
    }

    [Fact]
    public async Task The_inventory_names_maker_model_and_serial_number()
    {
        await using var bmc = new SimulatedBmc(new() { Manufacturer = "Example Ltd", Model = "X 1", SerialNumber = "S-42" });
        await using var session = await _client.ConnectAsync(To(bmc), Stop);
        var inventory = await session.ReadInventoryAsync(cancellationToken: Stop);
        inventory!.Product.Should().Be(new IpmiProductInfo("Example Ltd", "X 1", "PRD-1", "1.0", "S-42", ""));
        inventory.Board!.SerialNumber.Should().Be("S-42");
        inventory.Chassis.Should().BeNull();
        (await session.ReadInventoryAsync(7, Stop)).Should().BeNull();
        (await session.GetSystemGuidAsync(Stop)).Should().Be(new SimulatedBmcOptions().Uuid);
    }

    [Fact]
    public async Task A_command_of_ones_own_is_sent_and_a_refusal_has_its_code()
    {
        await using var bmc = new SimulatedBmc();
        await using var session = await _client.ConnectAsync(To(bmc), Stop);
        (await session.SendAsync(0x06, 0x01, cancellationToken: Stop)).Length.Should().Be(15);
        (await session.Awaiting(s => s.SendAsync(0x2e, 0x01, cancellationToken: Stop)).Should().ThrowAsync<IpmiException>())
            .Which.CompletionCode.Should().Be(0xc1);
    }

    [Fact]
    public async Task A_serial_console_types_reads_and_ends()
    {
        await using var bmc = new SimulatedBmc();
        bmc.Serial.Echoes = true;
        await using var session = await _client.ConnectAsync(To(bmc), Stop);
        await using (var console = await session.OpenSerialAsync(Stop))
        {
            bmc.Serial.Print("login: ");
            (await Read(console, 7)).Should().Be("login: ");
            var text = new string('x', 1000) + "\r";
            await console.WriteAsync(Encoding.ASCII.GetBytes(text), Stop);
            (await Read(console, text.Length)).Should().Be(text);
            await console.SendBreakAsync(Stop);
            bmc.Serial.Breaks.Should().Be(1);
            (await session.GetChassisStatusAsync(Stop)).IsOn.Should().BeFalse("commands go on beside it");
        }

        bmc.Serial.Typed.Should().HaveLength(1001);
        await using var again = await session.OpenSerialAsync(Stop);
    }

    [Fact]
    public async Task A_serial_console_of_another_session_is_taken_over()
    {
        await using var bmc = new SimulatedBmc();
        await using var first = await _client.ConnectAsync(To(bmc), Stop);
        var lost = await first.OpenSerialAsync(Stop);
        await using var second = await _client.ConnectAsync(To(bmc), Stop);
        await using var console = await second.OpenSerialAsync(Stop);
        bmc.Serial.Print("here");
        (await Read(console, 4)).Should().Be("here");
        await lost.DisposeAsync();
    }

    [Fact]
    public async Task A_serial_console_survives_a_bad_network()
    {
        var client = new IpmiClient(new() { ResponseTimeout = TimeSpan.FromMilliseconds(30), Attempts = 10 });
        await using var bmc = new SimulatedBmc(new() { Faults = new DatagramFaults(loss: 0.1, duplication: 0.1, seed: 3) });
        bmc.Serial.Echoes = true;
        await using var session = await client.ConnectAsync(To(bmc), Stop);
        var console = await session.OpenSerialAsync(Stop);
        for (var line = 0; line < 20; line++)
        {
            var text = $"line {line}\r";
            await console.WriteAsync(Encoding.ASCII.GetBytes(text), Stop);
            bmc.Serial.Typed.Should().EndWith(text);
        }

        bmc.Serial.Typed.Should().Be(string.Concat(Enumerable.Range(0, 20).Select(line => $"line {line}\r")));
        await console.DisposeAsync();
    }

    private static async Task<string> Read(Stream stream, int length)
    {
        var bytes = new byte[length];
        await stream.ReadExactlyAsync(bytes, Stop);
        return Encoding.UTF8.GetString(bytes);
    }

    private static async Task<List<T>> Collect<T>(IAsyncEnumerable<T> items)
    {
        List<T> list = [];
        await foreach (var item in items) list.Add(item);
        return list;
    }
}
