using Maas.Core.Nodes;

namespace Maas.Api.Tests.Metadata;

/// <summary>MAAS's table of signals: what each does to a machine in each status (section 4 of its wire reference).</summary>
public class SignalTableTests
{
    private const string Version = "/MAAS/metadata/2012-03-01/";

    private static readonly string[] Signals =
        ["OK", "FAILED", "WORKING", "COMMISSIONING", "TESTING", "TIMEDOUT", "INSTALLING", "APPLYING_NETCONF", "RELEASING", "DEPLOYING"];

    [Theory]
    [InlineData(MachineStatus.New, "COMMISSIONING", MachineStatus.New)] // an administrator accepts machines, not a machine itself
    [InlineData(MachineStatus.New, "OK", MachineStatus.New)]
    [InlineData(MachineStatus.Commissioning, "OK", MachineStatus.Ready)]
    [InlineData(MachineStatus.Commissioning, "TESTING", MachineStatus.Testing)]
    [InlineData(MachineStatus.Commissioning, "FAILED", MachineStatus.FailedCommissioning)]
    [InlineData(MachineStatus.Commissioning, "WORKING", MachineStatus.Commissioning)]
    [InlineData(MachineStatus.Commissioning, "INSTALLING", MachineStatus.Commissioning)]
    [InlineData(MachineStatus.Testing, "OK", MachineStatus.Ready)]
    [InlineData(MachineStatus.Testing, "FAILED", MachineStatus.FailedTesting)]
    [InlineData(MachineStatus.Deploying, "FAILED", MachineStatus.FailedDeployment)]
    [InlineData(MachineStatus.Deploying, "OK", MachineStatus.Deploying)]
    [InlineData(MachineStatus.Deployed, "OK", MachineStatus.Deployed)]
    [InlineData(MachineStatus.DiskErasing, "OK", MachineStatus.DiskErasing)] // only an OK that says "erased" is the end
    [InlineData(MachineStatus.DiskErasing, "FAILED", MachineStatus.FailedDiskErasing)]
    [InlineData(MachineStatus.EnteringRescueMode, "OK", MachineStatus.RescueMode)]
    [InlineData(MachineStatus.EnteringRescueMode, "WORKING", MachineStatus.RescueMode)]
    [InlineData(MachineStatus.EnteringRescueMode, "FAILED", MachineStatus.FailedEnteringRescueMode)]
    [InlineData(MachineStatus.RescueMode, "OK", MachineStatus.RescueMode)]
    [InlineData(MachineStatus.Broken, "OK", MachineStatus.Broken)]
    [InlineData(MachineStatus.Ready, "FAILED", MachineStatus.Ready)]
    [InlineData(MachineStatus.FailedCommissioning, "OK", MachineStatus.FailedCommissioning)]
    [InlineData(MachineStatus.FailedTesting, "OK", MachineStatus.FailedTesting)]
    [InlineData(MachineStatus.FailedDeployment, "OK", MachineStatus.FailedDeployment)]
    [InlineData(MachineStatus.FailedEnteringRescueMode, "OK", MachineStatus.FailedEnteringRescueMode)]
    public async Task A_signal_in_a_status_leads_where_the_table_says(MachineStatus status, string signal, MachineStatus after)
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await InAsync(host, status);
        machine.Status.Should().Be(status);

        (await host.PostAsync(await host.TokenAsync(machine), Version, ("op", "signal"), ("status", signal))).Expect(200).Text.Should()
            .Be("OK");

