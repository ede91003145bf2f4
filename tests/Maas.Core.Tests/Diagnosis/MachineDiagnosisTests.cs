using System.Net;
using Maas.Core.Diagnosis;
using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Core.Power;

namespace Maas.Core.Tests.Diagnosis;

/// <summary>The diagnosis over a store, and at a deadline.</summary>
public class MachineDiagnosisTests
{
    private static readonly MacAddress Mac = MacAddress.Parse("52:54:00:00:00:01");

    [Fact]
    public async Task A_deadline_names_the_likely_cause_in_the_status_message_and_the_event()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await CommissioningAsync(test);
        await ObserveAsync(test, new BootEvidence.Dhcp("DISCOVER", null, null, null, TimeSpan.Zero, "no free address", 1)
        {
            Firmware = "X64Uefi",
        });
        test.Clock.Advance(TimeSpan.FromMinutes(30));

        await test.Core.Deadlines.PassAsync();

        const string Words = "Node operation 'Commissioning' timed out after 30 minutes. "
            + "Likely cause: The server does not answer the machine: no free address.";
        machine = await test.GetAsync(machine.Id);
        machine.Status.Should().Be(MachineStatus.FailedCommissioning);
        machine.StatusMessage.Should().Be(Words);
        (await test.Core.Events.QueryAsync(new EventQuery { MachineIds = [machine.Id], Level = EventLevel.Error }))
            .Should().ContainSingle().Which.Note.Description.Should().Be(Words);
    }

    [Fact]
    public async Task A_waiting_machine_is_explained_before_its_deadline_and_a_failed_one_after_it()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await CommissioningAsync(test);
        test.Clock.Advance(TimeSpan.FromMinutes(6));
        (await BestAsync(test, machine.Id)).Should().Be("no-discover");
        test.Clock.Advance(TimeSpan.FromMinutes(24));
        await test.Core.Deadlines.PassAsync();
        await test.SettleAsync(machine.Id);
        test.Clock.Advance(TimeSpan.FromHours(5));

        (await BestAsync(test, machine.Id)).Should().Be("no-discover");
    }

    [Fact]
    public async Task The_status_message_of_a_waiting_machine_ends_with_the_likely_cause_as_long_as_there_is_one()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await CommissioningAsync(test);
        await test.DoAsync(machine.Id, new MachineReport.Signal(SignalReport.Working, "Loading drivers"));
        (await test.Core.DiagnosisUpdates.PassAsync()).Should().Be(0);
        test.Clock.Advance(TimeSpan.FromMinutes(6));

        (await test.Core.DiagnosisUpdates.PassAsync()).Should().Be(1);
        (await test.Core.DiagnosisUpdates.PassAsync()).Should().Be(0, "it is shown already");
        (await test.GetAsync(machine.Id)).StatusMessage.Should()
            .StartWith("Loading drivers Likely cause: No DISCOVER of the machine arrives");

        await ObserveAsync(test, new BootEvidence.Dhcp("DISCOVER", "OFFER", IPAddress.Loopback, "a.efi", TimeSpan.Zero, "a free address", 1)
        {
            Firmware = "X64Uefi",
        });
        (await test.Core.DiagnosisUpdates.PassAsync()).Should().Be(1);
        (await test.GetAsync(machine.Id)).StatusMessage.Should().Be("Loading drivers");
    }

    [Fact]
    public async Task A_power_action_that_is_still_being_tried_is_the_explanation()
    {
        await using var test = await TestCore.OpenAsync();
        test.Power.Answer = _ => new MachinePowerResult.Failed("no route to host");
        var machine = await test.EnlistAsync();
        await test.DoAsync(machine.Id, new MachineCommand.Accept());
        await test.Core.PowerQueue.PassAsync();

        var report = await test.Core.Diagnosis.ExplainAsync(await test.GetAsync(machine.Id));

        report.Explanations[0].Rule.Should().Be("bmc-unreachable");
        report.Explanations[0].Cause.Should().Contain("no route to host");
    }

    [Fact]
    public async Task The_controller_of_a_machine_that_waits_for_too_long_is_asked_whether_it_is_on()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await CommissioningAsync(test);
        await test.Core.DiagnosisUpdates.PassAsync();
        (await test.Core.PowerQueue.PassAsync()).Should().Be(0, "nothing says yet that it does not go on");
        test.Clock.Advance(TimeSpan.FromMinutes(6));
        test.Power.Answer = action => action is PowerAction.Query ? new MachinePowerResult.Done(MachinePowerState.Off) : null;

        await test.Core.DiagnosisUpdates.PassAsync();
        await test.Core.DiagnosisUpdates.PassAsync();
        (await test.Core.PowerQueue.PassAsync()).Should().Be(1, "once in five minutes");

        (await test.GetAsync(machine.Id)).PowerState.Should().Be(MachinePowerState.Off);
        (await BestAsync(test, machine.Id)).Should().Be("machine-off");
        (await test.Core.PowerQueue.PassAsync()).Should().Be(0);
    }

    [Fact]
    public async Task A_machine_at_rest_has_no_explanation()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.ReadyAsync();
        (await test.Core.Diagnosis.ExplainAsync(machine)).Explanations.Should().BeEmpty();
    }

    [Fact]
    public async Task Text_that_is_not_understood_is_left_out()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await CommissioningAsync(test);
        foreach (var kind in new[] { "dhcp", "tftp", "script", "syslog", "made-up" })
            await test.Core.Timeline.ObserveAsync(
                new Observation(test.Clock.GetUtcNow(), Mac, kind, new string('(', 400) + "; xid 00000000)"));
        (await test.Core.Diagnosis.ExplainAsync(await test.GetAsync(machine.Id))).Explanations.Should().BeEmpty();
    }

    private static async Task<Machine> CommissioningAsync(TestCore test)
    {
        var machine = await test.EnlistAsync(Mac.ToString());
        await test.DoAsync(machine.Id, new MachineCommand.Accept());
        await test.SettleAsync(machine.Id);
        test.Clock.Advance(TimeSpan.FromSeconds(1));
        return await test.GetAsync(machine.Id);
    }

    private static async Task ObserveAsync(TestCore test, BootEvidence evidence) =>
        await test.Core.Timeline.ObserveAsync(new Observation(test.Clock.GetUtcNow(), Mac, evidence.Kind, evidence.ToText()));

    private static async Task<string> BestAsync(TestCore test, SystemId id) =>
        (await test.Core.Diagnosis.ExplainAsync(await test.GetAsync(id))).Explanations[0].Rule;
}
