using System.Net;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;

namespace Maas.Boot.Tests.Dhcp4.Leases;

/// <summary>A host that starts while the store is away that it shares with others.</summary>
public sealed class SnapshotLeaseAllocatorTests
{
    [Fact]
    public async Task A_client_goes_on_with_its_address()
    {
        await using var scene = await SnapshotLeaseScene.OpenAsync(1);
        var granted = await scene.LeaseAsync(0, 1);
        await scene.SaveAsync(0);
        scene.Cut(0);
        await scene.RestartAsync(0);

        (await scene.AskAsync(0, AddressRequestKind.Discover, 1)).Address.Should().Be(granted.Address);
        var renewed = await scene.AskAsync(0, AddressRequestKind.Extend, 1, granted.Address.ToString());
        renewed.Kind.Should().Be(AddressResultKind.Grant);
        (await scene.AskAsync(0, AddressRequestKind.Extend, 2, granted.Address.ToString())).Kind.Should().NotBe(AddressResultKind.Grant);
    }

    [Fact]
    public async Task New_clients_get_the_reserve_for_a_restart_which_the_process_before_leased_to_nobody()
    {
        var subnet = SharedLeaseScene.Subnet with { Ranges = [AddressRange.Parse("10.0.0.10-10.0.0.137")] };
        await using var scene = await SnapshotLeaseScene.OpenAsync(1, subnet);
        scene.Cut(0);
        List<AddressResult> before = [], after = [];
        for (var client = 1; client <= 20; client++) before.Add(await scene.LeaseAsync(0, client));
        await scene.RestartAsync(0);

        for (var client = 31; client <= 40; client++) after.Add(await scene.LeaseAsync(0, client));

        before.Count(answer => answer.Kind == AddressResultKind.Grant).Should().Be(16, "an eighth");
        after.Count(answer => answer.Kind == AddressResultKind.Grant).Should().Be(4, "a quarter of that");
        before.Concat(after).Where(answer => answer.Kind == AddressResultKind.Grant).Select(answer => answer.Address).Should()
            .OnlyHaveUniqueItems();
        scene.AloneOf(0)!.FreeInReserve.Should().Be(0);
        scene.AloneOf(0)!.Unwritten.Should().Be(4);
    }

    [Fact]
    public async Task What_was_leased_is_known_after_another_restart_and_is_written_when_the_store_answers()
    {
        await using var scene = await SnapshotLeaseScene.OpenAsync(2);
        scene.Cut(0);
        await scene.RestartAsync(0);
        var granted = await scene.LeaseAsync(0, 1);
        await scene.RestartAsync(0);

        (await scene.AskAsync(0, AddressRequestKind.Extend, 1, granted.Address.ToString())).Kind.Should().Be(AddressResultKind.Grant);
        await scene.HealAsync(0);

        scene.Store.Entries[granted.Address].Lease.Should().Match<Lease>(
            lease => lease.State == LeaseState.Bound && lease.Client == SharedLeaseScene.IdOf(1));
        File.Exists(scene.FileOf(0) + ".journal").Should().BeFalse();
        await scene.SynchronizeAsync(1);
        (await scene.AskAsync(1, AddressRequestKind.Discover, 1)).Address.Should().Be(granted.Address);
    }

    [Fact]
    public async Task What_a_process_leased_without_the_store_is_written_by_the_next_one()
    {
        await using var scene = await SnapshotLeaseScene.OpenAsync(1);
        scene.Cut(0);
        var granted = await scene.LeaseAsync(0, 1);
        await scene.SaveAsync(0);
        await scene.RestartAsync(0);
        (await scene.AskAsync(0, AddressRequestKind.Extend, 1, granted.Address.ToString())).Kind.Should().Be(AddressResultKind.Grant);

        await scene.HealAsync(0);

        scene.Store.Entries[granted.Address].Should().Match<SharedLease<Lease>>(
            entry => entry.Server == null && entry.Lease.State == LeaseState.Bound && entry.Lease.Client == SharedLeaseScene.IdOf(1));
    }

