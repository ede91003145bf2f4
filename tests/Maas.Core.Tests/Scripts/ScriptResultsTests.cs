using System.Net;
using System.Text;
using Maas.Core.Accounts;
using Maas.Core.Nodes;
using Maas.Core.Scripts;

namespace Maas.Core.Tests.Scripts;

public class ScriptResultsTests
{
    [Fact]
    public async Task Commissioning_has_the_inventory_and_the_tests_to_run()
    {
        await using var test = await TestCore.OpenAsync();
        var id = await CommissioningAsync(test);
        var pending = await test.Core.ScriptResults.PendingAsync(id);

        pending.Select(script => (script.Result.Name, script.Result.Kind)).Should().Equal(
            ("00-maas-inventory", ScriptKind.Commissioning), ("10-maas-memory-touch", ScriptKind.Testing),
            ("20-maas-disk-read", ScriptKind.Testing), ("30-maas-network", ScriptKind.Testing));
        pending.Select(script => Encoding.UTF8.GetString(script.Body.Span)).Should().OnlyContain(text => text.StartsWith("#!/bin/sh\n"));
        pending.Should().OnlyContain(script => script.Result.Timeout > TimeSpan.Zero);
    }

    [Fact]
    public async Task A_test_that_fails_is_Failed_testing_by_its_name_and_keeps_its_output()
    {
        await using var test = await TestCore.OpenAsync();
        var id = await CommissioningAsync(test);
        var bad = (await test.Core.ScriptResults.PendingAsync(id)).Single(script => script.Result.Name == "20-maas-disk-read").Result;
        await test.Core.ScriptResults.ReportAsync(id, new ScriptReport { ResultId = bad.Id, Status = ScriptStatus.Running });
        await test.Core.ScriptResults.ReportAsync(id, new ScriptReport { ResultId = bad.Id, ExitStatus = 1, Output = Output("vda: no") });
        await test.RunScriptsAsync(id, Inventories.Small());

        var machine = await test.DoAsync(id, new MachineReport.Signal(SignalReport.Ok, null));

        machine.Status.Should().Be(MachineStatus.FailedTesting, "the inventory is complete");
        machine.StatusMessage.Should().Be("Failed scripts: 20-maas-disk-read.");
        Encoding.UTF8.GetString((await test.Core.ScriptResults.OutputAsync(bad.Id))!.StandardOutput.Span).Should().Be("vda: no");
        (await test.Core.ScriptResults.ListAsync(id)).Single(result => result.Id == bad.Id).Should()
            .Match<ScriptResult>(result =>
            result.Status == ScriptStatus.Failed && result.ExitStatus == 1 && result.Started != null && result.Ended != null);
    }

    [Fact]
    public async Task An_inventory_that_cannot_be_read_is_a_script_that_failed()
    {
        await using var test = await TestCore.OpenAsync();
        var id = await CommissioningAsync(test);
        await test.RunScriptsAsync(id, "maas-inventory\t1\nrubbish");
        var machine = await test.DoAsync(id, new MachineReport.Signal(SignalReport.Ok, null));

        machine.Status.Should().Be(MachineStatus.FailedCommissioning);
        machine.Hardware.Should().BeNull();
        var inventory = (await test.Core.ScriptResults.ListAsync(id)).Single(result => result.Name == BuiltinScripts.Inventory);
        Encoding.UTF8.GetString((await test.Core.ScriptResults.OutputAsync(inventory.Id))!.StandardError.Span).Should()
            .Contain("cut short");
    }

    [Fact]
    public async Task The_owners_system_that_still_runs_cannot_forge_the_results_of_its_tests()
    {
        await using var test = await TestCore.OpenAsync();
        await test.UploadAsync();
        var id = (await test.ReadyAsync()).Id;
        await test.DoAsync(id, new MachineCommand.Deploy("bob"));
        var old = await test.Core.BootTokens.IssueAsync(id, null);
        await test.DoAsync(id, new MachineReport.NetbootOff());
        await test.DoAsync(id, new MachineReport.UserDataFetched());
        await test.DoAsync(id, new MachineCommand.Test());
        var pending = (await test.Core.ScriptResults.PendingAsync(id))[0].Result;

        (await test.Core.BootTokens.RedeemAsync(old!.Value, IPAddress.Loopback)).Should()
            .BeOfType<BootTokenResult.Refused>("it is of the operation before");
        (await ReportAsync()).Status.Should().Be(ScriptStatus.Pending);
        var token = await test.Core.BootTokens.IssueAsync(id, null);
        await test.Core.BootTokens.RedeemAsync(token!.Value, IPAddress.Loopback);
        (await ReportAsync()).Status.Should().Be(ScriptStatus.Passed);

        async Task<ScriptResult> ReportAsync() =>
            (await test.Core.ScriptResults.ReportAsync(id, new ScriptReport { ResultId = pending.Id, ExitStatus = 0 }))!;
    }

