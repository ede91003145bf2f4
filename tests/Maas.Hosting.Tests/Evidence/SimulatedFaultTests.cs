using Maas.Core;
using Maas.Core.Diagnosis;
using Maas.Core.Nodes;
using Maas.Testing;

namespace Maas.Hosting.Tests.Evidence;

/// <summary>
/// Why did it not boot? Each fault is simulated on a network in memory against Boot's servers, policy and API, and the rule of the fault
/// explains it while the machine waits, or when the machine has reported the failure.
/// </summary>
public class SimulatedFaultTests
{
    // A sentence of a length that is read, on one line.
    private const string Readable = @"^[A-Za-z0-9][^\r\n\t]{18,499}$";

    private static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => [.. SimulatedFaults.All.Keys];

    [Theory, MemberData(nameof(Names))]
    public async Task A_simulated_fault_is_explained_by_its_rule_before_the_deadline(string fault)
    {
        var found = await SimulatedFaults.All[fault]();

        found.Explanations.Should().NotBeEmpty("the machine is {0}", found.Machine.Status);
        var best = found.Explanations[0];
        best.Rule.Should().Be(SimulatedFaults.RuleOf(fault), "it says {0}", best.Cause);
        best.Evidence.Should().NotBeEmpty().And.OnlyContain(entry => found.Timeline.Contains(entry));
        best.Cause.Should().MatchRegex(Readable).And.NotContain("  ").And.NotContain("..");
        best.NextStep.Should().MatchRegex(Readable).And.EndWith(".");
        found.Timeline.OfType<TimelineEntry.EventEntry>().Select(entry => entry.Event.Note.Description)
            .Should().NotContain(text => text.StartsWith("Node operation"), "that would be the deadline");
        if (found.Machine.Deadline is null) return; // the machine, or its controller, reported the failure
        found.Machine.StatusMessage.Should().EndWith(best.Cause, "the status message shows the best explanation");
    }

    [Fact]
    public void Each_rule_has_a_simulated_fault() =>
        SimulatedFaults.All.Keys.Select(SimulatedFaults.RuleOf).Distinct()
            .Should().BeEquivalentTo(DiagnosisRules.All.Select(rule => rule.Name));

    [Fact]
    public async Task A_deployment_that_hands_over_leaves_a_device_whose_network_boot_is_not_answered()
    {
        await using var maas = await VirtualMaas.StartAsync();
        var (simulated, machine) = await maas.AddAsync();
        await maas.CommissionAsync(simulated, machine.Id);
        machine = await maas.DeployReadyAsync(machine.Id, handOver: true);
        simulated.TurnOn();
        await maas.Network.RunForAsync(FiveMinutes);

        (await simulated.WhenAtRestAsync(Token)).Should().BeOfType<SettledState.SystemRunning>();
        (await maas.Core.Machines.GetAsync(machine.Id, Token)).Should().BeNull();
        simulated.System!.VendorData.Should().Contain("cloud-init.disabled");
        var mac = MacAddress.Parse(VirtualMaas.Mac);
        (await maas.Core.Devices.FindByMacAsync(mac, Token))!.Hostname.Should().Be(machine.Hostname);
        await maas.Network.RunAsync(() => simulated.TurnOffAsync());

        simulated.TurnOn();
        await maas.Network.RunForAsync(FiveMinutes);

        (await maas.Core.Machines.FindByMacAsync(mac, Token)).Should().BeNull("it does not enlist again");
        (await simulated.WhenAtRestAsync(Token)).Should().BeOfType<SettledState.SystemRunning>("its firmware went on to the disk");
    }
}