    [Fact]
    public async Task A_reserved_address_is_leased_and_the_reserve_only_while_the_store_holds_it()
    {
        var mac = LeaseScene.From(9).Hardware;
        var subnet = SharedLeaseScene.Subnet with
        {
            Reservations = [new AddressReservation.ForHardware(IPAddress.Parse("10.0.0.5"), mac)],
        };
        await using var scene = await SnapshotLeaseScene.OpenAsync(1, subnet);
        scene.Cut(0);
        scene.Time.Advance(TimeSpan.FromHours(2));
        await scene.RestartAsync(0);

        (await scene.LeaseAsync(0, 9)).Address.Should().Be(IPAddress.Parse("10.0.0.5"));
        (await scene.LeaseAsync(0, 1)).Kind.Should().NotBe(AddressResultKind.Grant, "its reserve is held no longer");
    }

    [Fact]
    public async Task A_clock_that_was_set_back_and_an_old_snapshot_are_refused()
    {
        await using var scene = await SnapshotLeaseScene.OpenAsync(1);
        var file = scene.FileOf(0);
        var early = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(scene.Time.GetUtcNow().AddSeconds(-1));
        var late = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(scene.Time.GetUtcNow().AddDays(8));

        FluentActions.Invoking(() => SnapshotLeaseAllocator.Open([SharedLeaseScene.Subnet], file, null, early)).Should()
            .Throw<InvalidDataException>().WithMessage("*clock*wrong*");
        FluentActions.Invoking(() => SnapshotLeaseAllocator.Open([SharedLeaseScene.Subnet], file, null, late)).Should()
            .Throw<InvalidDataException>().WithMessage("*too old*");
    }

    [Fact]
    public async Task A_damaged_file_is_refused_wherever_it_is_damaged_and_a_host_with_the_store_starts_anew()
    {
        await using var scene = await SnapshotLeaseScene.OpenAsync(1);
        await scene.LeaseAsync(0, 1);
        await scene.SaveAsync(0);
        var (file, copy) = (scene.FileOf(0), scene.FileOf(0) + "-copy");
        var content = await File.ReadAllBytesAsync(file);
        for (var place = 0; place < content.Length; place++)
        {
            var damaged = content.ToArray();
            damaged[place] ^= 0x10;
            await File.WriteAllBytesAsync(copy, damaged);
            FluentActions.Invoking(() => SnapshotLeaseAllocator.Open([SharedLeaseScene.Subnet], copy, null, scene.Time)).Should()
                .Throw<InvalidDataException>();
            await File.WriteAllBytesAsync(copy, content[..place]);
            FluentActions.Invoking(() => SnapshotLeaseAllocator.Open([SharedLeaseScene.Subnet], copy, null, scene.Time)).Should()
                .Throw<InvalidDataException>();
        }

        await File.WriteAllBytesAsync(file, content[..^1]);
        await scene.RestartAsync(0);
        (await scene.LeaseAsync(0, 2)).Kind.Should().Be(AddressResultKind.Grant);
    }

    [Fact]
    public async Task An_address_that_is_reserved_leaves_the_reserve_for_a_restart()
    {
        var subnet = SharedLeaseScene.Subnet with { Ranges = [AddressRange.Parse("10.0.0.10-10.0.0.41")] };
        await using var scene = await SnapshotLeaseScene.OpenAsync(1, subnet);
        await scene.SaveAsync(0);
        var alone = SnapshotLeaseAllocator.Open([subnet], scene.FileOf(0), null, scene.Time)!;
        alone.FreeInReserve.Should().Be(1);
        await alone.DisposeAsync();
        var kept = scene.Store.Entries.Where(entry => entry.Value.Server is not null).GroupBy(entry => entry.Value.Server)
            .Single(server => server.Count() == 1).Single().Key;

        scene.SharedOf(0)!.Leases.AddReservation(new AddressReservation.ForHardware(kept, LeaseScene.From(9).Hardware)).Should()
            .BeOfType<ReservationResult.Added>();
        await scene.SynchronizeAsync(0);

        scene.ConnectionOf(0).Released.Should().Contain(kept);
        (await scene.LeaseAsync(0, 9)).Address.Should().Be(kept);
    }
}