    [Fact]
    public async Task A_script_that_was_left_out_is_not_a_script_that_passed()
    {
        await using var test = await TestCore.OpenAsync();
        var id = await CommissioningAsync(test);
        await test.Core.ScriptResults.ReportAsync(
            id, new ScriptReport { Name = BuiltinScripts.Inventory, ExitStatus = 0, Output = Output(Inventories.Small()) });

        var machine = await test.DoAsync(id, new MachineReport.Signal(SignalReport.Ok, null));

        machine.Status.Should().Be(MachineStatus.FailedCommissioning);
        machine.StatusMessage.Should().Contain("30-maas-network");
    }

    [Fact]
    public async Task A_client_of_2012_that_knows_no_scripts_is_believed()
    {
        await using var test = await TestCore.OpenAsync();
        var id = await CommissioningAsync(test);
        (await test.DoAsync(id, new MachineReport.Signal(SignalReport.Ok, null))).Status.Should().Be(MachineStatus.Ready);
        (await test.Core.ScriptResults.ListAsync(id)).Should().OnlyContain(result => result.Status == ScriptStatus.Skipped);
    }

    [Fact]
    public async Task No_machine_reports_on_anothers_script_nor_twice_on_its_own()
    {
        await using var test = await TestCore.OpenAsync();
        var id = await CommissioningAsync(test);
        var other = await test.EnlistAsync("52:54:00:00:00:02");
        var script = (await test.Core.ScriptResults.PendingAsync(id))[1].Result;

        (await test.Core.ScriptResults.ReportAsync(other.Id, new ScriptReport { ResultId = script.Id, ExitStatus = 0 })).Should().BeNull();
        (await test.Core.ScriptResults.ReportAsync(id, new ScriptReport { ResultId = script.Id, ExitStatus = 1 }))!.Status.Should()
            .Be(ScriptStatus.Failed);
        (await test.Core.ScriptResults.ReportAsync(id, new ScriptReport { ResultId = script.Id, ExitStatus = 0 }))!.Status.Should()
            .Be(ScriptStatus.Failed);
        (await test.Core.ScriptResults.ReportAsync(id, new ScriptReport { ResultId = 99999, ExitStatus = 0 })).Should().BeNull();
    }

    [Fact]
    public async Task Interfaces_of_another_machine_are_left_to_it()
    {
        await using var test = await TestCore.OpenAsync();
        await test.EnlistAsync("52:54:00:00:00:02");
        var id = await CommissioningAsync(test);
        var greedy = Inventories.Small()
            .Replace("end\n", "nic\tname=eth1\tmac=52:54:00:00:00:02\nnic\tname=eth2\tmac=52:54:00:00:00:03\nend\n",
            StringComparison.Ordinal);
        await test.RunScriptsAsync(id, greedy);

        (await test.GetAsync(id)).MacAddresses.Select(address => address.ToString()).Should()
            .Equal("52:54:00:00:00:01", "52:54:00:00:00:03");
    }

    [Fact]
    public async Task An_abort_closes_what_was_not_done()
    {
        await using var test = await TestCore.OpenAsync();
        var id = await CommissioningAsync(test);
        await test.DoAsync(id, new MachineCommand.Abort());
        (await test.Core.ScriptResults.ListAsync(id)).Should().OnlyContain(result => result.Status == ScriptStatus.Aborted);
        (await test.Core.ScriptResults.PendingAsync(id)).Should().BeEmpty();
    }

    private static async Task<SystemId> CommissioningAsync(TestCore test)
    {
        var machine = await test.EnlistAsync();
        await test.DoAsync(machine.Id, new MachineCommand.Commission());
        return machine.Id;
    }

    private static ScriptOutput Output(string text) => new(Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(text), default);
}
