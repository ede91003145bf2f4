using System.Net;
using Maas.Core.Accounts;
using Maas.Core.Inventory;
using Maas.Core.Nodes;
using Maas.Core.Storage;

namespace Maas.Core.Tests.Nodes;

/// <summary>A machine that an installer installs: how long it may be silent, and how long its boot token lasts.</summary>
public class RecipeDeploymentTests
{
    private static readonly IPAddress Client = IPAddress.Parse("10.0.0.5");
    private static readonly MacAddress Card = MacAddress.Parse("52:54:00:00:00:01");

    [Theory]
    [InlineData(null, 30)]
    [InlineData(720, 720)]
    [InlineData(10, 30)] // a recipe cannot make the server's deadline shorter
    public async Task The_deadline_is_the_recipes_or_the_servers_whichever_is_later(int? recipes, int expected)
    {
        await using var test = await TestCore.OpenAsync(
            recipes: new Recipes(recipes is { } minutes ? TimeSpan.FromMinutes(minutes) : null));
        var machine = await DeployAsync(test);
        machine.Deadline.Should().Be(test.Clock.GetUtcNow() + TimeSpan.FromMinutes(expected));

        test.Clock.Advance(TimeSpan.FromMinutes(5));
        await test.Core.BootTokens.RedeemAsync(await IssueAsync(test, machine.Id), Client);
        machine = await test.DoAsync(machine.Id, new MachineReport.Signal(SignalReport.Working, null));
        machine.Deadline.Should().Be(test.Clock.GetUtcNow() + TimeSpan.FromMinutes(expected));

        test.Clock.Advance(TimeSpan.FromMinutes(expected - 1));
        (await test.Core.Deadlines.PassAsync()).Should().Be(0);
        test.Clock.Advance(TimeSpan.FromMinutes(1));
        (await test.Core.Deadlines.PassAsync()).Should().Be(1);
        (await test.Machines.GetAsync(machine.Id))!.Status.Should().Be(MachineStatus.FailedDeployment);
    }

    [Fact]
    public async Task An_installer_may_ask_late_for_its_answer_files()
    {
        await using var test = await TestCore.OpenAsync(recipes: new Recipes(TimeSpan.FromHours(30)));
        var machine = await DeployAsync(test);
        var (token, other, byCard) = (await IssueAsync(test, machine.Id), await IssueAsync(test, machine.Id), (
            await test.Core.BootTokens.IssueForInstallerAsync(machine.Id, Client, Card))!.Value);

        test.Clock.Advance(BootTokens.InstallerLifetime);
        await IssueAsync(test, machine.Id); // tokens that are too old are deleted here

        (await test.Core.BootTokens.RedeemAsync(token, IPAddress.Parse("10.0.0.6"))).Should().BeOfType<BootTokenResult.Refused>();
        (await test.Core.BootTokens.RedeemAsync(token, Client)).Should().BeOfType<BootTokenResult.Accepted>();
        (await test.Core.BootTokens.RedeemAsync(byCard, Client)).Should().BeOfType<BootTokenResult.Refused>();
        (await test.Core.BootTokens.RedeemAsync(byCard, Client, Card)).Should().BeOfType<BootTokenResult.Accepted>();
        test.Clock.Advance(TimeSpan.FromSeconds(61));
        (await test.Core.BootTokens.RedeemAsync(token, Client)).Should().BeOfType<BootTokenResult.Refused>("it works once");
        (await test.Core.BootTokens.RedeemAsync(other, Client)).Should().BeOfType<BootTokenResult.Refused>()
            .Which.Reason.Should().Contain("expired");
    }

    [Fact]
    public async Task The_token_of_an_installer_ends_with_its_deployment()
    {
        foreach (var end in (MachineReport[])[new MachineReport.Signal(SignalReport.Failed, "no disk"), new MachineReport.NetbootOff()])
        {
            await using var test = await TestCore.OpenAsync(recipes: new Recipes(null));
            var machine = await DeployAsync(test);
            await test.Core.BootTokens.RedeemAsync(await IssueAsync(test, machine.Id), Client);
            var token = await IssueAsync(test, machine.Id);

            await test.DoAsync(machine.Id, end);

            (await test.Core.BootTokens.RedeemAsync(token, Client)).Should().BeOfType<BootTokenResult.Refused>();
        }
    }

