using Maas.Power.Ipmi;
using Maas.Power.Tests.Tools;
using Maas.Power.Tools;
using Microsoft.Extensions.Time.Testing;
using static Maas.Power.Tests.Tools.ScriptedTool;

namespace Maas.Power.Tests.Ipmi;

public class IpmiDriverTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private const string NoAnswer = "Error: Unable to establish IPMI v2 / RMCP+ session\n";

    private const string NoAdministrator = "Set Session Privilege Level to ADMINISTRATOR failed\n" + NoAnswer;

    private readonly FakeTimeProvider _time = new();

    private static string PrivilegeOf(ToolRequest request) => request.Arguments.SkipWhile(argument => argument != "-L").ElementAt(1);

    private static PowerTarget Bmc(params (string, string)[] more) => new("ipmi",
        [.. new[] { ("power_address", "10.0.0.7"), ("power_user", "maas"), ("power_pass", "hunter2") }.Concat(more)
            .Select(p => KeyValuePair.Create(p.Item1, p.Item2))]);

    private IpmiDriver Driver(IToolRunner tool, IpmiOptions? options = null) => new(options ?? new(), _time, tool);

    // Lets the fake clock run until the driver has its answer.
    private async Task<PowerResult> In_time(Task<PowerResult> asked)
    {
        while (!asked.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        return await asked;
    }

    [Theory]
    [InlineData("Chassis Power is on", PowerState.On)]
    [InlineData("Chassis Power is off", PowerState.Off)]
    [InlineData("warning: slow controller\r\nchassis power is ON\r\n", PowerState.On)]
    public async Task A_query_reads_the_state(string output, PowerState state) =>
        (await Driver(new ScriptedTool((_, _) => Says(output))).QueryAsync(Bmc(), Stop)).Should().Be(new PowerResult.Observed(state));

    [Theory]
    [InlineData("")]
    [InlineData("Chassis Power Control: Up/On")]
    [InlineData("Chassis Power is one of a kind")]
    public async Task A_state_that_is_not_there_is_not_guessed(string output) =>
        (await Driver(new ScriptedTool((_, _) => Says(output))).QueryAsync(Bmc(), Stop))
            .Should().BeOfType<PowerResult.Failed>().Which.Failure.Should().Be(PowerFailure.Unintelligible);

    [Fact]
    public async Task Turning_on_is_done_when_the_machine_is_seen_on()
    {
        var tool = new ScriptedTool((request, count) => CommandOf(request) == "power on"
            ? Says("Chassis Power Control: Up/On")
            : Says(count < 5 ? "Chassis Power is off" : "Chassis Power is on"));
        (await In_time(Driver(tool).TurnOnAsync(Bmc(), Stop))).Should().Be(new PowerResult.Observed(PowerState.On));
        tool.Commands.Should().Equal("power status", "power on", "power status", "power status", "power status");
    }

    [Fact]
    public async Task A_machine_that_is_on_is_left_alone()
    {
        var tool = new ScriptedTool((_, _) => Says("Chassis Power is on"));
        (await Driver(tool).TurnOnAsync(Bmc(), Stop)).State.Should().Be(PowerState.On);
        tool.Commands.Should().Equal("power status");
    }

    [Fact]
    public async Task A_controller_that_says_yes_and_does_nothing_is_found_out()
    {
        var tool =
            new ScriptedTool(
                (request, _) => Says(CommandOf(request) == "power on" ? "Chassis Power Control: Up/On" : "Chassis Power is off"));
        var start = _time.GetUtcNow();
        var answer = await In_time(Driver(tool).TurnOnAsync(Bmc(), Stop));
        answer.Should().BeOfType<PowerResult.Failed>().Which.Failure.Should().Be(PowerFailure.NotObserved);
        (_time.GetUtcNow() - start).Should().BeGreaterThanOrEqualTo(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_refusal_counts_for_nothing_when_the_machine_is_off_all_the_same()
    {
        var tool = new ScriptedTool((request, count) => CommandOf(request) == "power off"
            ? Fails("Set Chassis Power Control to Down/Off failed: Command not supported in present state")
            : Says(count == 1 ? "Chassis Power is on" : "Chassis Power is off"));
        (await In_time(Driver(tool).TurnOffAsync(Bmc(), PowerOffMode.Hard, Stop))).State.Should().Be(PowerState.Off);
    }

    [Fact]
    public async Task A_soft_power_off_asks_the_operating_system_and_waits_longer()
    {
        var start = _time.GetUtcNow();
        var tool = new ScriptedTool((request, _) => Says(CommandOf(request) == "power soft" ? "Chassis Power Control: Soft"
            : _time.GetUtcNow() - start > TimeSpan.FromMinutes(3) ? "Chassis Power is off" : "Chassis Power is on"));
        (await In_time(Driver(tool).TurnOffAsync(Bmc(), PowerOffMode.Soft, Stop))).State.Should().Be(PowerState.Off);
        tool.Commands.Should().Contain("power soft").And.NotContain("power off");
    }

    [Fact]
    public async Task One_lost_answer_does_not_fail_a_command()
    {
        var tool = new ScriptedTool((_, count) => count < 3 ? Fails(NoAnswer) : Says("Chassis Power is on"));
        (await In_time(Driver(tool).QueryAsync(Bmc(), Stop))).State.Should().Be(PowerState.On);
        tool.Requests.Should().HaveCount(3);
    }

    [Fact]
    public async Task Silence_is_unreachable_after_as_many_attempts_as_the_options_say()
    {
        var tool = new ScriptedTool((_, _) => Fails(NoAnswer));
        var answer = await In_time(Driver(tool, new() { Attempts = 5 }).QueryAsync(Bmc(), Stop));
        answer.Should().BeOfType<PowerResult.Failed>().Which.Failure.Should().Be(PowerFailure.Unreachable);
        tool.Requests.Should().HaveCount(5);
    }

    [Theory]
    [InlineData("> RAKP 2 HMAC is invalid\n" + NoAnswer)]
    [InlineData("RAKP 2 message indicates an error : unauthorized name\n" + NoAnswer)]
    [InlineData("Invalid user name\nError: Unable to establish LAN session\n")]
    [InlineData("Activate Session command failed\nError: Unable to establish LAN session\n")]
    public async Task Refused_credentials_are_not_tried_again_lest_the_account_be_locked(string error)
    {
        var tool = new ScriptedTool((_, _) => Fails(error));
        var answer = await In_time(Driver(tool).TurnOnAsync(Bmc(), Stop));
        answer.Should().BeOfType<PowerResult.Failed>().Which.Failure.Should().Be(PowerFailure.CredentialsRefused);
        tool.Requests.Should().HaveCount(1);
    }

    [Theory]
    [InlineData("Address lookup for bmc.invalid failed\nCould not open socket!\n" + NoAnswer, PowerFailure.Unreachable)]
    [InlineData("Error in open session response message : invalid authentication algorithm\n" + NoAnswer, PowerFailure.BadParameters)]
    [InlineData("Error in open session response message : insufficient resources for session\n" + NoAnswer, PowerFailure.TimedOut)]
    [InlineData("Set Chassis Power Control to Up/On failed: Node busy\n", PowerFailure.TimedOut)]
    [InlineData("Something nobody has seen before\n", PowerFailure.CommandRefused)]
    [InlineData("", PowerFailure.Unintelligible)]
    public async Task What_ipmitool_complains_of_is_told_apart(string error, PowerFailure failure) =>
        (await In_time(Driver(new ScriptedTool((_, _) => Fails(error))).QueryAsync(Bmc(), Stop)))
            .Should().BeOfType<PowerResult.Failed>().Which.Failure.Should().Be(failure);

    [Theory]
    [InlineData("> RAKP 2 HMAC is invalid\n" + NoAnswer, new[] { "cipher_suite_id 3 or 17", "16 bytes", "workaround_flags" })]
    [InlineData("RAKP 4 message has invalid integrity check value\n" + NoAnswer, new[] { "K_g", "cipher_suite_id 3 or 17" })]
    [InlineData("Activate Session command failed\nError: Unable to establish LAN session\n", new[] { "16 bytes", "privilege" })]
    public async Task A_login_that_does_not_match_names_every_possible_cause_and_not_the_password_alone(string error, string[] causes) =>
        (await Driver(new ScriptedTool((_, _) => Fails(error))).QueryAsync(Bmc(), Stop))
            .Should().BeOfType<PowerResult.Failed>().Which.Reason.Should().ContainAll(causes);

    [Fact]
    public async Task A_refused_administrator_is_asked_once_more_as_an_operator_and_the_answer_says_so()
    {
        var tool =
            new ScriptedTool(
                (request, _) => PrivilegeOf(request) == "ADMINISTRATOR" ? Fails(NoAdministrator) : Says("Chassis Power is on"));

        var answer = await Driver(tool).TurnOnAsync(Bmc(("privilege_level", "ADMIN")), Stop);

        answer.State.Should().Be(PowerState.On);
        answer.Should().BeOfType<PowerResult.Observed>().Which.Note.Should().Contain("OPERATOR was used");
        tool.Requests.Select(PrivilegeOf).Should().Equal("ADMINISTRATOR", "OPERATOR");
    }

    [Fact]
    public async Task The_lower_privilege_is_kept_for_all_commands_of_a_request()
    {
        var tool = new ScriptedTool((request, count) => PrivilegeOf(request) == "ADMINISTRATOR" ? Fails(NoAdministrator)
            : Says(count < 4 ? "Chassis Power is off" : "Chassis Power is on"));

        (await In_time(Driver(tool).TurnOnAsync(Bmc(("privilege_level", "ADMIN")), Stop))).State.Should().Be(PowerState.On);

        tool.Requests.Should().HaveCountGreaterThan(3);
        tool.Requests.Select(PrivilegeOf).Should().Equal(["ADMINISTRATOR", .. Enumerable.Repeat("OPERATOR", tool.Requests.Count - 1)]);
    }

    [Fact]
    public async Task An_operator_who_is_refused_too_is_a_failure_after_one_more_try()
    {
        var tool = new ScriptedTool((_, _) => Fails(NoAdministrator));

        var answer = await Driver(tool).SetNextBootAsync(Bmc(("privilege_level", "ADMIN")), NextBoot.Network, Stop);

        answer.Should().BeOfType<PowerResult.Failed>().Which.Failure.Should().Be(PowerFailure.CredentialsRefused);
        answer.Should().BeOfType<PowerResult.Failed>().Which.Reason.Should().Contain("OPERATOR was used");
        tool.Requests.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_refused_operator_is_not_asked_again()
    {
        var tool = new ScriptedTool((_, _) => Fails("Set Session Privilege Level to OPERATOR failed\n" + NoAnswer));

        var answer = await Driver(tool).QueryAsync(Bmc(), Stop);

        answer.Should().BeOfType<PowerResult.Failed>().Which.Failure.Should().Be(PowerFailure.CredentialsRefused);
        tool.Requests.Should().HaveCount(1);
    }

    [Fact]
    public async Task A_missing_program_is_named_with_its_package()
    {
        var answer = await Driver(new ToolProcess(), new() { Tool = "no-such-ipmitool" }).QueryAsync(Bmc(), Stop);
        var failed = answer.Should().BeOfType<PowerResult.Failed>().Subject;
        failed.Failure.Should().Be(PowerFailure.ToolMissing);
        failed.Reason.Should().Contain("no-such-ipmitool").And.Contain("apt-get install ipmitool");
    }

    [Fact]
    public async Task A_program_that_hangs_is_ended_and_reported()
    {
        var answer = await In_time(Driver(new HangingTool()).QueryAsync(Bmc(), Stop));
        answer.Should().BeOfType<PowerResult.Failed>().Which.Failure.Should().Be(PowerFailure.TimedOut);
    }

    [Fact]
    public async Task The_caller_can_stop_waiting()
    {
        using var stop = new CancellationTokenSource();
        var asked = Driver(new HangingTool()).QueryAsync(Bmc(), stop.Token);
        await stop.CancelAsync();
        await asked.Invoking(t => t).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task No_secret_is_an_argument_or_part_of_a_reason()
    {
        var tool = new ScriptedTool((_, _) => Fails("something hunter2 with the K_g key sesame went wrong"));
        var target = Bmc(("k_g", "sesame"));
        var answer = await In_time(Driver(tool).QueryAsync(target, Stop));

        var request = tool.Requests[0];
        request.Arguments.Should().NotContain(a => a.Contains("hunter2") || a.Contains("sesame"));
        request.Environment.Should().Contain("IPMI_PASSWORD", "hunter2").And.Contain("IPMI_KGKEY", "sesame");
        answer.ToString().Should().NotContain("hunter2").And.NotContain("sesame");
        request.ToString().Should().NotContain("hunter2");
        target.ToString().Should().NotContain("hunter2").And.NotContain("sesame").And.Contain("power_pass=***");
    }

    [Theory]
    [InlineData(NextBoot.Network, "auto", "bootdev pxe")]
    [InlineData(NextBoot.Network, "efi", "bootdev pxe options=efiboot")]
    [InlineData(NextBoot.Disk, "legacy", "bootdev disk")]
    public async Task The_next_boot_is_chosen_once(NextBoot device, string bootType, string command)
    {
        var tool = new ScriptedTool((_, _) => Says("Set Boot Device to pxe"));
        (await Driver(tool).SetNextBootAsync(Bmc(("power_boot_type", bootType)), device, Stop)).Should().BeOfType<PowerResult.Accepted>();
        tool.Commands.Should().Equal(command);
    }

    private sealed class HangingTool : IToolRunner
    {
        public async Task<ToolOutcome> RunAsync(ToolRequest request, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            throw new InvalidOperationException("never ends by itself");
        }
    }
}
