using Maas.Images.ByteSources;
using Maas.Images.Edits;

namespace Maas.Images.Tests.Edits;

/// <summary>The machine stopped, or the disk had no room, at this write.</summary>
public sealed class MediumStoppedException : IOException;

/// <summary>
/// A disk in memory with an image and perhaps a journal on it. What was written but not flushed is lost in part when the machine stops: any
/// 512-byte sectors of it, as the seed says. It stops, or is full, at the write, flush or change of a name with a given number.
/// </summary>
internal sealed class FailingDisk(byte[] image)
{
    public SimulatedFile Image { get; } = new(image);

    public SimulatedFile? Journal { get; set; }

    public bool JournalNameIsDurable { get; set; }

    public int Steps { get; set; }

    public int StopAt { get; set; } = int.MaxValue;

    public bool IsFull { get; set; }

    public void Step(bool takesRoom)
    {
        Steps++;
        if (IsFull ? Steps >= StopAt && takesRoom : Steps >= StopAt) throw new MediumStoppedException();
    }

    /// <summary>The disk as the next boot finds it.</summary>
    public FailingDisk Restart(int seed)
    {
        var random = new Random(seed);
        var next = new FailingDisk(Image.AfterPowerLoss(random));
        if (Journal is not null && (JournalNameIsDurable || random.Next(2) == 0))
            (next.Journal, next.JournalNameIsDurable) = (new SimulatedFile(Journal.AfterPowerLoss(random)), true);
        return next;
    }
}

internal sealed class FailingMedium(FailingDisk disk) : IEditMedium
{
    public DurableBytes Image { get; } = new FailingFile(disk, disk.Image);

    public long FreeSpace => disk.IsFull ? 0 : long.MaxValue;

    public DurableBytes? OpenJournal() => disk.Journal is { } journal ? new FailingFile(disk, journal) : null;

    public DurableBytes CreateJournal()
    {
        disk.Step(takesRoom: true);
        disk.Journal.Should().BeNull();
        return new FailingFile(disk, disk.Journal = new SimulatedFile([]));
    }

    public void SyncNames()
    {
        disk.Step(takesRoom: false);
        disk.JournalNameIsDurable = true;
    }

    public void DeleteJournal()
    {
        disk.Step(takesRoom: false);
        (disk.Journal, disk.JournalNameIsDurable) = (null, false);
    }

    public void Replace(Action<FileStream> write) => throw new NotSupportedException("What is edited on it is edited in place.");

    public void Dispose()
    {
    }
}

internal sealed class FailingFile(FailingDisk disk, SimulatedFile file) : DurableBytes
{
    public override long Length => file.Now.Length;

    public override int Read(long offset, Span<byte> buffer)
    {
        if (offset >= Length) return 0;
        var part = file.Now.AsSpan((int)offset, (int)Math.Min(buffer.Length, Length - offset));
        part.CopyTo(buffer);
        return part.Length;
    }

    public override void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            disk.Step(takesRoom: true);
        }
        catch (MediumStoppedException)
        {
            // the part that got through: a disk writes a sector whole or not at all
            file.Write(offset, bytes[..(bytes.Length / 2 / SimulatedFile.Sector * SimulatedFile.Sector)]);
            throw;
        }

        file.Write(offset, bytes);
    }

    public override void SetLength(long length)
    {
        disk.Step(takesRoom: true);
        file.SetLength(length);
    }

    public override void Flush()
    {
        disk.Step(takesRoom: false);
        file.Flush();
    }
}

internal sealed class SimulatedFile(byte[] content)
{
    public const int Sector = 512;

    private byte[] _durable = [.. content];

    public byte[] Now { get; private set; } = [.. content];

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        if (offset + bytes.Length > Now.Length) SetLength(offset + bytes.Length);
        bytes.CopyTo(Now.AsSpan((int)offset));
    }

    public void SetLength(long length)
    {
        var longer = new byte[length];
        Now.AsSpan(0, (int)Math.Min(length, Now.Length)).CopyTo(longer);
        Now = longer;
    }

    public void Flush() => _durable = [.. Now];

    public byte[] AfterPowerLoss(Random random)
    {
        var survived = new byte[random.Next(2) == 0 ? Now.Length : _durable.Length];
        for (var at = 0; at < survived.Length; at += Sector)
        {
            var from = random.Next(2) == 0 ? Now : _durable;
            if (at < from.Length)
                from.AsSpan(at, Math.Min(Sector, Math.Min(from.Length, survived.Length) - at)).CopyTo(survived.AsSpan(at));
        }

        return survived;
    }
}
