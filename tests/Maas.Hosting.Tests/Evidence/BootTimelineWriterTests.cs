using System.Net;
using Maas.Boot;
using Maas.Core;
using Maas.Hosting.Evidence;
using Maas.Hosting.Link;
using Maas.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Hosting.Tests.Evidence;

public class BootTimelineWriterTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 22, 22, 21, 9, TimeSpan.Zero);
    private static readonly HardwareAddress Hardware = HardwareAddress.Parse("52:54:00:12:34:56");
    private static readonly IPAddress Address = IPAddress.Parse("10.0.0.100"), Server = IPAddress.Parse("10.0.0.2");

    public static TheoryData<BootObservation, string> Sentences => new()
    {
        { new BootObservation.DhcpExchange(
        At, Hardware, Address, 0xcafe, "DISCOVER", "OFFER", "a free address", "snponly.efi", TimeSpan.FromMilliseconds(1.25)),
            "DISCOVER answered with OFFER 10.0.0.100, boot file snponly.efi in 1.3 ms (a free address; xid 0000cafe)" },
        { new BootObservation.DhcpExchange(At, Hardware, null, 1, "DISCOVER", null, "the pool is empty", null, TimeSpan.Zero),
        "DISCOVER not answered (the pool is empty; xid 00000001)" },
        { new BootObservation.DhcpExchange(At, Hardware, null, 1, "DISCOVER", null, "no free address", null, TimeSpan.Zero)
            { Architecture = BootArchitecture.X64Uefi, Relay = IPAddress.Parse("10.7.0.1") },
            "DISCOVER not answered (no free address; xid 00000001; firmware X64Uefi; relay 10.7.0.1)" },
        { new BootObservation.OtherServerSeen(At, Hardware, Address, Server), "another DHCP server, 10.0.0.2, offered 10.0.0.100" },
        { new BootObservation.OtherServerSeen(At, Hardware, null, null) { Identifier = "00:03:00:01:52:54:00:00:00:99" },
        "another DHCP server, 00:03:00:01:52:54:00:00:00:99, offered something" },
        { new BootObservation.OtherRouterSeen(At, Hardware, Address) { Link = "eth0", ManagedAddresses = true, OtherConfiguration =
        true, RouterLifetime = TimeSpan.FromMinutes(30) },
        "another router, 10.0.0.100, advertises itself on eth0, sends hosts to DHCPv6 for addresses, " +
        "sends hosts to DHCPv6 for the rest, is the default router for 1800 s" },
        { new BootObservation.OtherRouterSeen(At, null, Address) { Link = "eth0" },
        "another router, 10.0.0.100, advertises itself on eth0" },
        { new BootObservation.LimitReached(At, Hardware, null, "60 new clients in a minute behind relay 10.0.0.2"),
        "turned away, the first of those beyond a bound: 60 new clients in a minute behind relay 10.0.0.2" },
        { new BootObservation.ScriptServed(At, Hardware, Address, "ipxe/52-54-00-12-34-56", "local disk"),
        "10.0.0.100 fetched ipxe/52-54-00-12-34-56: local disk" },
        { new BootObservation.FileTransfer(
        At, null, Address, "tftp", "snponly.efi", 1000, "completed", "blksize 1468", TimeSpan.FromSeconds(2)),
            "10.0.0.100 fetched snponly.efi, 1000 bytes in 2.00 s: completed (blksize 1468)" },
        { new BootObservation.LineLogged(At, Address, SyslogMessage.Parse("<6>kernel: eth0: link up"u8)), "kernel: eth0: link up" },
        { new BootObservation.LineLogged(At, Address, SyslogMessage.Parse("<6>1 2026-11-22T20:21:09Z node kernel - - - up"u8)),
            "kernel: up [its clock is 7200 s behind]" },
    };

    [Theory, MemberData(nameof(Sentences))]
    public void An_observation_is_a_sentence(BootObservation observation, string sentence) =>
        ObservedEvidence.Of(observation)!.ToText().Should().Be(sentence);

    [Fact]
    public async Task A_file_is_put_down_to_the_machine_that_has_the_address()
    {
        await using var core = await MaasCore.OpenAsync(new SqliteMaasStore(SqliteStoreOptions.InMemory));
        using var timeline = new BootTimelineWriter(
            core.Timeline, core.Discoveries, new SeenNeighbours(null), new RecentOtherServers(),
            new StoreTime(TimeProvider.System, core.TimeProvider), NullLogger<BootTimelineWriter>.Instance);
        timeline.Observe(
            new BootObservation.DhcpExchange(At, Hardware, Address, 1, "REQUEST", "ACK", "the same address", null, TimeSpan.Zero));
        timeline.Observe(new BootObservation.FileTransfer(At, null, Address, "tftp", "snponly.efi", 1000, "completed", "", TimeSpan.Zero));
        timeline.Observe(new BootObservation.FileTransfer(At, null, Server, "tftp", "nobody's", 1, "completed", "", TimeSpan.Zero));
        timeline.Complete();

        await timeline.StartAsync(TestContext.Current.CancellationToken);
        await timeline.ExecuteTask!;

        var seen = await core.Timeline.ObservationsAsync(MacAddress.Parse("52:54:00:12:34:56"));
        seen.Select(observation => observation.Kind).Should().Equal("dhcp", "tftp");
    }

    [Fact]
    public async Task What_a_host_whose_clock_is_a_day_ahead_saw_has_the_time_of_the_store()
    {
        var (host, store) = (new FakeTimeProvider(At.AddDays(1)), new FakeTimeProvider(At));
        await using var core = await MaasCore.OpenAsync(
            new SqliteMaasStore(SqliteStoreOptions.InMemory), null, new MaasCoreServices { TimeProvider = store });
        using var timeline = new BootTimelineWriter(
            core.Timeline, core.Discoveries, new SeenNeighbours(null), new RecentOtherServers(), new StoreTime(host, core.TimeProvider),
            NullLogger<BootTimelineWriter>.Instance);
        timeline.Observe(new BootObservation.DhcpExchange(
            host.GetUtcNow(), Hardware, Address, 1, "REQUEST", "ACK", "the same address", null, TimeSpan.Zero));
        timeline.Complete();
        await timeline.StartAsync(TestContext.Current.CancellationToken);
        await timeline.ExecuteTask!; // started above

        (await core.Timeline.ObservationsAsync(MacAddress.Parse("52:54:00:12:34:56"))).Should().ContainSingle().Which.At.Should().Be(At);
    }

    [Fact]
    public async Task A_neighbour_table_that_cannot_be_read_costs_one_line_and_never_the_host()
    {
        await using var core = await MaasCore.OpenAsync(new SqliteMaasStore(SqliteStoreOptions.InMemory));
        using var timeline = new BootTimelineWriter(
            core.Timeline, core.Discoveries, new WithoutDescriptors(), new RecentOtherServers(),
            new StoreTime(TimeProvider.System, core.TimeProvider), NullLogger<BootTimelineWriter>.Instance);
        timeline.Observe(new BootObservation.FileTransfer(At, null, Server, "tftp", "snponly.efi", 1000, "completed", "", TimeSpan.Zero));
        timeline.Observe(
            new BootObservation.DhcpExchange(At, Hardware, Address, 1, "REQUEST", "ACK", "the same address", null, TimeSpan.Zero));
        timeline.Complete();

        await timeline.StartAsync(TestContext.Current.CancellationToken);
        await timeline.ExecuteTask!; // started above

        (await core.Timeline.ObservationsAsync(MacAddress.Parse("52:54:00:12:34:56"))).Should().ContainSingle().Which.Kind.Should()
            .Be("dhcp");
    }

    [Fact]
    public async Task A_timeline_that_is_disposed_of_while_it_waits_ends_without_an_error()
    {
        await using var core = await MaasCore.OpenAsync(new SqliteMaasStore(SqliteStoreOptions.InMemory));
        var timeline = new BootTimelineWriter(
            core.Timeline, core.Discoveries, new SeenNeighbours(null), new RecentOtherServers(),
            new StoreTime(TimeProvider.System, core.TimeProvider), NullLogger<BootTimelineWriter>.Instance);
        await timeline.StartAsync(TestContext.Current.CancellationToken);
        var execution = timeline.ExecuteTask!; // started above
        timeline.Observe(
            new BootObservation.DhcpExchange(At, Hardware, Address, 1, "REQUEST", "ACK", "the same address", null, TimeSpan.Zero));
        while ((await core.Timeline.ObservationsAsync(MacAddress.Parse("52:54:00:12:34:56"))).Count == 0)
            await Task.Yield(); // it waits for the next one then
        timeline.Dispose();
        await execution.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    private sealed class WithoutDescriptors : IAddressResolver
    {
        public ValueTask<AddressEvidence> FindEvidenceAsync(
            HardwareAddress client, IPAddress address, CancellationToken cancellationToken) => new(AddressEvidence.None);

        public HardwareAddress? OwnerOf(IPAddress address) => throw new System.ComponentModel.Win32Exception(24);
    }
}
