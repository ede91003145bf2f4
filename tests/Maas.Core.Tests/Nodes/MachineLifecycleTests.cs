using Maas.Core.Nodes;
using static Maas.Core.Nodes.MachineStatus;

namespace Maas.Core.Tests.Nodes;

public class MachineLifecycleTests
{
    /// <summary>The 171 edges between statuses that MAAS allows, as its own table has them.</summary>
    private static readonly Dictionary<MachineStatus, int[]> Maas = new()
    {
        [New] = [1, 3, 4, 7, 8, 17, 21],
        [Commissioning] = [0, 2, 3, 4, 7, 8, 21],
        [FailedCommissioning] = [1, 3, 7, 8, 17, 21],
        [Missing] = [0, 1, 4, 8, 10, 17, 21],
        [Ready] = [1, 3, 5, 7, 8, 10, 17, 21],
        [Reserved] = [3, 4, 7, 8, 10, 12, 14, 17, 21],
        [Deployed] = [3, 4, 8, 10, 12, 14, 17, 21],
        [Retired] = [0, 3, 4, 8, 17, 21],
        [Broken] = [1, 4, 6, 12, 14, 17, 21],
        [Deploying] = [3, 4, 6, 8, 10, 11, 12, 14],
        [Allocated] = [3, 4, 7, 8, 9, 12, 14, 17, 21],
        [FailedDeployment] = [3, 4, 8, 10, 12, 14, 17, 21],
        [Releasing] = [0, 3, 4, 5, 6, 8, 10, 11, 13, 15],
        [FailedReleasing] = [4, 8, 12, 14, 21],
        [DiskErasing] = [4, 8, 12, 14, 15],
        [FailedDiskErasing] = [4, 8, 10, 12, 14, 17, 21],
        [RescueMode] = [8, 19, 21],
        [EnteringRescueMode] = [4, 6, 8, 16, 18, 19],
        [FailedEnteringRescueMode] = [8, 17, 19, 21],
        [ExitingRescueMode] = [0, 2, 3, 4, 5, 6, 7, 8, 10, 11, 13, 15, 16, 18, 20, 22],
        [FailedExitingRescueMode] = [8, 19, 21],
        [MachineStatus.Testing] = [0, 1, 3, 4, 5, 6, 7, 8, 10, 11, 13, 15, 18, 20, 22],
        [FailedTesting] = [1, 3, 4, 6, 8, 17, 21],
    };

    public static TheoryData<MachineStatus, MachineAction> AllPairs => new(
        from status in Enum.GetValues<MachineStatus>()
        from action in Enum.GetValues<MachineAction>()
        select (status, action));

    [Theory]
    [MemberData(nameof(AllPairs))]
    public void Every_pair_leads_where_MAAS_allows_or_nowhere(MachineStatus status, MachineAction action)
    {
        foreach (var cameFrom in Enum.GetValues<MachineStatus>().Cast<MachineStatus?>().Append(null))
        {
            if (MachineLifecycle.Next(status, action, cameFrom) is { } next)
                Maas[status].Should().Contain((int)next, $"{status} may become {next} by {action} after {cameFrom}");
        }
    }

    [Fact]
    public void The_23_statuses_have_MAAS_numbers_names_and_groups()
    {
        Enum.GetValues<MachineStatus>().Select(status => (int)status).Should().Equal(Enumerable.Range(0, 23));
        FailedReleasing.DisplayName.Should().Be("Releasing failed");
        FailedEnteringRescueMode.DisplayName.Should().Be("Failed to enter rescue mode");
        FailedDeployment.Simplified.Should().Be("Failed");
        DiskErasing.Simplified.Should().Be("Releasing");
        Retired.Simplified.Should().Be("Other");
    }

    [Fact]
    public void Every_status_that_waits_has_a_deadline_and_a_failure()
    {
        var deadlines = new MachineDeadlines();
        foreach (var status in Enum.GetValues<MachineStatus>())
        {
            var waits = deadlines.For(status) is not null;
            var fails = MachineLifecycle.Next(status, MachineAction.Fail) is not null;
            fails.Should().Be(waits, $"{status} fails exactly when it waits");
        }
    }

    [Fact]
    public void A_row_says_one_thing()
    {
        MachineLifecycle.Table.Select(row => (row.From, row.Action, row.CameFrom)).Should().OnlyHaveUniqueItems();
        MachineLifecycle.Initial.Should().Be(New);
    }
}
