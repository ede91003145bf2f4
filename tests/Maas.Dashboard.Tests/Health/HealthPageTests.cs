using Bunit;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Dashboard.Health;
using Maas.Dashboard.Pages;
using Maas.Dashboard.Tests.Pages;

namespace Maas.Dashboard.Tests.Health;

/// <summary>What the page shows of the hosts, their queues and their disks.</summary>
public sealed class HealthPageTests
{
    private static readonly DateTimeOffset Now = new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancellation => DashboardHost.Cancellation;

    [Fact]
    public async Task It_shows_this_host_with_its_load_and_the_queues()
    {
        await using var host = await DashboardHost.StartAsync();
        host.Core.Hosts.Report(ReportOf(HostHealth.Degraded, "<img src=x onerror=alert(1)>"));
        await host.Core.Hosts.AnnounceAsync([], cancellationToken: Cancellation);
        await using var context = PageContext.Of(host);

        var page = context.Render<HealthPage>();

        page.WaitForAssertion(() => Rows(page, "Hosts").Should().ContainSingle());
        var row = Rows(page, "Hosts").Single();
        row.Should().Contain("(this host)").And.Contain("running").And.Contain("degraded").And.Contain("42 free")
            .And.Contain("maas-networks: <img src=x onerror=alert(1)>");
        page.FindAll("img").Should().BeEmpty("what a host reports is text");
        Rows(page, "Throughput").Should().Equal(
            $"{Hostname(host)} DHCP requests 30 a minute 1,234", $"{Hostname(host)} TFTP bytes 2 KiB/s 5 MiB");
        Rows(page, "Disk use").Should().Equal($"{Hostname(host)} data directory 1 GiB 10 GiB 256 MiB");
        Rows(page, "Queues").Should().HaveCount(2).And.Contain(text => text.StartsWith("power actions 0"));
    }

    [Fact]
    public async Task A_user_sees_nothing_of_it()
    {
        await using var host = await DashboardHost.StartAsync();
        await host.Core.Hosts.AnnounceAsync([], cancellationToken: Cancellation);
        await using var context = PageContext.Of(host, "bob");

        var page = context.Render<HealthPage>();

        page.WaitForAssertion(() => page.Markup.Should().Contain("Only an administrator"));
        page.FindAll("table").Should().BeEmpty();
    }

    [Theory]
    [InlineData(HostState.Running, 10, "healthy")]
    [InlineData(HostState.Running, 61, "not known")]
    [InlineData(HostState.Stopped, 10, "stopped")]
    [InlineData(HostState.Stopped, 600, "stopped")]
    public void What_a_host_reported_counts_while_it_is_heard_of(HostState state, int seconds, string health) =>
        HealthText.Of(
            new HostStatus
            {
                SystemId = SystemId.New(), State = state, Seen = Now - TimeSpan.FromSeconds(seconds),
                Report = ReportOf(HostHealth.Healthy, ""),
            },
            Now).Should().Be(health);

    [Fact]
    public void A_host_that_reports_nothing_is_not_checked() =>
        HealthText.Of(new HostStatus { SystemId = SystemId.New(), Seen = Now }, Now).Should().Be("not checked");

    [Fact]
    public async Task A_missing_host_neither_leads_nor_has_problems_of_now()
    {
        await using var context = new BunitContext();
        HostStatus[] hosts =
        [
            new()
            {
                SystemId = SystemId.New(), Hostname = "host-a", ServerVersion = "1.2.3", State = HostState.Running, Seen = Now,
                IsLeader = true, Report = ReportOf(HostHealth.Healthy, ""),
            },
            new()
            {
                SystemId = SystemId.New(), Hostname = "host-b", State = HostState.Running, Seen = Now - TimeSpan.FromMinutes(2),
                IsLeader = true, Report = ReportOf(HostHealth.Unhealthy, "It is broken."),
            },
        ];

        var table = context.Render<HostTable>(parameters => parameters
            .Add(each => each.Hosts, hosts).Add(each => each.Self, hosts[0].SystemId).Add(each => each.Now, Now));

        var rows = table.FindAll("tbody tr").Select(TextOf).ToList();
        rows[0].Should().StartWith("host-a (this host) running healthy").And.Contain("1.2.3 2026-12-01 00:00:00 yes");
        rows[1].Should().StartWith("host-b missing not known not known 2026-11-30 23:58:00 no").And.NotContain("broken");
    }

    private static string Hostname(DashboardHost host) => host.Core.Controllers.Self.Hostname;

    private static HostReport ReportOf(HostHealth health, string why) => new()
    {
        Made = Now,
        Health = health,
        Parts = [new HostPart("maas-store", HostHealth.Healthy, "Good."), new HostPart("maas-networks", health, why)],
        Throughput = [new HostThroughput("DHCP requests", "", 1234, 0.5), new HostThroughput("TFTP bytes", "B", 5 << 20, 2048)],
        Disks = [new HostDiskUse { Name = "data directory", Free = 1 << 30, Size = 10L << 30, Spare = 256 << 20 }],
        FreeInLeaseReserve = 42,
    };

    private static List<string> Rows(IRenderedComponent<HealthPage> page, string label) =>
        [.. page.FindAll($"[aria-label='{label}'] tbody tr").Select(TextOf)];

    private static string TextOf(AngleSharp.Dom.IElement row) => string.Join(
        ' ', row.Children.SelectMany(cell => cell.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
}
