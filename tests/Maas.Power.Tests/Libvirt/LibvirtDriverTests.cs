using Maas.Judges;
using Maas.Power.Libvirt;
using Maas.Power.Tests.Tools;
using Maas.Power.Tools;

namespace Maas.Power.Tests.Libvirt;

public sealed class LibvirtDriverTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static PowerTarget Machine(string address = "qemu:///system", string id = "vm1") => new("virsh", new Dictionary<string, string>
    {
        ["power_address"] = address, ["power_id"] = id,
    });

    private static LibvirtDriver Driver(IToolRunner tool) => new(new() { Timing = QuickTiming.Options }, TimeProvider.System, tool);

    [Fact]
    public async Task A_virtual_machine_is_started_and_shut_down()
    {
        var state = "shut off";
        var tool = new ScriptedTool((request, _) =>
        {
            state = request.Arguments[3] switch
            {
                "start" => "running",
                "destroy" or "shutdown" => "shut off",
                _ => state,
            };
            return ScriptedTool.Says(state + "\n\n");
        });
        (await Driver(tool).TurnOnAsync(Machine("qemu+ssh://maas@host/system"), Stop)).State.Should().Be(PowerState.On);
        (await Driver(tool).TurnOffAsync(Machine(), PowerOffMode.Soft, Stop)).State.Should().Be(PowerState.Off);
        tool.Requests[1].Arguments.Should().Equal(
            "--quiet", "--connect", "qemu+ssh://maas@host/system?no_tty=1", "start", "--domain", "vm1");
    }

    [Theory]
    [InlineData("error: failed to get domain 'vm1'", PowerFailure.BadParameters)]
    [InlineData("maas@host: Permission denied (publickey).", PowerFailure.CredentialsRefused)]
    [InlineData("Host key verification failed.", PowerFailure.CredentialsRefused)]
    [InlineData("error: failed to connect to the hypervisor", PowerFailure.Unreachable)]
    [InlineData("error: something else", PowerFailure.CommandRefused)]
    public async Task A_complaint_of_virsh_has_its_name(string error, PowerFailure failure) =>
        (await Driver(new ScriptedTool((_, _) => ScriptedTool.Fails(error))).QueryAsync(Machine(), Stop))
            .Should().BeOfType<PowerResult.Failed>().Which.Failure.Should().Be(failure);

    [Theory]
    [InlineData("qemu+ssh://host/system?command=/bin/sh", "vm1")]
    [InlineData("qemu+ext:///system", "vm1")]
    [InlineData("qemu+ssh://-oProxyCommand=x/system", "vm1")]
    [InlineData("http://host/", "vm1")]
    [InlineData("", "vm1")]
    [InlineData("qemu:///system", "--all")]
    [InlineData("qemu:///system", "")]
    public async Task A_parameter_that_could_run_a_program_is_refused(string address, string id)
    {
        var tool = new ScriptedTool((_, _) => ScriptedTool.Says("running"));
        (await Driver(tool).QueryAsync(Machine(address, id), Stop))
            .Should().BeOfType<PowerResult.Failed>().Which.Failure.Should().Be(PowerFailure.BadParameters);
        tool.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task A_missing_program_is_named() =>
        (await new LibvirtDriver(new() { Tool = "no-such-virsh" }).QueryAsync(Machine(), Stop))
            .Should().BeOfType<PowerResult.Failed>().Which.Should().Match<PowerResult.Failed>(
                failed => failed.Failure == PowerFailure.ToolMissing && failed.Reason.Contains("apt-get install libvirt-clients"));

    [Fact]
    public async Task The_real_virsh_tells_the_state_of_its_test_machine()
    {
        Judge.RequireAll("virsh");
        var driver = new LibvirtDriver(new() { Timing = QuickTiming.Options });
        (await driver.QueryAsync(Machine("test:///default", "test"), Stop)).Should().Be(new PowerResult.Observed(PowerState.On));
        (await driver.QueryAsync(Machine("test:///default", "other"), Stop))
            .Should().BeOfType<PowerResult.Failed>().Which.Failure.Should().Be(PowerFailure.BadParameters);
    }
}
