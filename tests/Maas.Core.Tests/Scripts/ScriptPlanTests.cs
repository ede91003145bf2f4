using System.Text;
using Maas.Core.Inventory;
using Maas.Core.Nodes;
using Maas.Core.Scripts;

namespace Maas.Core.Tests.Scripts;

public class ScriptPlanTests
{
    private static readonly Hardware TwoDisks = new()
    {
        Disks =
        [
            new Disk { Name = "sda", Model = "M", Serial = "1", Size = 10 },
            new Disk { Name = "sdb", Model = "M", Serial = "2", Size = 10 },
            new Disk { Name = "sdc", Removable = true, Size = 10 },
        ],
        Interfaces = [new NetworkInterface { Name = "eth0", MacAddress = MacAddress.Parse("52:54:00:00:00:01"), LinkUp = true }],
    };

    [Fact]
    public async Task The_usual_tests_have_the_tag_commissioning_and_the_usual_commissioning_scripts_have_not_noauto()
    {
        await using var test = await TestCore.OpenAsync(scripts: [Script("c1", "commissioning"), Script("t1", "testing")]);

        var plan = await PlanAsync(test, [new(ScriptKind.Commissioning, null), new(ScriptKind.Testing, null)]);

        plan.Runs.Select(run => run.Name).Should().Equal(
            "00-maas-inventory", "30-maas-01-bmc-config", "c1", "10-maas-memory-touch", "20-maas-disk-read", "30-maas-network");
    }

    [Fact]
    public async Task Deployment_scripts_run_by_name_and_release_scripts_only_when_named()
    {
        await using var test = await TestCore.OpenAsync(
            scripts: [Script("60-d", "deployment"), Script("40-d", "deployment"), Script("r", "release")]);

        (await PlanAsync(test, [new(ScriptKind.Deployment, null)])).Runs.Select(run => run.Name).Should().Equal("40-d", "60-d");
        (await PlanAsync(test, [new(ScriptKind.Release, null)])).Runs.Should().BeEmpty();
        (await PlanAsync(test, [new(ScriptKind.Release, ["r"])])).Runs.Select(run => (run.Kind, run.Name)).Should()
            .Equal((ScriptKind.Release, "r"));
        (await PlanAsync(test, [new(ScriptKind.Release, ["40-d"])])).Errors.Should().ContainSingle().Which.Field.Should().Be("scripts");
    }

    [Fact]
    public async Task A_storage_parameter_gives_one_run_for_each_fixed_disk()
    {
        await using var test = await TestCore.OpenAsync();

        var plan = await PlanAsync(test, [new(ScriptKind.Testing, ["badblocks"])]);

        plan.Runs.Select(run => run.Script.Arguments.Single().Disk!.Name).Should().Equal("sda", "sdb");
        plan.Errors.Should().BeEmpty();
    }

    [Theory]
    [InlineData("sdb", "sdb")]
    [InlineData("/dev/sda", "sda")]
    [InlineData("M:2,1", "sda,sdb")]
    [InlineData("M", "sda,sdb")]
    public async Task Disks_are_named_by_name_path_model_and_serial_number(string value, string disks)
    {
        await using var test = await TestCore.OpenAsync();

        var plan = await PlanAsync(test, [new(ScriptKind.Testing, ["badblocks"])], ("badblocks_storage", value));

        string.Join(',', plan.Runs.Select(run => run.Script.Arguments.Single().Disk!.Name)).Should().Be(disks);
    }

    [Theory]
    [InlineData("storage", "sdz", "storage", "No storage found")]
    [InlineData("cpu-load_runtime", "soon", "runtime", "Must be an int")]
    [InlineData("runtime", "0", "runtime", "Must be greater than 1")]
    [InlineData("runtime", "604801", "runtime", "Must be less than 604800")]
    [InlineData("internet-connectivity_url", "http://a b", "url", "Invalid URL")]
    [InlineData("url", "gopher://x", "url", "Invalid URL")]
    [InlineData("server", "a\tb", "server", "Control characters are not allowed")]
    [InlineData("cpu-load_speed", "1", "input", "Unknown parameter 'speed' for cpu-load")]
    [InlineData("speed", "1", "speed", "No such argument.")]
    public async Task A_value_that_is_wrong_is_an_error_of_its_parameter(string name, string value, string field, string reason)
    {
        await using var test = await TestCore.OpenAsync();

        var plan = await PlanAsync(
            test, [new(ScriptKind.Testing, ["badblocks", "cpu-load", "internet-connectivity", "ntp"])], (name, value));

        plan.Errors.Should().Equal((field, reason));
    }

