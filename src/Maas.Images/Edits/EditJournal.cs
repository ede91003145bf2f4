using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Edits;

/// <summary>
/// The redo journal of an edit: the overlay's pages as they were written, an index behind them and, last of all, a head.
/// <code>
/// 0 "MAASEDIT" 8 version 2 12 page size 16 length of the image before 24 and after 32 pages 40 index' offset 48 its CRC-32C 52 CRC-32C of
/// 0-51 65536 pages index, 528 bytes a page: 0 the page's number 8 its CRC-32C 12 zeros 16 CRC-32C of each of the 128 sectors it replaces
/// </code>
/// Pages and index are made durable before the head is written, and the head (which fits in a sector) before the first byte of the image
/// changes. So a journal without a head belongs to an image that is still the old one, and one with a head can be applied as often as
/// needed.
/// </summary>
internal sealed class EditJournal
{
    public const int FirstPage = OverlayBytes.PageSize;

    private const int HeadSize = 56;
    private const int Version = 2;
    private const int SectorSize = 512; // what a disk writes whole or not at all
    private const int SectorsAPage = OverlayBytes.PageSize / SectorSize;
    private const int EntrySize = 16 + (4 * SectorsAPage);
    private const int ComparedSize = 4096;
    private const string Structure = "edit journal";

    private readonly RandomAccessSource _journal;
    private readonly Dictionary<long, (long Offset, uint Checksum)> _pages;

    private EditJournal(RandomAccessSource journal, long length, Dictionary<long, (long, uint)> pages) =>
        (_journal, Length, _pages) = (journal, length, pages);

    /// <summary>The image's length after the edit.</summary>
    public long Length { get; }

    /// <summary>
    /// The journal's name: beside the image itself, after links are resolved, so that it is found through any link.
    /// </summary>
    public static string NameOf(string image) => image + ".edit";

    /// <summary>Removes the complete journal of an image that another has replaced.</summary>
    public static void RemoveOf(string image)
    {
        var name = NameOf(image);
        if (!File.Exists(name)) return;
        Span<byte> start = stackalloc byte[8];
        using (var file = new FileStream(name, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0))
            if (file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length || !start.SequenceEqual("MAASEDIT"u8))
                return;
        File.Delete(name);
    }

    /// <summary>Makes the overlay's pages in a journal a complete one, durably.</summary>
    public static void Complete(IEditMedium medium, DurableBytes journal, OverlayBytes overlay)
    {
        var index = new byte[overlay.Pages.Count * EntrySize];
        var (page, old) = (new byte[OverlayBytes.PageSize], new byte[OverlayBytes.PageSize]);
        for (var i = 0; i < overlay.Pages.Count; i++)
        {
            var entry = index.AsSpan(i * EntrySize);
            entry.U64(0, (ulong)overlay.Pages[i]);
            entry.U32(8, overlay.ChecksumOf(i) ?? Checksum(i));
            ReadOld(medium.Image, overlay.Pages[i], old);
            for (var sector = 0; sector < SectorsAPage; sector++)
                entry.U32(
                    16 + (4 * sector),
                    Checksums.Crc32C(
                        uint.MaxValue, old.AsSpan(sector * SectorSize, Within(medium.Image.Length, overlay.Pages[i], sector))));
        }

        var offset = FirstPage + ((long)overlay.Pages.Count * page.Length);
        journal.Write(offset, index);
        journal.Flush();
        medium.SyncNames();

        var head = new byte[HeadSize];
        Span<byte> h = head;
        "MAASEDIT"u8.CopyTo(h);
        h.U32(8, Version);
        h.U32(12, OverlayBytes.PageSize);
        h.U64(16, (ulong)medium.Image.Length);
        h.U64(24, (ulong)overlay.Length);
        h.U64(32, (ulong)overlay.Pages.Count);
        h.U64(40, (ulong)offset);
        h.U32(48, Checksums.Crc32C(uint.MaxValue, index));
        h.U32(52, Checksums.Crc32C(uint.MaxValue, h[..52]));
        journal.Write(0, head);
        journal.Flush();

        uint Checksum(int i)
        {
            journal.ReadExactly(FirstPage + ((long)i * page.Length), page, Structure);
            return Checksums.Crc32C(uint.MaxValue, page);
        }
    }