    [Fact]
    public async Task A_storage_configuration_that_the_installer_cannot_carry_out_is_refused_before_anything_happens()
    {
        await using var test = await TestCore.OpenAsync(
            recipes: new Recipes(null) { Plan = new DiskPlanResult.Refused(["One reason.", "Another one."]) });
        var machine = await test.ReadyAsync();

        var result = await test.TellAsync(machine.Id, new MachineCommand.Deploy("bob") { OsSystem = "debian", DistroSeries = "bookworm" });

        result.Should().BeOfType<CommandResult.Refused>().Which.Reason.Should().Be("One reason. Another one.");
        (await test.GetAsync(machine.Id)).Status.Should().Be(MachineStatus.Ready);
    }

    [Fact]
    public async Task What_an_installer_and_its_system_do_not_apply_is_refused_before_anything_happens()
    {
        var recipes = new Recipes(null);
        await using var test = await TestCore.OpenAsync(recipes: recipes);
        var machine = await test.ReadyAsync();
        var deploy = new MachineCommand.Deploy("bob") { OsSystem = "flatcar", DistroSeries = "stable", UserData = new byte[] { 1 } };

        (await test.TellAsync(machine.Id, deploy)).Should().BeOfType<CommandResult.Refused>().Which.Reason.Should()
            .EndWith("it does not apply user data.");

        var layout = new StorageLayoutRequest { Layout = "lvm" };
        (await test.Core.NodeConfigs.EditStorageAsync(machine.Id, null, new StorageEdit(
            (_, storage, ids) => StorageLayouts.Apply(storage, layout, ids)))).Should().BeOfType<NodeConfigResult.Done>();
        (await test.TellAsync(machine.Id, deploy with { UserData = null })).Should().BeOfType<CommandResult.Refused>().Which.Reason.Should()
            .Contain("lvm-vg vgroot");
        (await test.GetAsync(machine.Id)).Status.Should().Be(MachineStatus.Ready);

        recipes.HasCloudInitAlways = true;
        recipes.Plan = DiskPlanner.Plan((await test.Core.NodeConfigs.GetAsync(machine)).Storage, machine.Hardware!);
        (await test.DoAsync(machine.Id, deploy)).Status.Should().Be(MachineStatus.Deploying);
    }

    [Fact]
    public async Task An_installer_that_carries_out_the_storage_configuration_installs_to_its_boot_disk()
    {
        var recipes = new Recipes(null);
        await using var test = await TestCore.OpenAsync(recipes: recipes);
        var machine = await test.ReadyAsync();
        var storage = (await test.Core.NodeConfigs.GetAsync(machine)).Storage;
        recipes.Plan = DiskPlanner.Plan(storage, machine.Hardware!);

        var deploying = await test.DoAsync(
            machine.Id, new MachineCommand.Deploy("bob") { OsSystem = "debian", DistroSeries = "bookworm" });

        deploying.Deployment!.Disk.Name.Should().Be(
            recipes.Plan.Should().BeOfType<DiskPlanResult.Ready>().Subject.Plan.Disks[0].Disk.Name);
    }

    private static async Task<Machine> DeployAsync(TestCore test)
    {
        var machine = await test.ReadyAsync();
        return await test.DoAsync(machine.Id, new MachineCommand.Deploy("bob") { OsSystem = "debian", DistroSeries = "bookworm" });
    }

    private static async Task<Secret> IssueAsync(TestCore test, SystemId machine) =>
        (await test.Core.BootTokens.IssueForInstallerAsync(machine, Client, null))!.Value;

    private sealed class Recipes(TimeSpan? reportTimeout) : IInstallRecipes
    {
        public DiskPlanResult? Plan { get; set; }

        public DiskPlanResult? PlanStorage(string recipe, string architecture, StorageConfig config, Hardware hardware) => Plan;

        public bool HasCloudInitAlways { get; set; }

        public bool HasCloudInit(string recipe, string architecture) => HasCloudInitAlways;

        public string Choose(string osSystem, string series, string architecture) => $"{osSystem}/{series}";

        public TimeSpan? GetReportTimeout(string recipe, string architecture) => recipe == "debian/bookworm" ? reportTimeout : null;
    }
}
