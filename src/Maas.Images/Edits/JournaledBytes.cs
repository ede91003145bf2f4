using Maas.Images.ByteSources;

namespace Maas.Images.Edits;

/// <summary>An image whose edit was committed but not yet carried through: what the journal holds is read from there.</summary>
internal sealed class JournaledBytes(RandomAccessSource image, EditJournal journal) : RandomAccessSource
{
    private readonly BlockCache _pages = new(8, number => ReadPage(image, journal, number));

    public override long Length => journal.Length;

    public override int Read(long offset, Span<byte> buffer)
    {
        if (offset >= Length) return 0;
        buffer = buffer[..(int)Math.Min(buffer.Length, Length - offset)];
        for (var done = 0; done < buffer.Length;)
        {
            var (page, within) = Math.DivRem(offset + done, OverlayBytes.PageSize);
            var part = buffer.Slice(done, (int)Math.Min(OverlayBytes.PageSize - within, buffer.Length - done));
            _pages.Get(page).AsSpan((int)within, part.Length).CopyTo(part);
            done += part.Length;
        }

        return buffer.Length;
    }

    private static byte[] ReadPage(RandomAccessSource image, EditJournal journal, long number)
    {
        var page = new byte[OverlayBytes.PageSize];
        if (!journal.TryReadPage(number, page) && number * page.Length < image.Length) image.Read(number * page.Length, page);
        return page;
    }
}
