using System.Buffers;
using System.Net;
using Maas.Boot.Capture;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Wire;
using Maas.Boot.Net;

namespace Maas.Fuzz.Tests.Boot;

/// <summary>Files that a crash or an attacker may have written: the lease journal, and captures.</summary>
internal static class FileTargets
{
    private static readonly byte[][] s_journalWords = [[.. "LEAS"u8], [0xff, 0xff], [1], [3]];

    public static IEnumerable<FuzzTarget> All =>
    [
        new("lease-journal", Journal<IPv4Address, Lease, LeaseRecords>()) { Seeds = [Frame(1), Frame(3)], Words = s_journalWords },
        new("lease-journal-6", Journal<UInt128, Lease6, LeaseRecords6>()) { Seeds = [Frame6(1), Frame6(3)], Words = s_journalWords },
        new("capture", Capture)
        {
            Seeds = [.. Captured.Files.Select(f => File.ReadAllBytes(f).Take(1400).ToArray()), Pcapng()],
            Words = [[0xd4, 0xc3, 0xb2, 0xa1], [0xa1, 0xb2, 0xc3, 0xd4], [0x4d, 0x3c, 0xb2, 0xa1], [8, 0, 0x45], [0xff, 0xff, 0xff, 0xff]]
        },
    ];

    // As it is, and as the payload of a frame whose checksum is right: the checksum keeps out chance, not malice.
    private static FuzzCase Journal<TKey, TRecord, TFormat>()
        where TRecord : notnull
        where TFormat : IJournalRecords<TKey, TRecord>
    {
        var frame = new byte[JournalFrame.HeaderLength + 1500];
        return input =>
        {
            Read(input);
            if (input.Length > 1500) return;
            input.CopyTo(frame.AsSpan(JournalFrame.HeaderLength));
            JournalFrame.Seal(frame.AsSpan(0, JournalFrame.HeaderLength + input.Length), sequence: 7);
            if (Read(frame.AsSpan(0, JournalFrame.HeaderLength + input.Length)) == 0 && !input.IsEmpty)
                throw new InvalidOperationException("a sealed frame was not read");
        };

        static int Read(ReadOnlySpan<byte> content)
        {
            var frames = 0;
            for (var at = JournalFrame.Find(content, 0); at >= 0; at = JournalFrame.Find(content, at + 1))
            {
                if (!JournalFrame.TryRead(content[at..], out _, out var payload)) continue;
                frames++;
                for (var version = TFormat.Header[^1]; version > 0; version--)
                {
                    var rest = payload;
                    while (TFormat.TryRead(ref rest, version, out var lease)) _ = (TFormat.KeyOf(lease), lease.ToString()?.Length);
                }
            }

            return frames;
        }
    }

    private static void Capture(ReadOnlySpan<byte> input)
    {
        try
        {
            foreach (var packet in PcapReader.Read(input.ToArray()))
                if (packet.Payload.Length > input.Length) throw new InvalidOperationException("a packet longer than its file");
        }
        catch (InvalidDataException)
        {
            // Refused with a reason.
        }
    }

    private static byte[] Pcapng()
    {
        var output = new ArrayBufferWriter<byte>();
        PcapngWriter.Write(
            output,
            [.. PcapReader.Read(File.ReadAllBytes(Captured.Files[0]))
                .Take(2)
                .Select(p => p with { Payload = p.Payload[..Math.Min(p.Payload.Length, 200)], Comment = "why", IsSent = true })]);
        return output.WrittenSpan.ToArray();
    }

    private static byte[] Frame(int leases)
    {
        var output = new ArrayBufferWriter<byte>();
        var lease = new Lease
        {
            Address = IPAddress.Parse("10.0.0.1"),
            Client = new ClientIdentifier([1, 2, 0, 0, 0, 0, 1]),
            State = LeaseState.Bound,
            Since = DateTimeOffset.UnixEpoch,
            ExpiresAt = DateTimeOffset.UnixEpoch.AddHours(1),
            HostName = "host",
            Rule = "a free address",
        };
        JournalFrame.Write<IPv4Address, Lease, LeaseRecords>(output, 1, [.. Enumerable.Repeat(lease, leases)]);
        return output.WrittenSpan.ToArray();
    }

    private static byte[] Frame6(int leases)
    {
        var output = new ArrayBufferWriter<byte>();
        var lease = new Lease6
        {
            Address = IPAddress.Parse("fd00:77::1000"),
            Client = Duid.Of(Guid.Parse("4c4c4544-0000-4d61-8073-000000000001")),
            AssociationId = 1,
            State = LeaseState.Bound,
            Since = DateTimeOffset.UnixEpoch,
            ExpiresAt = DateTimeOffset.UnixEpoch.AddHours(1),
            Rule = "a free address",
        };
        JournalFrame.Write<UInt128, Lease6, LeaseRecords6>(output, 1, [.. Enumerable.Repeat(lease, leases)]);
        return output.WrittenSpan.ToArray();
    }
}