    [Fact]
    public async Task A_run_time_is_the_limit_with_a_grace()
    {
        await using var test = await TestCore.OpenAsync();

        var run = (await PlanAsync(test, [new(ScriptKind.Testing, ["cpu-load"])], ("runtime", "7"))).Runs.Single();

        run.Timeout.Should().Be(TimeSpan.FromSeconds(307));
        run.Script.RunTimeSeconds.Should().Be(7);
    }

    [Fact]
    public async Task A_tag_does_not_choose_what_overwrites_disks()
    {
        await using var test = await TestCore.OpenAsync();

        (await PlanAsync(test, [new(ScriptKind.Testing, ["storage"])])).Runs.Should().NotContain(run => run.Destroys);
        (await PlanAsync(test, [new(ScriptKind.Testing, ["destructive"])])).Runs.Should()
            .Contain(run => run.Name == "badblocks-destructive");
    }

    [Fact]
    public async Task Tests_of_disks_wait_for_the_inventory_of_the_same_commissioning()
    {
        await using var test = await TestCore.OpenAsync();
        var id = (await test.EnlistAsync()).Id;
        await test.DoAsync(id, new MachineCommand.Commission { TestingScripts = ["badblocks"] });
        (await test.Core.ScriptResults.PendingAsync(id)).Select(script => script.Result.Name).Should().Equal("00-maas-inventory");

        await test.RunScriptsAsync(id, Inventories.Small(disks: ["vda", "vdb"]));

        var pending = await test.Core.ScriptResults.PendingAsync(id);
        pending.Select(script => (script.Result.Name, script.Result.Script.Arguments.Single().Disk!.Name)).Should().Equal(
            ("badblocks", "vda"), ("badblocks", "vdb"));
        (await test.Core.ScriptResults.ListAsync(id)).Should().HaveCount(3);
        await test.RunScriptsAsync(id, "");
        (await test.DoAsync(id, new MachineReport.Signal(SignalReport.Ok, null))).Status.Should().Be(MachineStatus.Ready);
    }

    [Fact]
    public async Task A_test_of_hardware_that_a_machine_does_not_have_is_skipped()
    {
        await using var test = await TestCore.OpenAsync(scripts: [Script("nics", "testing", "parameters: {n: {type: interface}}")]);
        var id = (await test.EnlistAsync()).Id;
        await test.DoAsync(id, new MachineCommand.Commission { TestingScripts = ["nics"] });

        await test.RunScriptsAsync(id, Inventories.Small().Replace("link=1", "link=0", StringComparison.Ordinal));

        (await test.Core.ScriptResults.ListAsync(id)).Single(result => result.Name == "nics").Status.Should().Be(ScriptStatus.Skipped);
        (await test.DoAsync(id, new MachineReport.Signal(SignalReport.Ok, null))).Status.Should().Be(MachineStatus.Ready);
    }

    [Fact]
    public async Task A_deployed_machine_is_not_tested_destructively()
    {
        await using var test = await TestCore.OpenAsync();
        await test.UploadAsync();
        var id = (await test.ReadyAsync()).Id;
        await test.DoAsync(id, new MachineCommand.Deploy("bob"));
        await test.DoAsync(id, new MachineReport.NetbootOff());
        await test.DoAsync(id, new MachineReport.UserDataFetched());

        (await test.TellAsync(id, new MachineCommand.Test { TestingScripts = ["badblocks-destructive"] })).Should()
            .BeOfType<CommandResult.Refused>().Which.Reason.Should().Contain("Destructive tests cannot run on a deployed machine");
    }

