using Maas.Core;
using Maas.Core.Inventory;
using Maas.Core.Nodes;
using Maas.Dashboard.Nodes;

namespace Maas.Dashboard.Tests.Nodes;

public sealed class MachineOperationTests
{
    private static readonly MachineActor Admin = new("admin", true), Bob = new("bob", false);

    public static TheoryData<MachineStatus> Statuses => [.. Enum.GetValues<MachineStatus>()];

    /// <summary>The button promises what Core then does, for every status.</summary>
    [Theory, MemberData(nameof(Statuses))]
    public void A_button_is_offered_when_the_lifecycle_has_the_edge(MachineStatus status)
    {
        var machine = Machine(status);
        foreach (var operation in MachineOperation.All.Where(each => each.Action is not null))
        {
            var possible = MachineLifecycle.Next(status, operation.Action!.Value) is not null
                && !(operation.Name == "Test" && status is MachineStatus.Commissioning) // the machine's own report begins the tests
                && !(operation.Name == "Abort" && status is MachineStatus.Releasing); // it only waits for its power
            (operation.UnavailableFor(machine, Admin) is null).Should().Be(possible, "{0} in {1}", operation.Name, status);
        }
    }

    [Fact]
    public void A_release_that_runs_scripts_can_be_aborted() =>
        MachineOperation.All.Single(each => each.Name == "Abort")
            .UnavailableFor(Machine(MachineStatus.Releasing) with { ReleaseTask = ReleaseTask.Scripts, Owner = "admin" }, Admin)
            .Should().BeNull();

    [Fact]
    public void A_locked_machine_can_only_be_unlocked()
    {
        var machine = Machine(MachineStatus.Deployed) with { Locked = true, Owner = "admin" };

        MachineOperation.All.Where(each => each.UnavailableFor(machine, Admin) is null).Select(each => each.Name).Should().Equal("Unlock");
    }

    [Fact]
    public void A_user_is_offered_a_free_machine_and_nothing_of_an_administrator() =>
        MachineOperation.All.Where(each => each.UnavailableFor(Machine(MachineStatus.Ready), Bob) is null).Select(each => each.Name)
            .Should().BeEquivalentTo("Allocate", "Deploy");

    [Fact]
    public void What_destroys_something_names_the_disks()
    {
        var machine = Machine(MachineStatus.Ready) with
        {
            Hardware = new Hardware { Disks = [new Disk { Name = "sda", Model = "ACME", Serial = "S1", Size = 10L << 30 }] },
        };

        foreach (var operation in MachineOperation.All.Where(each => each.IsDestructive))
            operation.Warning(machine).Should().Contain("/dev/sda ACME S1 (10 GiB)", operation.Name);
    }

    private static Machine Machine(MachineStatus status) => new() { Id = SystemId.New(), Hostname = "alpha", Status = status };
}
