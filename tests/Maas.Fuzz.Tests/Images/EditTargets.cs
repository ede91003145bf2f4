using Maas.Images;
using Maas.Images.ByteSources;
using Maas.Images.Edits;
using Maas.Images.FileTrees;
using Maas.Images.Formats.Ext;
using Maas.Images.Formats.Fat;
using Maas.Images.Formats.Iso;
using Maas.Images.Primitives;
using Maas.Images.Tests.ByteSources;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Fuzz.Tests.Images;

/// <summary>Changing untrusted images: ext, FAT and ISO; and the journal of an edit.</summary>
internal static class EditTargets
{
    private const int EntrySize = 528;

    private static readonly byte[] s_content = [.. Enumerable.Range(0, 9000).Select(i => (byte)i)];

    private static readonly byte[] s_old = new byte[1 << 18];

    public static IEnumerable<FuzzTarget> All =>
    [
        Reading.Of(
            "ext-edit",
            bytes => Edit(bytes, (writable, time) => ExtRecovery.Open(writable, time), ExtGrowth.Grow),
            SampleImage.Read("ext2"),
            SampleImage.Read("ext4"),
            SampleImage.Read("ext4-journal")) with
            {
                MostAllocated = 2 * Reading.MostAllocated, // some twenty changes, of blocks of up to 64 KiB
            },
        Reading.Of(
            "fat-edit",
            bytes => Edit(bytes, (writable, time) => new FatEditTree(writable, time), null),
            SampleImage.Read("fat12"),
            SampleImage.Read("fat16"),
            SampleImage.Read("fat32")),
        Reading.Of("iso-patch", Patch, SampleImage.Read("iso"), SampleImage.Read("iso-joliet")),
        new("edit-journal", Reading.Case(Journal))
        {
            Seeds = [JournalOf(1), JournalOf(3)],
            Words = [[.. "MAASEDIT"u8], [0xff, 0xff, 0xff, 0x7f], [0, 0, 1, 0]],
            Longest = 56 + (3 * EntrySize),
            MostAllocated = 16 << 20,
            Cases = 10_000,
        },
    ];

    // What the file system cannot do it may refuse; only damage may be called damage, and nothing may be written outside the image.
    private static void Edit(
        RandomAccessSource bytes,
        Func<WritableBytes, TimeProvider, IEditableFileTree> open,
        Action<WritableBytes, TimeProvider>? grow)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(50));
        var overlay = new OverlayBytes(bytes, new WritableMemory());
        try
        {
            var tree = open(overlay, time);
            Try(() => tree.WriteFileAsync("text", s_content).GetAwaiter().GetResult());
            Try(() => tree.AppendFileAsync("dir/file", new MemoryStream(s_content, 0, 700)).GetAwaiter().GetResult());
            Try(() => tree.CreateDirectory("dir/new"));
            for (var i = 0; i < 12; i++)
            {
                var name = $"many/{i} a name that is long enough to fill a block of a directory soon enough, and its index with it";
                Try(() => tree.WriteFileAsync(name, s_content.AsMemory(0, 100)).GetAwaiter().GetResult());
            }

            Try(() => tree.CreateSymbolicLink("dir/new/link", "../file"));
            Try(() => tree.SetExtendedAttribute("dir/file", "user.other", s_content.AsMemory(0, 120)));
            Try(() => tree.SetOwnership("text", new FileOwnership { UserId = 70_000 }));
            Try(() => tree.Delete("dir/sub/a longer name 1"));
            Try(() => tree.Delete("sub/a longer name 1"));
            Try(() => tree.Delete("text"));
            if (grow is not null)
            {
                overlay.Grow(overlay.Length + (1 << 20));
                grow(overlay, time);
            }

            Reading.Tree(open(overlay, time));
        }
        catch (NotSupportedException)
        {
            // A feature that is not changed here, with its name.
        }
    }

    private static void Try(Action change)
    {
        try
        {
            change();
        }
        catch (Exception fault) when (fault is InvalidImageException or IOException or NotSupportedException)
        {
            // Refused, as IEditableFileTree says; the next change is tried all the same.
        }
    }

    private static void Patch(RandomAccessSource bytes)
    {
        var patch = new IsoPatch();
        patch.Write("TEXT", s_content);
        patch.Write("text", s_content);
        patch.Write("dir/new", s_content);
        try
        {
            using var patched = patch.Open(bytes.OpenStream());
            Reading.Some(patched);
            Reading.Tree(new IsoFileTree(StreamBytes.Over(patched, leaveOpen: true)));
        }
        catch (Exception fault) when (fault is IOException or NotSupportedException)
        {
            // What is to be changed is not there, or cannot be.
        }
    }

    // The journal's head and index; its pages are zeros.
    private static void Journal(ReadOnlySpan<byte> input)
    {
        var journal = new WritableMemory();
        journal.SetLength(1 << 20);
        journal.Write(0, input[..Math.Min(input.Length, 52)]);
        if (input.Length > 56) journal.Write(4 * EditJournal.FirstPage, input[56..]);
        Seal(journal);
        var old = new MemoryBytes(s_old);
        if (EditJournal.Read(journal, old) is not { } read) return;
        using var image = new JournaledBytes(old, read);
        using var stream = image.OpenStream();
        Reading.Some(stream);
    }

    private static byte[] JournalOf(int pages)
    {
        var input = new byte[56 + (pages * EntrySize)];
        "MAASEDIT"u8.CopyTo(input);
        var fields = input.AsSpan();
        fields.U32(8, 2);
        fields.U32(12, OverlayBytes.PageSize);
        fields.U64(16, 1 << 18);
        fields.U64(24, 1 << 18);
        fields.U64(32, (ulong)pages);
        fields.U64(40, 4 * EditJournal.FirstPage);
        for (var i = 0; i < pages; i++) fields.U64(56 + (i * EntrySize), (ulong)i);
        return input;
    }

    private static void Seal(WritableMemory journal)
    {
        Span<byte> head = stackalloc byte[56];
        journal.ReadExactly(0, head, "head");
        ReadOnlySpan<byte> fields = head;
        var (count, offset) = (fields.U64(32), fields.U64(40));
        if (count < 4096 && offset < (1 << 20) - (EntrySize * count))
            head.U32(48, Checksums.Crc32C(uint.MaxValue, journal.Read((long)offset, (int)count * EntrySize, "index")));
        head.U32(52, Checksums.Crc32C(uint.MaxValue, head[..52]));
        journal.Write(0, head);
    }
}
