using Maas.Judges;
using Maas.Power.Exec;

namespace Maas.Power.Tests.Exec;

public sealed class ExecDriverTests : IDisposable
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly string _folder = Directory.CreateTempSubdirectory("maas-exec-").FullName;

    private static PowerTarget Machine => new("exec", new Dictionary<string, string>
    {
        ["power_address"] = "rack 1", ["power_pass"] = "hunter2", ["odd name"] = "x",
    });

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private ExecDriver Driver(string script)
    {
        var path = Path.Combine(_folder, "power.sh");
        File.WriteAllText(path, "#!/bin/sh\n" + script);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new ExecDriver(new() { Program = path, Timing = QuickTiming.Options });
    }

    [Fact]
    public async Task A_program_switches_the_machine_and_gets_its_parameters_in_the_environment()
    {
        Judge.RequireAll("sh");
        var driver = Driver($"""
            cd {_folder}
            echo "$1 $MAAS_POWER_ADDRESS $MAAS_POWER_PASS" >> log
            case $1 in
              on) touch on ;;
              off|shutdown) rm on ;;
              status) if [ -e on ]; then echo on; else echo off; fi ;;
            esac
            """);
        (await driver.TurnOnAsync(Machine, Stop)).Should().Be(new PowerResult.Observed(PowerState.On));
        (await driver.TurnOffAsync(Machine, PowerOffMode.Soft, Stop)).State.Should().Be(PowerState.Off);
        (await driver.SetNextBootAsync(Machine, NextBoot.Network, Stop)).Should().BeOfType<PowerResult.Accepted>();
        var log = await File.ReadAllLinesAsync(Path.Combine(_folder, "log"), Stop);
        log.Should().StartWith(["status rack 1 hunter2", "on rack 1 hunter2"]).And.EndWith(["boot-network rack 1 hunter2"]);
    }

    [Theory]
    [InlineData(1, PowerFailure.CommandRefused)]
    [InlineData(3, PowerFailure.CredentialsRefused)]
    [InlineData(4, PowerFailure.TimedOut)]
    public async Task An_exit_code_has_its_name_and_no_secret_is_repeated(int code, PowerFailure failure)
    {
        Judge.RequireAll("sh");
        var result = await Driver($"echo \"no: $MAAS_POWER_PASS\" >&2; exit {code}").QueryAsync(Machine, Stop);
        result.Should().Be(new PowerResult.Failed(failure, $"The program ended with exit code {code}: no: ***."));
    }

    [Fact]
    public async Task What_a_program_cannot_do_is_unsupported()
    {
        Judge.RequireAll("sh");
        (await Driver("exit 2").SetNextBootAsync(Machine, NextBoot.Disk, Stop)).Should().BeOfType<PowerResult.Unsupported>();
    }

    [Fact]
    public async Task A_program_that_hangs_is_ended()
    {
        Judge.RequireAll("sh");
        var path = Path.Combine(_folder, "power.sh");
        _ = Driver("exec sleep 1000");
        var driver = new ExecDriver(new()
        {
            Program = path,
            CommandTimeout = TimeSpan.FromMilliseconds(100),
            Timing = new() { Attempts = 1 },
        });
        (await driver.QueryAsync(Machine, Stop)).Should().BeOfType<PowerResult.Failed>().Which.Failure.Should().Be(PowerFailure.TimedOut);
    }

    [Fact]
    public async Task Without_a_program_in_the_configuration_nothing_is_run()
    {
        var driver = new ExecDriver();
        driver.Validate(Machine).Should().Contain("ExecOptions");
        (await driver.TurnOnAsync(new PowerTarget("exec", [KeyValuePair.Create("program", "/bin/true")]), Stop))
            .Should().BeOfType<PowerResult.Failed>().Which.Failure.Should().Be(PowerFailure.BadParameters);
    }
}