    /// <summary>Reads a journal; null if it was never completed.</summary>
    /// <exception cref="InvalidImageException">It was completed and has been damaged since, or belongs to another image.</exception>
    public static EditJournal? Read(RandomAccessSource journal, RandomAccessSource image)
    {
        Span<byte> head = stackalloc byte[HeadSize];
        // its end is not there: the write was cut short
        if (journal.Read(0, head) < HeadSize || !head[52..].ContainsAnyExcept((byte)0)) return null;
        ReadOnlySpan<byte> h = head;
        if (!h.StartsWith("MAASEDIT"u8)
            || h.U32(8) != Version
            || h.U32(12) != OverlayBytes.PageSize
            || h.U32(52) != Checksums.Crc32C(uint.MaxValue, h[..52]))
            throw new InvalidImageException(Structure, "its head is damaged", 0);
        long before = (long)h.U64(16), after = (long)h.U64(24), count = (long)h.U64(32), offset = (long)h.U64(40);
        if (image.Length != before && image.Length != after)
            throw new InvalidImageException(Structure, $"it belongs to an image of {before} bytes, not of {image.Length}");
        if (count < 0 || count > int.MaxValue / EntrySize) throw new InvalidImageException(Structure, $"it has {count} pages", 32);
        // none if the image only became longer
        ReadOnlySpan<byte> index = count == 0 ? default : journal.Read(offset, (int)count * EntrySize, Structure);
        if (Checksums.Crc32C(uint.MaxValue, index) != h.U32(48))
            throw new InvalidImageException(Structure, "the checksum of its index does not match", offset);

        var pages = new Dictionary<long, (long, uint)>((int)count);
        for (var i = 0; i < count; i++)
        {
            var number = (long)index.U64(i * EntrySize);
            if (number < 0
                || number > after / OverlayBytes.PageSize
                || !pages.TryAdd(number, (FirstPage + ((long)i * OverlayBytes.PageSize), index.U32((i * EntrySize) + 8))))
                throw new InvalidImageException(Structure, $"page {number} is not in the image, or is there twice", offset);
        }

        var read = new EditJournal(journal, after, pages);
        for (var i = 0; i < count; i++) read.RequireKnown(image, before, index.Slice(i * EntrySize, EntrySize));
        return read;
    }

    /// <summary>Brings the image to what the journal says, durably. Only what differs is written, so that holes stay holes.</summary>
    public void Apply(DurableBytes image)
    {
        var (page, old) = (new byte[OverlayBytes.PageSize], new byte[OverlayBytes.PageSize]);
        if (image.Length < Length) image.SetLength(Length);
        foreach (var number in _pages.Keys.Order())
        {
            var at = number * OverlayBytes.PageSize;
            var part = page.AsSpan(0, (int)Math.Min(page.Length, Length - at));
            ReadPage(number, page);
            image.ReadExactly(at, old.AsSpan(0, part.Length), "image");
            for (var i = 0; i < part.Length;)
            {
                var end = i;
                while (end < part.Length && Differs(part, old, end)) end = Math.Min(end + ComparedSize, part.Length);
                if (end > i) image.Write(at + i, part[i..end]);
                i = end + ComparedSize; // the piece after the run is unchanged, or the end
            }
        }

        image.Flush();
    }

    private static bool Differs(ReadOnlySpan<byte> part, ReadOnlySpan<byte> old, int at)
    {
        var length = Math.Min(ComparedSize, part.Length - at);
        return !part.Slice(at, length).SequenceEqual(old.Slice(at, length));
    }

    /// <summary>A page as it is after the edit, if the edit changed it.</summary>
    public bool TryReadPage(long number, byte[] page)
    {
        if (!_pages.ContainsKey(number)) return false;
        ReadPage(number, page);
        return true;
    }

    // What the image grew by was nothing before, and may be there in part.
    private void RequireKnown(RandomAccessSource image, long before, ReadOnlySpan<byte> entry)
    {
        var (page, old, number) = (new byte[OverlayBytes.PageSize], new byte[OverlayBytes.PageSize], (long)entry.U64(0));
        ReadPage(number, page);
        ReadOld(image, number, old);
        for (var sector = 0; sector < SectorsAPage; sector++)
        {
            var length = Within(before, number, sector);
            var now = old.AsSpan(sector * SectorSize, length);
            if (!now.SequenceEqual(page.AsSpan(sector * SectorSize, length))
                && Checksums.Crc32C(uint.MaxValue, now) != entry.U32(16 + (4 * sector)))
                throw new InvalidImageException(
                    Structure,
                    $"it belongs to another image: this one's bytes at {(number * OverlayBytes.PageSize) + (sector * SectorSize)} are " +
                    "neither what they were nor what they become");
        }
    }

    /// <summary>How much of a sector is in an image of that length.</summary>
    private static int Within(long length, long page, int sector) =>
        (int)Math.Clamp(length - (page * OverlayBytes.PageSize) - (sector * SectorSize), 0, SectorSize);

    private static void ReadOld(RandomAccessSource image, long number, byte[] page)
    {
        var at = number * OverlayBytes.PageSize;
        page.AsSpan(at >= image.Length ? 0 : image.Read(at, page)).Clear(); // beyond the image's end it grows by zeros
    }

    private void ReadPage(long number, byte[] page)
    {
        var (offset, checksum) = _pages[number];
        _journal.ReadExactly(offset, page, Structure);
        if (Checksums.Crc32C(uint.MaxValue, page) != checksum)
            throw new InvalidImageException(Structure, $"the checksum of page {number} does not match", offset);
    }
}
