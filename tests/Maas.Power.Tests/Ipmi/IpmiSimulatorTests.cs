using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Maas.Judges;
using Maas.Power.Ipmi;

namespace Maas.Power.Tests.Ipmi;

/// <summary>The driver and the client against a management controller that others wrote (OpenIPMI's simulator).</summary>
public sealed class IpmiSimulatorTests : IAsyncLifetime
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly string _folder = Directory.CreateTempSubdirectory("maas-ipmi-").FullName;
    private readonly int _port = FreePort.Find();
    private readonly IpmiDriver _driver = new(new()
    {
        Timing = new()
        {
            Attempts = 1,
            ObserveInterval = TimeSpan.FromMilliseconds(100),
            MinimumInterval = TimeSpan.Zero,
            RetryPause = TimeSpan.FromMilliseconds(100),
        },
        Client = new() { ResponseTimeout = TimeSpan.FromMilliseconds(500) },
    });
    private readonly TcpListener _serial = new(IPAddress.Loopback, 0);
    private Process? _simulator;

    private string StateFile => Path.Combine(_folder, "state");

    private PowerTarget Bmc(string password = "secret", string user = "admin", string driver = "LAN_2_0", string cipher = "3") =>
        new("ipmi", new Dictionary<string, string>
    {
        ["power_address"] = $"127.0.0.1:{_port}", ["power_user"] = user, ["power_pass"] = password, ["cipher_suite_id"] = cipher,
        ["power_driver"] = driver,
    });

    public async ValueTask InitializeAsync()
    {
        Judge.RequireAll("ipmi_sim");
        _serial.Start();
        var chassis = Path.Combine(_folder, "chassis.sh");
        // The simulator asks its chassis by "MC get NAME…" and "MC set NAME VALUE…".
        await File.WriteAllTextAsync(chassis, $"""
            #!/bin/sh
            op=$2; shift 2
            while [ $# -gt 0 ]; do
              case $op-$1 in
                get-power) echo "power:$(cat {StateFile})" ;;
                get-*) echo "$1:default" ;;
                set-power) echo "$2" > {StateFile}; shift ;;
                set-shutdown) echo 0 > {StateFile}; shift ;;
                set-boot) echo "$2" > {StateFile}.boot; shift ;;
                set-*) shift ;;
              esac
              shift
            done
            """);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(chassis, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(StateFile, "0\n");
        await File.WriteAllTextAsync(Path.Combine(_folder, "lan.conf"), $"""
            name "node"
            set_working_mc 0x20
              startlan 1
                addr 127.0.0.1 {_port}
                priv_limit admin
                allowed_auths_callback none md2 md5 straight
                allowed_auths_user none md2 md5 straight
                allowed_auths_operator none md2 md5 straight
                allowed_auths_admin none md2 md5 straight
                guid a123456789abcdefa123456789abcdef
              endlan
              chassis_control "{chassis} 0x20"
              sol "tcp:{_serial.LocalEndpoint}" 115200
              startnow false
              user 1 true "" "" user 10 none md2 md5 straight
              user 2 true "admin" "secret" admin 10 none md2 md5 straight

            """);
        await File.WriteAllTextAsync(Path.Combine(_folder, "controller.emu"), $"""
            mc_setbmc 0x20
            mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02
            sel_enable 0x20 1000 0x0a
            sel_add 0x20 0x02 0 0 0 0 0x20 0 4 0x12 0x21 0x6f 1 2 3
            sensor_add 0x20 0 1 0x01 0x01
            sensor_set_event_support 0x20 0 1 1 1 0 {new string('0', 15)} {new string('0', 15)} {new string('0', 15)} {new string('0', 15)}
            sensor_set_value 0x20 0 1 0x33 0
            main_sdr_add 0x20 %sdr
            mc_add_fru_data 0x20 0 256 data %fru
            mc_enable 0x20

            """.Replace("%sdr", Hex(Sensor("CPU Temp")), StringComparison.Ordinal)
            .Replace("%fru", Hex(Inventory("Example", "X 1", "S-42")), StringComparison.Ordinal));
        _simulator = Judge.Start(
            "ipmi_sim",
            ["-c", Path.Combine(_folder, "lan.conf"), "-f", Path.Combine(_folder, "controller.emu"), "-s", _folder, "-n"],
            _folder);
        _simulator.OutputDataReceived += (_, _) => { };
        _simulator.ErrorDataReceived += (_, _) => { };
        _simulator.BeginOutputReadLine();
        _simulator.BeginErrorReadLine();

        // It is ready when it answers; until then the port refuses.
        PowerResult answer;
        var tries = 0;
        do answer = await _driver.QueryAsync(Bmc(), Stop);
        while (answer is PowerResult.Failed { Failure: PowerFailure.Unreachable } && ++tries < 2000);
        answer.Should().Be(new PowerResult.Observed(PowerState.Off));
    }

    public ValueTask DisposeAsync()
    {
        _serial.Dispose();
        if (_simulator is { HasExited: false }) _simulator.Kill(entireProcessTree: true);
        _simulator?.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_machine_is_set_to_network_boot_turned_on_and_turned_off()
    {
        (await _driver.SetNextBootAsync(Bmc(), NextBoot.Network, Stop)).Should().BeOfType<PowerResult.Accepted>();
        File.ReadAllText(StateFile + ".boot").Trim().Should().Be("pxe");

        (await _driver.TurnOnAsync(Bmc(), Stop)).Should().Be(new PowerResult.Observed(PowerState.On));
        File.ReadAllText(StateFile).Trim().Should().Be("1");

        (await _driver.TurnOffAsync(Bmc(), PowerOffMode.Soft, Stop)).Should().Be(new PowerResult.Observed(PowerState.Off));
        (await _driver.TurnOnAsync(Bmc(driver: "LAN"), Stop)).Should().Be(new PowerResult.Observed(PowerState.On));
        (await _driver.TurnOffAsync(Bmc(), PowerOffMode.Hard, Stop)).Should().Be(new PowerResult.Observed(PowerState.Off));
        File.ReadAllText(StateFile).Trim().Should().Be("0");
    }

    [Theory]
    [InlineData("admin", "wrong", "LAN_2_0")]
    [InlineData("nobody", "secret", "LAN_2_0")]
    [InlineData("admin", "wrong", "LAN")]
    [InlineData("nobody", "secret", "LAN")]
    public async Task Wrong_credentials_are_told_from_silence(string user, string password, string driver) =>
        (await _driver.QueryAsync(Bmc(password, user, driver), Stop))
            .Should().BeOfType<PowerResult.Failed>().Which.Failure.Should().Be(PowerFailure.CredentialsRefused);

    [Fact]
    public async Task A_cipher_suite_that_the_controller_lacks_is_named() =>
        (await _driver.QueryAsync(Bmc(cipher: "17"), Stop))
            .Should().BeOfType<PowerResult.Failed>().Which.Reason.Should().Contain("cipher suite");

    [Fact]
    public async Task A_controller_that_is_not_there_is_unreachable()
    {
        var nobody = new PowerTarget(
            "ipmi", new Dictionary<string, string> { ["power_address"] = $"127.0.0.1:{FreePort.Find()}", ["cipher_suite_id"] = "3" });
        (await _driver.QueryAsync(nobody, Stop))
            .Should().BeOfType<PowerResult.Failed>().Which.Failure.Should().Be(PowerFailure.Unreachable);
    }

    [Fact]
    public async Task Sensors_log_and_inventory_are_read()
    {
        await using var session = await Connect();
        (await session.GetDeviceAsync(Stop)).Should().Be(new IpmiDevice(new Version(9, 8), new Version(2, 0), 0x1291, 0xf02));
        var sensor = (await session.ReadSensorsAsync(Stop).ToListAsync(Stop)).Should().ContainSingle().Subject;
        (sensor.Name, sensor.Value, sensor.Unit).Should().Be(("CPU Temp", 51, "degrees C"));
        var entries = await session.ReadEventLogAsync(Stop).ToListAsync(Stop);
        entries.Should().ContainSingle(entry => entry.SensorType == 0x12 && entry.SensorNumber == 0x21 && entry.EventType == 0x6f);
        await session.ClearEventLogAsync(Stop);
        (await session.ReadEventLogAsync(Stop).ToListAsync(Stop)).Should().NotContain(entry => entry.SensorNumber == 0x21);
        (await session.ReadInventoryAsync(cancellationToken: Stop))!.Product
            .Should().BeEquivalentTo(new { Manufacturer = "Example", Name = "X 1", SerialNumber = "S-42" });
    }

    [Fact]
    public async Task The_serial_console_reads_and_types()
    {
        using var machine = await _serial.AcceptTcpClientAsync(Stop);
        var port = machine.GetStream();
        await using var session = await Connect();
        await using var console = await session.OpenSerialAsync(Stop);
        var buffer = new byte[1000];
        await port.WriteAsync("login: "u8.ToArray(), Stop);
        await console.ReadExactlyAsync(buffer.AsMemory(0, 7), Stop);
        buffer[..7].Should().Equal("login: "u8.ToArray());
        var typed = Enumerable.Range(0, 600).Select(i => (byte)('a' + (i % 26))).ToArray();
        await console.WriteAsync(typed, Stop);
        await port.ReadExactlyAsync(buffer.AsMemory(0, typed.Length), Stop);
        buffer[..typed.Length].Should().Equal(typed);
    }

    private Task<IpmiSession> Connect() => new IpmiClient().ConnectAsync(
        new IpmiConnectionSettings
        {
            Host = "127.0.0.1", Port = _port, UserName = "admin", Password = "secret", Privilege = IpmiPrivilege.Administrator,
        },
        Stop);

    private static string Hex(byte[] bytes) => string.Join(' ', bytes.Select(value => $"0x{value:x2}"));

    // A full sensor record of a temperature in degrees (IPMI 2.0 table 43-1).
    private static byte[] Sensor(string name)
    {
        var record = new byte[48 + name.Length];
        (record[2], record[3], record[4], record[5], record[7]) = (0x51, 1, (byte)(record.Length - 5), 0x20, 1);
        (record[12], record[13], record[21], record[24]) = (1, 1, 1, 1);
        record[47] = (byte)(0xc0 | name.Length);
        Encoding.ASCII.GetBytes(name).CopyTo(record, 48);
        return record;
    }

    private static byte[] Inventory(string manufacturer, string name, string serialNumber)
    {
        List<byte> area = [1, 8, 25];
        foreach (var text in new[] { manufacturer, name, "PN", "v1", serialNumber, "" })
            area.AddRange([(byte)(0xc0 | text.Length), .. Encoding.ASCII.GetBytes(text)]);
        area.Add(0xc1);
        byte[] fru = [1, 0, 0, 0, 1, 0, 0, 0xfe, .. area];
        return [.. fru, .. new byte[256 - fru.Length]];
    }
}
