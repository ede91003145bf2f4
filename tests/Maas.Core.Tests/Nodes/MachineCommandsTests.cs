using System.Text;
using Maas.Core.Nodes;

namespace Maas.Core.Tests.Nodes;

public class MachineCommandsTests
{
    private static readonly MachineActor Admin = new("admin", IsAdministrator: true);
    private static readonly MachineActor Bob = new("bob", IsAdministrator: false);

    [Fact]
    public async Task A_machine_is_deployed_and_released_by_methods()
    {
        await using var test = await TestCore.OpenAsync();
        await test.UploadAsync();
        var id = (await test.ReadyAsync()).Id;

        var deployed = await test.Machines.DeployAsync(
            id, new DeployRequest { UserData = Encoding.UTF8.GetBytes("#cloud-config\n"), Comment = "for the fair" }, Bob);

        deployed.Should().BeOfType<CommandResult.Done>().Which.Machine.Should().BeEquivalentTo(
            new { Status = MachineStatus.Deploying, Owner = "bob" });
        (await test.Machines.GetUserDataAsync(id))!.Value.ToArray().Should().StartWith("#cloud-config"u8.ToArray());
        (await test.Machines.AbortAsync(id, Bob)).Should().BeOfType<CommandResult.Done>();
        (await test.Machines.ReleaseAsync(id, actor: Bob)).Should().BeOfType<CommandResult.Done>();
    }

    [Fact]
    public async Task The_actors_permission_is_part_of_each_command()
    {
        await using var test = await TestCore.OpenAsync();
        var id = (await test.EnlistAsync()).Id;

        foreach (var refused in new[]
        {
            await test.Machines.AcceptAsync(id, Bob), await test.Machines.CommissionAsync(id, Bob),
            await test.Machines.TestAsync(id, Bob), await test.Machines.EnterRescueModeAsync(id, Bob),
            await test.Machines.MarkBrokenAsync(id, "smoke", Bob), await test.Machines.TurnOffAsync(id, isSoft: true, Bob),
        })
        {
            refused.Should().BeOfType<CommandResult.Refused>().Which.Because.Should().Be(RefusalKind.Permission);
        }

        (await test.Machines.AcceptAsync(id, Admin)).Should().BeOfType<CommandResult.Done>();
    }

    [Fact]
    public async Task A_deployment_without_an_owner_is_refused_before_anything_happens()
    {
        await using var test = await TestCore.OpenAsync();
        var id = (await test.ReadyAsync()).Id;
        var deploy = () => test.Machines.DeployAsync(id, new DeployRequest());
        await deploy.Should().ThrowAsync<ArgumentException>();
    }

    [Fact]
    public async Task Pages_by_number_list_every_machine_once()
    {
        await using var test = await TestCore.OpenAsync();
        for (var number = 1; number <= 7; number++) await test.EnlistAsync($"52:54:00:00:00:{number:x2}");

        var pages = new List<IReadOnlyList<Machine>>();
        do
        {
            var after = pages.Count == 0 ? 0 : pages[^1][^1].Number;
            pages.Add(await test.Machines.ListAsync(new MachineFilter { Limit = 3, AfterNumber = after }));
        }
        while (pages[^1].Count == 3);

        pages.Select(page => page.Count).Should().Equal(3, 3, 1);
        pages.SelectMany(page => page).Select(machine => machine.Number).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
    }
}
