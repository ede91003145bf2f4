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

    [Fact(Timeout = 60_000)]
    public async Task No_statement_of_a_life_goes_through_a_table_that_grows_with_the_machines()
    {
        // The configuration, images with their files, and numbers of which there is one; nonces are counted when they are purged, and
        // "outputs" are the results of one machine.
        string[] others =
        [
            "zones", "resource_pools", "domains", "fabrics", "spaces", "vlans", "subnets", "ip_ranges", "reserved_ips", "static_routes",
            "dns_resources", "dns_records", "tags", "scripts", "boot_resources", "f", "image_origins", "record_epoch", "sqlite_sequence",
            "nonces", "outputs",
        ];

        var result = await RunAsync(machines: 2, sites: 1, hosts: 1, TestContext.Current.CancellationToken);

        result.Scans.Should().Contain(scan => scan.StartsWith("SCAN zones:", StringComparison.Ordinal), "plans are read");
        result.Scans.Should().OnlyContain(scan => others.Contains(TableOf(scan)));
    }

    [Fact(Timeout = 600_000), Trait("Category", "Long")]
    public Task A_life_among_5_000_machines_costs_what_one_among_500_costs() =>
        CompareAsync(few: 500, many: 5_000, sites: 50, hosts: 10, TestContext.Current.CancellationToken);

    // "SCAN tags USING INDEX …: SELECT …"
    private static string TableOf(string scan) => scan.Split(' ', ':')[1];

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
