using System.Buffers;
using System.Net;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp6.Leases;

namespace Maas.Boot.Tests.Dhcp6.Leases;

public sealed class LeaseJournal6Tests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-journal6-");

    private string FilePath => Path.Combine(_folder.FullName, "leases");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_last_record_of_an_address_is_read_back()
    {
        await using (var journal = LeaseJournal6.Open(FilePath))
        {
            await journal.WriteAsync([A(1), A(2)], default);
            await journal.WriteAsync([A(1) with { State = LeaseState.Released, Hardware = null, Client = default }], default);
        }

        (await ReadAsync()).Should().BeEquivalentTo([A(1) with { State = LeaseState.Released, Hardware = null, Client = default }, A(2)]);
    }

    [Fact]
    public async Task Whatever_a_crash_leaves_of_the_last_write_the_writes_before_it_are_kept()
    {
        await using (var journal = LeaseJournal6.Open(FilePath)) await journal.WriteAsync([A(1)], default);
        var whole = (await File.ReadAllBytesAsync(FilePath)).Length;
        await using (var journal = LeaseJournal6.Open(FilePath)) await journal.WriteAsync([A(2)], default);
        var content = await File.ReadAllBytesAsync(FilePath);
        for (var length = whole; length < content.Length; length++)
        {
            await File.WriteAllBytesAsync(FilePath, content[..length]);
            (await ReadAsync()).Should().BeEquivalentTo([A(1)]);
        }
    }

    [Fact]
    public async Task A_journal_of_the_version_before_is_read_and_becomes_one_of_this()
    {
        var output = new ArrayBufferWriter<byte>();
        LeaseRecords6.Write(output, A(2) with { Rule = null });
        var frame = new byte[JournalFrame.HeaderLength + output.WrittenCount - 1]; // version 1 had no rule's length at the end
        output.WrittenSpan[..^1].CopyTo(frame.AsSpan(JournalFrame.HeaderLength));
        JournalFrame.Seal(frame, sequence: 1);
        await File.WriteAllBytesAsync(FilePath, [.. "MAASL6\0\u0001"u8, .. frame]);
        await using (var journal = LeaseJournal6.Open(FilePath)) await journal.WriteAsync([A(1)], default);
        (await ReadAsync()).Should().BeEquivalentTo([A(2) with { Rule = null }, A(1)]);
        (await File.ReadAllBytesAsync(FilePath))[..8].Should().Equal("MAASL6\0\u0002"u8.ToArray());
    }

    [Fact]
    public async Task A_journal_of_IPv4_leases_is_refused()
    {
        await using (LeaseJournal.Open(FilePath)) { }
        FluentActions.Invoking(() => LeaseJournal6.Open(FilePath)).Should().Throw<InvalidDataException>();
    }

    private async Task<List<Lease6>> ReadAsync()
    {
        await using var journal = LeaseJournal6.Open(FilePath);
        return await journal.ReadAsync(default).ToListAsync();
    }

    private static Lease6 A(int number) => new()
    {
        Address = IPAddress.Parse($"fd00::{number}"),
        Client = LeaseScene6.ClientOf((byte)number),
        AssociationId = 0xdeadbeef,
        Hardware = LeaseScene6.HardwareOf((byte)number),
        State = LeaseState.Bound,
        Since = DateTimeOffset.UnixEpoch,
        ExpiresAt = DateTimeOffset.UnixEpoch.AddHours(1),
        Rule = "a free address",
    };
}
