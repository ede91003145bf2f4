using Maas.Core.Nodes;
using Maas.Core.Scripts;

namespace Maas.Core.Tests.Nodes;

/// <summary>An operation that boots a machine, and of which nothing is heard in time, begins anew as often as the options say.</summary>
public class RetryTests
{
    private static readonly TimeSpan TooLong = TimeSpan.FromMinutes(31);

    [Fact]
    public async Task Without_the_option_a_passed_deadline_is_a_failure()
    {
        await using var test = await TestCore.OpenAsync();
        var id = (await test.EnlistAsync()).Id;
        await test.DoAsync(id, new MachineCommand.Commission());

        (await PassAsync(test, id)).Status.Should().Be(MachineStatus.FailedCommissioning);
    }

    [Fact]
    public async Task Commissioning_begins_anew_with_all_its_scripts_until_no_retry_is_left()
    {
        await using var test = await WithRetriesAsync(2);
        var id = (await test.EnlistAsync()).Id;
        var first = await test.DoAsync(id, new MachineCommand.Commission { TestingScripts = ["cpu-load"] });
        var inventory = (await test.Core.ScriptResults.PendingAsync(id))[0].Result;
        await test.Core.ScriptResults.ReportAsync(id, new ScriptReport { ResultId = inventory.Id, Status = ScriptStatus.Running });

        var second = await PassAsync(test, id);

        (second.Status, second.Retries, second.CheckedIn).Should().Be((MachineStatus.Commissioning, 1, false));
        second.OperationId.Should().NotBe(first.OperationId!.Value);
        second.Deadline.Should().BeAfter(test.Clock.GetUtcNow());
        (await test.Core.ScriptResults.ListAsync(id)).Single(result => result.Id == inventory.Id).Status.Should().Be(ScriptStatus.TimedOut);
        (await test.Core.ScriptResults.PendingAsync(id)).Select(each => each.Result.Name).Should()
            .Equal("00-maas-inventory", "cpu-load");
        (await PassAsync(test, id)).Retries.Should().Be(2);
        (await PassAsync(test, id)).Status.Should().Be(MachineStatus.FailedCommissioning);
        (await test.Core.Events.QueryAsync(new() { MachineIds = [id] })).Select(each => each.Note)
            .Where(note => note.Type == "Retry").Select(note => note.Description).Should().SatisfyRespectively(
                later => later.Should().EndWith("It is begun anew: retry 2 of 2."),
                earlier => earlier.Should().StartWith("Node operation 'Commissioning' timed out after 30 minutes.").And
                    .EndWith("It is begun anew: retry 1 of 2."));
        (await test.DoAsync(id, new MachineCommand.Commission())).Retries.Should().Be(0, "a command begins to count anew");
    }

    [Fact]
    public async Task A_failure_that_the_machine_reports_is_not_repeated()
    {
        await using var test = await WithRetriesAsync(2);
        var id = (await test.EnlistAsync()).Id;
        await test.DoAsync(id, new MachineCommand.Commission());

        (await test.DoAsync(id, new MachineReport.Signal(SignalReport.Failed, "no disk"))).Status.Should()
            .Be(MachineStatus.FailedCommissioning);
    }

    [Fact]
    public async Task A_deployment_begins_anew_from_the_network_with_its_user_data_and_another_key()
    {
        await using var test = await WithRetriesAsync(1);
        await test.UploadAsync();
        var id = (await test.ReadyAsync()).Id;
        await test.DoAsync(id, new MachineCommand.Deploy("bob") { UserData = "#cloud-config\n"u8.ToArray() });
        await test.SettleAsync(id);
        var key = (await test.Core.MachineTokens.GetOrCreateAsync(id))!.TokenKey;
        await test.DoAsync(id, new MachineReport.NetbootOff());

        var machine = await PassAsync(test, id);

        (machine.Status, machine.Netboot, machine.Owner).Should().Be((MachineStatus.Deploying, true, "bob"));
        machine.NextBoot.Should().BeOfType<BootIntent.Install>();
        (await test.Machines.GetUserDataAsync(id)).Should().NotBeNull();
        (await test.Core.MachineTokens.GetAsync(id))?.TokenKey.Should().NotBe(key);
        (await PassAsync(test, id)).Status.Should().Be(MachineStatus.FailedDeployment);
    }

    private static Task<TestCore> WithRetriesAsync(int retries) =>
        TestCore.OpenAsync(options => options.Deadlines = new MachineDeadlines { Retries = retries });

    private static async Task<Machine> PassAsync(TestCore test, SystemId id)
    {
        await test.SettleAsync(id);
        test.Clock.Advance(TooLong);
        await test.Core.Deadlines.PassAsync();
        return await test.GetAsync(id);
    }
}
