using FleetLoad;

namespace Maas.Hosting.Tests.Fleet;

/// <summary>
/// What whole lives of simulated machines cost (<c>bench/FleetLoad</c>) does not grow with their number. It measures what the process
/// allocates, so no other test runs beside it.
/// </summary>
[CollectionDefinition(nameof(FleetCostTests), DisableParallelization = true)]
[Collection(nameof(FleetCostTests))]
public sealed class FleetCostTests
{
    [Fact(Timeout = 120_000)]
    public Task A_life_among_200_machines_costs_what_one_among_20_costs() =>
        CompareAsync(few: 20, many: 200, sites: 4, hosts: 2, TestContext.Current.CancellationToken);

    [Fact(Timeout = 600_000), Trait("Category", "Long")]
    public Task A_life_among_5_000_machines_costs_what_one_among_500_costs() =>
        CompareAsync(few: 500, many: 5_000, sites: 50, hosts: 10, TestContext.Current.CancellationToken);

    private static async Task CompareAsync(int few, int many, int sites, int hosts, CancellationToken stop)
    {
        // What is made once for all lives is made before.
        await RunAsync(20, sites, hosts, stop);

        var among = await RunAsync(few, sites, hosts, stop);
        var amongMany = await RunAsync(many, sites, hosts, stop);

        (amongMany.Requests * few).Should().Be(among.Requests * many, "each life has the same requests");
        (amongMany.Changes * few).Should().Be(among.Changes * many, "each life has the same changes");
        ((double)amongMany.Allocated / many).Should().BeLessThan(1.2 * among.Allocated / few, "a life allocates as much among more");
    }

    private static async Task<FleetResult> RunAsync(int machines, int sites, int hosts, CancellationToken stop)
    {
        var result = await FleetLoad.Fleet.RunAsync(new FleetPlan { Machines = machines, Sites = sites, Hosts = hosts }, stop);
        result.Completed.Should().Be(machines);
        result.SharedAddresses.Should().Be(0);
        return result;
    }
}
