using Maas.Images.Bytes;

namespace Maas.Images.Edits;

/// <summary>
/// An edit of an image whose format keeps a disk's bytes elsewhere than where the disk has them: the changed disk is written as a new image,
/// which takes the old one's place when it is whole and durable. So there is nothing to recover.
/// </summary>
/// <param name="medium">Where the image is; the session's from here on.</param>
/// <param name="disk">The disk that a machine sees in it.</param>
/// <param name="write">Writes such an image.</param>
internal sealed class RewriteSession(IEditMedium medium, ImageBytes disk, RewriteSession.Writer write) : IEditSession
{
    private readonly StoredBytes _changes = medium.CreateJournal();
    private OverlayBytes? _bytes;
    private bool _ended;

    /// <summary>Writes an image of a disk into an empty file.</summary>
    public delegate void Writer(ImageBytes disk, FileStream file, CancellationToken cancellationToken);

    // Behind where a journal's head would be: what is there, in a file that has none, is discarded by the next edit.
    public OverlayBytes Bytes => _bytes ??= new OverlayBytes(disk, _changes, EditJournal.FirstPage);

    public void Commit(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        if (Bytes.Pages.Count > 0 || Bytes.Length != disk.Length) medium.Replace(file => write(Bytes, file, cancellationToken));
        Dispose();
    }

    public void Dispose()
    {
        if (_ended) return;
        _ended = true;
        _changes.Dispose();
        medium.Dispose();
        medium.DeleteJournal();
    }
}
