using System.Net;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Syslog;
using Maas.Boot.Tests.Dhcp6.Leases;
using Maas.Boot.Tests.Dhcp6.Server;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Boot.Tests.Dhcp4.Leases;

/// <summary>
/// A clock that is wrong, and then set right, ends or holds nothing: what lasts for a while is timed by the monotonic timer.
/// </summary>
public class ClockTests
{
    private static readonly DateTimeOffset Right = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan TenYears = TimeSpan.FromDays(3650);

    public static TheoryData<double> Corrections => [-3650, -1, -1d / 24, 1d / 24, 1, 3650];

    [Theory]
    [MemberData(nameof(Corrections))]
    public async Task An_offer_lasts_for_half_a_minute_whatever_becomes_of_the_clock(double days)
    {
        var scene = await LeaseScene.OpenAsync(time: new CorrectedTime(Right + TenYears));
        for (var client = 1; client <= 4; client++) scene.Offer(client).Should().NotBeNull();
        ((CorrectedTime)scene.Time).Correction = TimeSpan.FromDays(days);
        scene.Time.Advance(TimeSpan.FromSeconds(29));
        scene.Offer(5).Should().BeNull("all four addresses are offered to others");
        scene.Time.Advance(TimeSpan.FromSeconds(2));
        scene.Offer(5).Should().NotBeNull();
    }

    [Theory]
    [MemberData(nameof(Corrections))]
    public async Task A_lease_lasts_for_its_time_and_is_written_as_the_clock_shows_it(double days)
    {
        var scene = await LeaseScene.OpenAsync(time: new CorrectedTime(Right + TenYears));
        var address = scene.Lease(1)!;
        ((CorrectedTime)scene.Time).Correction = TimeSpan.FromDays(days);
        scene.Time.Advance(TimeSpan.FromMinutes(59));
        var lease = scene.Addresses.Find(IPAddress.Parse(address))!.Value;
        (lease.ExpiresAt - scene.Time.GetUtcNow()).Should().Be(TimeSpan.FromMinutes(1));
        scene.Ask(AddressRequestKind.Extend, 1, address).Kind.Should().Be(AddressResultKind.Grant);
        scene.Commit();
        (scene.Store.Leases[IPAddress.Parse(address)].ExpiresAt - scene.Time.GetUtcNow()).Should().Be(TimeSpan.FromHours(1));
        scene.Time.Advance(TimeSpan.FromMinutes(61));
        scene.Addresses.Find(IPAddress.Parse(address)).Should().BeNull();
    }

    [Fact]
    public async Task A_lease_that_was_written_while_the_clock_was_ahead_does_not_hold_its_address_for_years()
    {
        var scene = await LeaseScene.OpenAsync(time: new CorrectedTime(Right + TenYears));
        var address = scene.Lease(1)!;
        ((CorrectedTime)scene.Time).Correction = -TenYears;
        var restarted = await LeaseScene.OpenAsync(store: scene.Store, time: new FakeTimeProvider(Right));
        restarted.Addresses.Find(IPAddress.Parse(address)).Should().NotBeNull("its client may use it");
        restarted.Time.Advance(LeaseScene.Subnet.LongestLeaseTime + TimeSpan.FromSeconds(1));
        restarted.Addresses.Find(IPAddress.Parse(address)).Should().BeNull();
    }

    [Theory]
    [MemberData(nameof(Corrections))]
    public async Task A_lease_over_IPv6_lasts_for_its_time_and_is_written_as_the_clock_shows_it(double days)
    {
        var time = new CorrectedTime(Right + TenYears);
        var store = new MemoryLeaseStore6();
        var addresses = await Maas.Boot.Dhcp6.Leases.LeaseAllocator6.OpenAsync([LeaseScene6.Subnet], store, timeProvider: time);
        var question = new Maas.Boot.Dhcp6.Leases.AssociationRequest(
            Maas.Boot.Dhcp6.Leases.AssociationRequestKind.Take, Packet6.Client, Packet6.Association(1), null, IsFirmware: false);
        var address = addresses.Ask(LeaseScene6.Subnet, question).Association.Addresses.Single().Address;
        time.Correction = TimeSpan.FromDays(days);
        await addresses.CommitAsync(default);
        (store.Leases[address].ExpiresAt - time.GetUtcNow()).Should().Be(LeaseScene6.Subnet.LeaseTime);
        addresses.Find(address)!.ExpiresAt.Should().Be(store.Leases[address].ExpiresAt);
        time.Advance(LeaseScene6.Subnet.LeaseTime + TimeSpan.FromSeconds(1));
        addresses.Find(address).Should().BeNull();

        // Written while the clock was ahead by whatever it was, and read when it is right.
        store.Leases[address] = store.Leases[address] with
        {
            Since = Right + TenYears,
            ExpiresAt = Right + TenYears + TimeSpan.FromHours(1)
        };
        var right = new FakeTimeProvider(Right);
        var restarted = await Maas.Boot.Dhcp6.Leases.LeaseAllocator6.OpenAsync([LeaseScene6.Subnet], store, timeProvider: right);
        restarted.Find(address).Should().NotBeNull();
        right.Advance(LeaseScene6.Subnet.LeaseTime + TimeSpan.FromSeconds(1));
        restarted.Find(address).Should().BeNull();
    }

    [Fact]
    public void A_budget_of_log_lines_is_renewed_when_the_clock_was_set_back()
    {
        var budget = new SyslogRateLimiter(1, TimeSpan.FromSeconds(10), 10);
        budget.TryTake(IPAddress.Loopback, Right + TenYears).Should().BeTrue();
        budget.TryTake(IPAddress.Loopback, Right + TenYears).Should().BeFalse();
        budget.TryTake(IPAddress.Loopback, Right).Should().BeTrue();
        budget.TryTake(IPAddress.Loopback, Right).Should().BeFalse();
    }

    /// <summary>A clock that can be set, as a system's is: its timers and its monotonic timestamps do not notice.</summary>
    private sealed class CorrectedTime(DateTimeOffset start) : FakeTimeProvider(start)
    {
        public TimeSpan Correction { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Correction;

        public override long GetTimestamp() => base.GetUtcNow().UtcTicks;
    }
}
