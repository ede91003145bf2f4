using Maas.Images.ByteSources;

namespace Maas.Images.Edits;

/// <summary>
/// An edit of an image whose format keeps a disk's bytes elsewhere than where the disk has them: the changed disk is written as a new
/// image, which takes the old one's place when it is whole and durable. So there is nothing to recover.
/// </summary>
internal sealed class RewriteSession : IEditSession
{
    private readonly IEditMedium _medium;
    private readonly RandomAccessSource _disk;
    private readonly Writer _write;
    private readonly DurableBytes _changes;
    private bool _ended;

    /// <summary>Begins one.</summary>
    /// <param name="medium">Where the image is; the session's from here on.</param>
    /// <param name="disk">The disk that a machine sees in it.</param>
    /// <param name="write">Writes such an image.</param>
    public RewriteSession(IEditMedium medium, RandomAccessSource disk, Writer write)
    {
        (_medium, _disk, _write, _changes) = (medium, disk, write, medium.CreateJournal());
        // Behind where a journal's head would be: what is there, in a file that has none, is discarded by the next edit.
        Bytes = new OverlayBytes(disk, _changes, EditJournal.FirstPage);
    }

    /// <summary>Writes an image of a disk into an empty file.</summary>
    public delegate void Writer(RandomAccessSource disk, FileStream file, CancellationToken cancellationToken);

    public OverlayBytes Bytes { get; }

    public RandomAccessSource Original => _disk;

    public void Commit(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        if (Bytes.Pages.Count > 0 || Bytes.Length != _disk.Length) _medium.Replace(file => _write(Bytes, file, cancellationToken));
        Dispose();
    }

    public void Dispose()
    {
        if (_ended) return;
        _ended = true;
        _changes.Dispose();
        _medium.Dispose();
        _medium.DeleteJournal();
    }
}
