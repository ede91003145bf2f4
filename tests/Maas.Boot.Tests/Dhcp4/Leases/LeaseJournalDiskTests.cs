using System.Net;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Wire;
using Maas.Judges;

namespace Maas.Boot.Tests.Dhcp4.Leases;

/// <summary>A journal on a disk that becomes full: what was acknowledged stays, and it goes on when there is room again.</summary>
public sealed class LeaseJournalDiskTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact(Timeout = 60_000)]
    public async Task No_lease_that_was_acknowledged_is_lost_on_a_full_disk_and_leases_go_on_when_there_is_room()
    {
        await using var disk = await SmallDisk.MountAsync("1m");
        var path = Path.Combine(disk.Path, "leases");
        Dictionary<IPAddress, Lease> acknowledged = [];
        await using (var journal = LeaseJournal.Open(path, smallestRewrite: 64 * 1024))
        {
            var stop = TestContext.Current.CancellationToken;
            await WriteMoreAsync(journal, acknowledged, 500, stop);
            disk.Fill();
            var full = () => WriteMoreAsync(journal, acknowledged, int.MaxValue, stop);

            (await full.Should().ThrowAsync<IOException>()).Which.Message.Should().Contain("No space left");
            await full.Should().ThrowAsync<IOException>("there is still no space");
            disk.MakeRoom();
            await WriteMoreAsync(journal, acknowledged, 500, stop);
            await full.Should().ThrowAsync<IOException>("the journal itself has filled the disk");
        }

        File.Exists(path + ".rewrite").Should().BeFalse("a rewrite that failed takes no space");
        (await ReadAsync(path)).ToHashSet().SetEquals(acknowledged.Values).Should().BeTrue("each lease is as it was acknowledged");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_journal_that_could_not_be_rewritten_is_rewritten_when_there_is_room()
    {
        await using var disk = await SmallDisk.MountAsync("512k");
        var path = Path.Combine(disk.Path, "leases");
        await using (var journal = LeaseJournal.Open(path, smallestRewrite: 16 * 1024))
        {
            for (var number = 0; number < 1000; number++) await WriteAsync(journal, LeaseOf(number));
            disk.Fill();
            // The file has free octets in its last page; a rewrite has none.
            var renewals = async () =>
            {
                for (var number = 0; !TestContext.Current.CancellationToken.IsCancellationRequested; number++)
                    await WriteAsync(journal, LeaseOf(number % 1000));
            };
            await renewals.Should().ThrowAsync<IOException>();
            disk.MakeRoom();
            for (var renewal = 0; renewal < 5000; renewal++) await WriteAsync(journal, LeaseOf(renewal % 1000));
        }

        new FileInfo(path).Length.Should().BeLessThan(400 * 1024, "5000 renewals are more than the disk has: it was rewritten");
        (await ReadAsync(path)).Should().HaveCount(1000);
    }

    private static async Task WriteMoreAsync(
        LeaseJournal journal, Dictionary<IPAddress, Lease> acknowledged, int count, CancellationToken stop)
    {
        for (; count > 0; count--)
        {
            stop.ThrowIfCancellationRequested();
            var lease = LeaseOf(acknowledged.Count);
            await WriteAsync(journal, lease);
            acknowledged.Add(lease.Address, lease);
        }
    }

    private static async Task WriteAsync(LeaseJournal journal, Lease lease) =>
        await journal.WriteAsync(new[] { lease }, TestContext.Current.CancellationToken);

    private static async Task<List<Lease>> ReadAsync(string path)
    {
        await using var journal = LeaseJournal.Open(path);
        return await journal.ReadAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
    }

    private static Lease LeaseOf(int number) => new()
    {
        Address = new IPAddress([10, (byte)(number >> 16), (byte)(number >> 8), (byte)number]),
        Client = new ClientIdentifier([1, 2, 0, 0, (byte)(number >> 16), (byte)(number >> 8), (byte)number]),
        Hardware = HardwareAddress.Parse("52:54:00:00:00:01"),
        State = LeaseState.Bound,
        Since = Now,
        ExpiresAt = Now.AddHours(1),
    };
}
