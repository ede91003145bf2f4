using System.Buffers;
using System.Buffers.Binary;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp.Leases;

/// <summary>
/// The file of a <see cref="LeaseSnapshot{TLease}"/>, all numbers big-endian, times in ms since 1970. It is replaced as a whole.
/// <code>
/// "MAASSNAP" (8)  the header of the format of the leases (8)  version (1)  length of what follows the checksum (4)
/// crc32c of all but itself (4)
/// time (8)  boot (16)  uptime (8)  store time (8)  next server (16)
/// count (4) of entries:            held until (8)  server, 0 for a client's address (16)  lease
/// count (4) of unwritten leases:   server (16)  lease
/// </code>
/// </summary>
internal sealed class LeaseSnapshotFile<TAddress, TLease, TFormat>(string path)
    where TFormat : IJournalRecords<TAddress, TLease>
{
    /// <summary>The most entries and unwritten leases, of each, that a file has.</summary>
    public const int MostLeases = 1 << 20;

    private const byte Version = 1;
    private const int HeaderLength = 25, LongestContent = 256 << 20;

    private static ReadOnlySpan<byte> Mark => "MAASSNAP"u8;

    /// <summary>The file of the leases that are granted by a server that started from the snapshot.</summary>
    public string JournalPath => path + ".journal";

    /// <summary>Deletes the journal, so that no crash brings it back beside a later snapshot.</summary>
    public void DeleteJournal()
    {
        if (!File.Exists(JournalPath)) return;
        File.Delete(JournalPath);
        DirectorySync.Flush(Path.GetDirectoryName(Path.GetFullPath(JournalPath))!); // a full path of a file has a directory
    }

    /// <summary>Writes the file.</summary>
    /// <exception cref="IOException">It cannot be written; the one before is still there.</exception>
    public async Task WriteAsync(LeaseSnapshot<TLease> snapshot, CancellationToken cancellationToken)
    {
        if (snapshot.Entries.Count > MostLeases || snapshot.Unwritten.Count > MostLeases)
            throw new IOException($"{path} takes {MostLeases} leases, and there are more.");
        await PrivateFileWriter.WriteAsync(path, Write(snapshot), overwrite: true, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the file.</summary>
    /// <returns>The snapshot; <see langword="null"/> when there is no file.</returns>
    /// <exception cref="InvalidDataException">It is no snapshot of these leases, a newer program wrote it, or it is damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public LeaseSnapshot<TLease>? Read()
    {
        if (new FileInfo(path) is not { Exists: true } file) return null;
        if (file.Length > LongestContent) throw Invalid("is too long");
        var content = File.ReadAllBytes(path);
        if (content.Length < HeaderLength || !content.AsSpan().StartsWith(Mark) || !content.AsSpan(8).StartsWith(TFormat.Header[..^1]))
            throw Invalid("is no snapshot of these leases");
        if (content[16] > Version || content[15] > TFormat.Header[^1]) throw Invalid("was written by a newer program; use that one");
        if (content.Length != HeaderLength + BinaryPrimitives.ReadUInt32BigEndian(content.AsSpan(17))
            || BinaryPrimitives.ReadUInt32BigEndian(content.AsSpan(21)) != Checksum(content)) throw Invalid("is damaged");
        return TryRead(content.AsSpan(HeaderLength), content[15]) ?? throw Invalid("has content that cannot be");
    }

    private static byte[] Write(LeaseSnapshot<TLease> snapshot)
    {
        var output = new ArrayBufferWriter<byte>(4096);
        output.Write(Mark);
        output.Write(TFormat.Header);
        output.Write((ReadOnlySpan<byte>)[Version, 0, 0, 0, 0, 0, 0, 0, 0]);
        WriteTime(output, snapshot.Written.Time);
        output.Write(snapshot.Written.Boot.ToByteArray());
        WriteNumber(output, (long)snapshot.Written.Uptime.TotalMilliseconds);
        WriteTime(output, snapshot.StoreTime);
        output.Write(snapshot.NextServer.ToByteArray());
        WriteCount(output, snapshot.Entries.Count);
        foreach (var entry in snapshot.Entries)
        {
            WriteTime(output, entry.HeldUntil);
            output.Write((entry.Server ?? default).ToByteArray());
            TFormat.Write(output, entry.Lease);
        }

        WriteCount(output, snapshot.Unwritten.Count);
        foreach (var (server, lease) in snapshot.Unwritten)
        {
            output.Write(server.ToByteArray());
            TFormat.Write(output, lease);
        }

        var content = output.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(17), content.Length - HeaderLength);
        BinaryPrimitives.WriteUInt32BigEndian(content.AsSpan(21), Checksum(content));
        return content;
    }

    private static LeaseSnapshot<TLease>? TryRead(ReadOnlySpan<byte> content, byte format)
    {
        if (!TryReadTime(ref content, out var time) || !TryReadGuid(ref content, out var boot)
            || !TryReadNumber(ref content, out var uptime) || uptime is < 0 or > long.MaxValue / TimeSpan.TicksPerMillisecond
            || !TryReadTime(ref content, out var storeTime) || !TryReadGuid(ref content, out var next)
            || !TryReadCount(ref content, out var count)) return null;
        List<SharedLease<TLease>> entries = [];
        for (; count > 0; count--)
        {
            if (!TryReadTime(ref content, out var heldUntil) || !TryReadGuid(ref content, out var server)
                || !TFormat.TryRead(ref content, format, out var lease)) return null;
            entries.Add(new SharedLease<TLease>(lease, heldUntil, server == default ? null : server));
        }

        if (!TryReadCount(ref content, out count)) return null;
        List<(Guid Server, TLease Lease)> unwritten = [];
        for (; count > 0; count--)
        {
            if (!TryReadGuid(ref content, out var server) || !TFormat.TryRead(ref content, format, out var lease)) return null;
            unwritten.Add((server, lease));
        }

        return content.IsEmpty
            ? new LeaseSnapshot<TLease>(
                new HostMoment(time, boot, TimeSpan.FromMilliseconds(uptime)), storeTime, next, entries, unwritten)
            : null;
    }

    private static void WriteTime(ArrayBufferWriter<byte> output, DateTimeOffset time) =>
        WriteNumber(output, time.ToUnixTimeMilliseconds());

    private static void WriteNumber(ArrayBufferWriter<byte> output, long number)
    {
        BinaryPrimitives.WriteInt64BigEndian(output.GetSpan(8), number);
        output.Advance(8);
    }

    private static void WriteCount(ArrayBufferWriter<byte> output, int count)
    {
        BinaryPrimitives.WriteInt32BigEndian(output.GetSpan(4), count);
        output.Advance(4);
    }

    private static bool TryReadTime(ref ReadOnlySpan<byte> content, out DateTimeOffset time)
    {
        time = default;
        if (!TryReadNumber(ref content, out var milliseconds) || !JournalTime.IsValid(milliseconds)) return false;
        time = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        return true;
    }

    private static bool TryReadNumber(ref ReadOnlySpan<byte> content, out long number)
    {
        if (!BinaryPrimitives.TryReadInt64BigEndian(content, out number)) return false;
        content = content[8..];
        return true;
    }

    private static bool TryReadCount(ref ReadOnlySpan<byte> content, out int count)
    {
        if (!BinaryPrimitives.TryReadInt32BigEndian(content, out count) || count is < 0 or > MostLeases) return false;
        content = content[4..];
        return true;
    }

    private static bool TryReadGuid(ref ReadOnlySpan<byte> content, out Guid guid)
    {
        guid = default;
        if (content.Length < 16) return false;
        guid = new Guid(content[..16]);
        content = content[16..];
        return true;
    }

    private static uint Checksum(ReadOnlySpan<byte> content) =>
        ~Crc32C.Append(Crc32C.Append(uint.MaxValue, content[..21]), content[HeaderLength..]);

    private InvalidDataException Invalid(string reason) => new($"{path} {reason}.");
}
