using System.Buffers;
using System.Net;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Wire;

namespace Maas.Boot.Tests.Dhcp4.Leases;

public sealed class LeaseJournalTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly string _folder = Directory.CreateTempSubdirectory("maas-leases-").FullName;

    private string FilePath => Path.Combine(_folder, "leases");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_was_written_is_read_after_opening_again()
    {
        await using (var journal = LeaseJournal.Open(FilePath))
            await Write(journal, A(1), A(2), A(1) with { HostName = "later", State = LeaseState.Released });
        (await Read()).Should().BeEquivalentTo([A(1) with { HostName = "later", State = LeaseState.Released }, A(2)]);
    }

    [Fact]
    public async Task A_second_process_is_refused_and_does_not_touch_a_rewrite_of_the_first()
    {
        await using var journal = LeaseJournal.Open(FilePath);
        await Write(journal, A(1));
        await File.WriteAllTextAsync(FilePath + ".rewrite", "under way");
        FluentActions.Invoking(() => LeaseJournal.Open(FilePath)).Should().Throw<IOException>().WithMessage("*in use by another process*");
        File.Exists(FilePath + ".rewrite").Should().BeTrue();
    }

    [Fact]
    public async Task A_torn_end_is_cut_off_at_any_octet_and_loses_only_the_last_write()
    {
        long firstEnd;
        await using (var journal = LeaseJournal.Open(FilePath))
        {
            await Write(journal, A(1));
            firstEnd = new FileInfo(FilePath).Length;
            await Write(journal, A(2), A(3));
        }

        var whole = await File.ReadAllBytesAsync(FilePath);
        for (var length = 0; length < whole.Length; length++)
        {
            await File.WriteAllBytesAsync(FilePath, whole[..length]);
            (await Read()).Should().HaveCount(length >= firstEnd ? 1 : 0, $"{length} of {whole.Length} octets are left");
            await using (var journal = LeaseJournal.Open(FilePath)) await Write(journal, A(9));
            (await Read()).Should().Contain(A(9));
        }
    }

    [Fact]
    public async Task A_damaged_middle_is_refused_and_the_offset_is_told()
    {
        await using (var journal = LeaseJournal.Open(FilePath))
        {
            await Write(journal, A(1));
            await Write(journal, A(2));
            await Write(journal, A(3));
        }

        var content = await File.ReadAllBytesAsync(FilePath);
        content[40] ^= 1;
        await File.WriteAllBytesAsync(FilePath, content);
        FluentActions.Invoking(() => LeaseJournal.Open(FilePath))
            .Should()
            .Throw<InvalidDataException>()
            .WithMessage("*damaged at offset 8:*");
        (await File.ReadAllBytesAsync(FilePath)).Should().Equal(content, "what may still be repaired is left as it is");
    }

    [Fact]
    public async Task Any_file_is_opened_or_refused_with_a_reason()
    {
        await using (var journal = LeaseJournal.Open(FilePath))
            for (var i = 1; i < 20; i++) await Write(journal, A(i));
        var whole = await File.ReadAllBytesAsync(FilePath);
        var random = new Random(1);
        for (var i = 0; i < 400; i++)
        {
            var content = whole.ToArray();
            for (var n = random.Next(1, 5); n > 0; n--) content[random.Next(content.Length)] = (byte)random.Next(256);
            await File.WriteAllBytesAsync(FilePath, content);
            try
            {
                await using var journal = LeaseJournal.Open(FilePath);
            }
            catch (InvalidDataException e)
            {
                e.Message.Should().Contain(FilePath);
            }
        }
    }

    [Fact]
    public void Another_kind_of_file_is_refused()
    {
        File.WriteAllText(FilePath, "lease 10.0.0.1 { starts 4 }");
        FluentActions.Invoking(() => LeaseJournal.Open(FilePath)).Should().Throw<InvalidDataException>().WithMessage("*no lease journal*");
    }

    [Fact]
    public async Task A_journal_of_the_version_before_is_read_and_becomes_one_of_this()
    {
        var output = new ArrayBufferWriter<byte>();
        LeaseRecords.Write(output, A(2) with { Rule = null });
        var frame = new byte[JournalFrame.HeaderLength + output.WrittenCount - 5]; // version 1 had no rule's length and no relay at the end
        output.WrittenSpan[..^5].CopyTo(frame.AsSpan(JournalFrame.HeaderLength));
        JournalFrame.Seal(frame, sequence: 1);
        await File.WriteAllBytesAsync(FilePath, [.. "MAASLJ\0\u0001"u8, .. frame]);
        await using (var journal = LeaseJournal.Open(FilePath)) await Write(journal, A(1));
        (await Read()).Should().BeEquivalentTo([A(2) with { Rule = null }, A(1)]);
        (await File.ReadAllBytesAsync(FilePath))[..8].Should().Equal("MAASLJ\0\u0003"u8.ToArray());
    }

    [Fact]
    public void A_journal_of_a_version_to_come_is_refused_and_left_as_it_is()
    {
        File.WriteAllBytes(FilePath, "MAASLJ\0\u0004"u8.ToArray());
        FluentActions.Invoking(() => LeaseJournal.Open(FilePath))
            .Should()
            .Throw<InvalidDataException>()
            .WithMessage("*version 4*newer program*");
        File.ReadAllBytes(FilePath).Should().HaveCount(8);
    }

    [Fact]
    public async Task Why_an_address_is_used_is_known_after_a_restart()
    {
        var subnet = LeaseScene.Subnet;
        await using (var journal = LeaseJournal.Open(FilePath))
        {
            var addresses = await LeaseAllocator.OpenAsync([subnet], journal);
            var offer =
                await addresses.AskAsync(
                    new AddressRequest(AddressRequestKind.Discover, LeaseScene.From(1), IPAddress.Parse("10.0.0.1")), default);
            await addresses.AskAsync(
                new AddressRequest(AddressRequestKind.Select, LeaseScene.From(1), IPAddress.Parse("10.0.0.1"), offer.Address), default);
            await addresses.CommitAsync(default);
        }

        await using var again = LeaseJournal.Open(FilePath);
        (await LeaseAllocator.OpenAsync([subnet], again)).List().Should().ContainSingle().Which.Why.Should().EndWith(": a free address");
    }

    [Fact]
    public async Task A_second_opener_is_refused_while_the_first_has_it()
    {
        await using var journal = LeaseJournal.Open(FilePath);
        FluentActions.Invoking(() => LeaseJournal.Open(FilePath)).Should().Throw<IOException>();
    }

    [Fact]
    public async Task A_journal_that_has_grown_is_rewritten_with_all_it_holds()
    {
        for (var round = 0; round < 200;)
        {
            // Closing waits for the rewrite that goes on beside the writes.
            await using var journal = LeaseJournal.Open(FilePath, smallestRewrite: 10_000);
            for (var end = round + 20; round < end; round++)
                await Write(journal, [.. Enumerable.Range(1, 10).Select(i => A(i) with { ExpiresAt = Now.AddMinutes(round) })]);
        }

        new FileInfo(FilePath).Length.Should().BeLessThan(40_000);
        (await Read()).Should().BeEquivalentTo(Enumerable.Range(1, 10).Select(i => A(i) with { ExpiresAt = Now.AddMinutes(199) }));
        File.Exists(FilePath + ".rewrite").Should().BeFalse();
    }

    private static Lease A(int number) => new()
    {
        Address = IPAddress.Parse($"10.0.0.{number}"),
        Client = new ClientIdentifier([1, 2, (byte)number]),
        Hardware = HardwareAddress.Parse("52:54:00:00:00:01"),
        State = LeaseState.Bound,
        Since = Now,
        ExpiresAt = Now.AddHours(1),
        HostName = number % 2 == 0 ? "host" : null,
        Rule = "a free address",
    };

    private static ValueTask Write(LeaseJournal journal, params Lease[] leases) => journal.WriteAsync(leases, default);

    private async Task<List<Lease>> Read()
    {
        await using var journal = LeaseJournal.Open(FilePath);
        return await journal.ReadAsync(default).ToListAsync();
    }
}