    [Theory]
    [InlineData("status: skipped", 1, ScriptStatus.Skipped)]
    [InlineData("status: degraded\nresults: {a: 1}", 0, ScriptStatus.Degraded)]
    [InlineData("status: failed", 0, ScriptStatus.Failed)]
    [InlineData("results: {a: 1}", 0, ScriptStatus.Passed)]
    [InlineData("status: fine", 0, ScriptStatus.Passed)]
    [InlineData("a: *b", 0, ScriptStatus.Passed)]
    public async Task The_results_file_decides_before_the_exit_status(string yaml, int exit, ScriptStatus status)
    {
        await using var test = await TestCore.OpenAsync();
        var id = (await test.ReadyAsync()).Id;
        await test.DoAsync(id, new MachineCommand.Test { TestingScripts = ["cpu-load"] });
        var token = await test.Core.BootTokens.IssueAsync(id, null);
        await test.Core.BootTokens.RedeemAsync(token!.Value, System.Net.IPAddress.Loopback);
        var report = Encoding.UTF8.GetBytes(yaml);
        var pending = (await test.Core.ScriptResults.PendingAsync(id)).Single().Result;

        var result = await test.Core.ScriptResults.ReportAsync(id, new ScriptReport
        {
            ResultId = pending.Id, ExitStatus = exit, Output = new ScriptOutput(default, default, default) { Report = report },
        });

        result!.Status.Should().Be(status);
        var output = (await test.Core.ScriptResults.OutputAsync(pending.Id))!;
        output.Report.ToArray().Should().Equal(report);
        (output.StandardError.Length > 0).Should().Be(yaml is "status: fine" or "a: *b", "what cannot be read is said");
    }

    [Fact]
    public async Task A_result_puts_tags_on_its_machine_and_takes_them_off()
    {
        await using var test = await TestCore.OpenAsync();
        await test.Core.Tags.CreateAsync(new Tag("slow"), null);
        await test.Core.Tags.CreateAsync(new Tag("kernel", KernelOptions: "quiet"), null);
        var id = (await test.EnlistAsync()).Id;
        await test.Core.Tags.UpdateMachinesAsync("slow", [id], [], null, null);
        await test.DoAsync(id, new MachineCommand.Commission());
        var pending = (await test.Core.ScriptResults.PendingAsync(id)).Single(script => script.Result.Name == "30-maas-network").Result;

        await test.Core.ScriptResults.ReportAsync(id, new ScriptReport
        {
            ResultId = pending.Id, ExitStatus = 0,
            Output = new ScriptOutput(default, default, default)
            {
                Report = "tags: {add: [fast, kernel, 'no name'], remove: [slow]}"u8.ToArray(),
            },
        });

        (await test.GetAsync(id)).Tags.Should().Equal("fast");
    }

    [Theory]
    [InlineData("echo", "name: This field is required.")]
    [InlineData(
        "# --- Start MAAS 1.0 script metadata ---\n# name: x\n# parallel: maybe\n# --- End MAAS 1.0 script metadata ---\n", "parallel: ")]
    public void A_script_in_code_that_cannot_be_used_says_why(string rest, string reason)
    {
        var parse = () => ScriptDefinition.Parse("#!/bin/sh\n" + rest);
        parse.Should().Throw<FormatException>().WithMessage($"*{reason}*");
    }

    [Fact]
    public async Task Two_scripts_in_code_with_the_same_name_are_refused()
    {
        var open = async () => await TestCore.OpenAsync(scripts: [Script("ntp", "testing")]);
        await open.Should().ThrowAsync<ArgumentException>().WithMessage("*'ntp'*");
    }

    private static ScriptDefinition Script(string name, string type, string more = "tags: []") => ScriptDefinition.Parse(
        $"#!/bin/sh\n# --- Start MAAS 1.0 script metadata ---\n# name: {name}\n# script_type: {type}\n# {more}\n"
            + "# --- End MAAS 1.0 script metadata ---\ntrue\n");

    private static Task<ScriptPlan> PlanAsync(
        TestCore test, IReadOnlyList<ScriptSelection> selections, params (string Name, string Value)[] values) =>
        test.Core.NodeScripts.PlanAsync(
            new ScriptRequest { Selections = selections, Values = values.ToDictionary(value => value.Name, value => value.Value) },
            TwoDisks);
}
