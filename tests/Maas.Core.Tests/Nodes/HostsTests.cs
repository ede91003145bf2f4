using Maas.Core.Nodes;

namespace Maas.Core.Tests.Nodes;

public class HostsTests
{
    [Fact]
    public async Task A_report_is_published_with_the_next_state_within_its_bounds()
    {
        await using var test = await TestCore.OpenAsync();
        var hosts = test.Core.Hosts;
        await hosts.SayAsync(HostState.Running);
        (await hosts.ListAsync()).Should().ContainSingle().Which.Report.Should().BeNull();

        hosts.Report(new HostReport
        {
            Health = HostHealth.Degraded,
            Parts = [.. Enumerable.Range(0, 100).Select(_ => new HostPart("maas-store", HostHealth.Degraded, new string('x', 10_000)))],
            Throughput = [.. Enumerable.Range(0, 100).Select(_ => new HostThroughput("DHCP requests", "", 7, 0.5))],
            Disks = [.. Enumerable.Range(0, 100).Select(_ => new HostDiskUse { Name = "images", Used = 5 })],
            FreeInLeaseReserve = 3,
        });
        await hosts.SayAsync(HostState.Running);

        var host = (await hosts.ListAsync()).Should().ContainSingle().Subject;
        host.ServerVersion.Should().Be(test.Core.Controllers.Self.ServerVersion).And.NotBeEmpty();
        var report = host.Report!;
        (report.Health, report.FreeInLeaseReserve).Should().Be((HostHealth.Degraded, 3));
        (report.Parts.Count, report.Throughput.Count, report.Disks.Count).Should().Be((32, 32, 32));
        report.Parts[0].Description.Length.Should().BeLessThanOrEqualTo(501);
        report.Throughput[0].Should().Be(new HostThroughput("DHCP requests", "", 7, 0.5));
    }

    [Fact(Timeout = 60_000)]
    public async Task The_host_that_leads_says_so_until_it_stops()
    {
        await using var test = await TestCore.OpenAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

        var run = test.Core.RunAsync(stop.Token);

        // It says so at its start; a store in memory answers soon.
        while (await test.Core.Hosts.ListAsync() is not [{ IsLeader: true, State: HostState.Running }])
            await Task.Yield();
        await stop.CancelAsync();
        await run;
        (await test.Core.Hosts.ListAsync()).Should().ContainSingle().Which.Should().Match<HostStatus>(
            host => !host.IsLeader && host.State == HostState.Stopped);
    }
}