        (await host.MachineAsync(machine.Id)).Status.Should().Be(after);
    }

    [Theory]
    [InlineData(MachineStatus.Allocated)]
    [InlineData(MachineStatus.FailedDiskErasing)]
    public async Task A_signal_in_another_status_is_409_that_names_it(MachineStatus status)
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await InAsync(host, status);
        var token = await host.TokenAsync(machine);

        foreach (var signal in Signals)
            (await host.PostAsync(token, Version, ("op", "signal"), ("status", signal))).Expect(409).Text.Should()
                .Be($"Machine status isn't valid (status is {status.DisplayName})");
    }

    [Fact]
    public async Task A_deployed_machine_returns_to_its_status_after_tests()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await InAsync(host, MachineStatus.Deployed);
        await host.DoAsync(machine.Id, new MachineCommand.Test());
        var boot = (await host.Core.BootTokens.IssueAsync(machine.Id, System.Net.IPAddress.Loopback, ApiHost.Cancellation))!.Value;
        (await host.SendAsync("GET", $"/MAAS/metadata/boot/{boot.Reveal()}/")).Expect(200);

        (await host.PostAsync(await host.TokenAsync(machine), Version, ("op", "signal"), ("status", "OK"))).Expect(200);

        (await host.MachineAsync(machine.Id)).Status.Should().Be(MachineStatus.Deployed);
    }

    [Fact]
    public async Task While_a_machine_is_commissioned_its_report_of_a_controller_is_taken_and_only_administrators_see_the_password()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await InAsync(host, MachineStatus.Commissioning);
        var token = await host.TokenAsync(machine);
        (await host.PostAsync(token, Version, ("op", "signal"), ("status", "WORKING"), ("power_type", "ipmi"), ("power_parameters", "[]")))
            .Expect(400);

        (await host.PostAsync(token, Version, ("op", "signal"), ("status", "WORKING"), ("power_type", "ipmi"),
            ("power_parameters", """{"power_address": "10.0.0.1", "power_user": "maas", "power_pass": "Abcdefgh01234567"}"""))).Expect(200);

        (await host.MachineAsync(machine.Id)).Power.Type.Should().Be("ipmi");
        (await host.GetAsync(host.Admin, $"machines/{machine.Id}/?op=power_parameters")).Expect(200).Text.Should().Contain("10.0.0.1");
        (await host.GetAsync(host.Bob, $"machines/{machine.Id}/?op=power_parameters")).Expect(403);
        (await host.GetAsync(host.Admin, $"events/?op=query&id={machine.Id}")).Expect(200).Text.Should().NotContain("Abcdefgh01234567");
    }

    [Fact]
    public async Task Every_status_of_a_signal_is_known_and_power_settings_of_a_deployed_machine_are_not_taken()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await InAsync(host, MachineStatus.Deployed);
        var token = await host.TokenAsync(machine);

        foreach (var signal in Signals)
            (await host.PostAsync(token, Version, ("op", "signal"), ("status", signal), ("power_type", "ipmi"),
                ("power_parameters", "{\"power_address\": \"10.0.0.1\"}"), ("runtime", "1.5"), ("result", "passed"))).Expect(200);

        (await host.MachineAsync(machine.Id)).Power.IsManual.Should().BeTrue();
    }

    private static async Task<Machine> InAsync(ApiHost host, MachineStatus status)
    {
        if (status is MachineStatus.New) return await host.EnlistAsync();
        if (status is MachineStatus.Commissioning or MachineStatus.FailedCommissioning)
        {
            var enlisted = await host.EnlistAsync();
            var commissioning = await host.DoAsync(enlisted.Id, new MachineCommand.Commission());
            return status is MachineStatus.Commissioning ? commissioning : await FailAsync(host, commissioning);
        }

        await host.UploadImageAsync();
        var ready = await host.ReadyAsync();
        switch (status)
        {
            case MachineStatus.Ready:
                return ready;
            case MachineStatus.Testing:
                return await host.DoAsync(ready.Id, new MachineCommand.Test());
            case MachineStatus.FailedTesting:
                return await FailAsync(host, await host.DoAsync(ready.Id, new MachineCommand.Test()));
            case MachineStatus.Broken:
                return await host.DoAsync(ready.Id, new MachineCommand.MarkBroken());
            case MachineStatus.EnteringRescueMode:
                return await host.DoAsync(ready.Id, new MachineCommand.EnterRescueMode());
            case MachineStatus.FailedEnteringRescueMode:
                return await FailAsync(host, await host.DoAsync(ready.Id, new MachineCommand.EnterRescueMode()));
            case MachineStatus.RescueMode:
                await host.DoAsync(ready.Id, new MachineCommand.EnterRescueMode());
                return await host.DoAsync(ready.Id, new MachineReport.Signal(SignalReport.Ok, null));
        }

        await host.DoAsync(ready.Id, new MachineCommand.Allocate("bob"));
        if (status is MachineStatus.Allocated) return await host.MachineAsync(ready.Id);
        if (status is MachineStatus.DiskErasing or MachineStatus.FailedDiskErasing)
        {
            var erasing = await host.DoAsync(ready.Id, new MachineCommand.Release { Erase = EraseMode.Quick });
            return status is MachineStatus.DiskErasing ? erasing : await FailAsync(host, erasing);
        }

        var deploying = await host.DoAsync(ready.Id, new MachineCommand.Deploy("bob"));
        if (status is MachineStatus.Deploying) return deploying;
        if (status is MachineStatus.FailedDeployment) return await FailAsync(host, deploying);
        await host.DoAsync(ready.Id, new MachineReport.NetbootOff());
        return await host.DoAsync(ready.Id, new MachineReport.UserDataFetched());
    }

    private static Task<Machine> FailAsync(ApiHost host, Machine machine) =>
        host.DoAsync(machine.Id, new MachineReport.Signal(SignalReport.Failed, "a reason"));
}
