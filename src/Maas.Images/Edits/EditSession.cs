using Maas.Images.ByteSources;

namespace Maas.Images.Edits;

/// <summary>
/// One edit: changes gather in the journal, over an image that stays as it is, until they are committed. Only what goes where the image has
/// nothing is written there at once (<see cref="WritableBytes.WriteUnallocated"/>).
/// </summary>
internal sealed class EditSession : IEditSession
{
    private readonly IEditMedium _medium;
    private readonly DurableBytes _journal;
    private bool _complete, _ended;

    /// <summary>Begins one, where there is nothing to recover; the medium is the session's from here on.</summary>
    public EditSession(IEditMedium medium)
    {
        (_medium, _journal) = (medium, medium.CreateJournal());
        Bytes = new OverlayBytes(medium.Image, _journal, EditJournal.FirstPage) { Unallocated = medium.Image };
    }

    /// <summary>The image as it will be.</summary>
    public OverlayBytes Bytes { get; }

    public RandomAccessSource Original => _medium.Image;

    /// <summary>Finishes what an earlier edit committed and could not carry through; discards what it did not commit.</summary>
    public static void Recover(IEditMedium medium)
    {
        if (medium.OpenJournal() is not { } left) return;
        using (left) EditJournal.Read(left, medium.Image)?.Apply(medium.Image);
        medium.DeleteJournal();
    }

    public void Commit(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        cancellationToken.ThrowIfCancellationRequested();
        var firstNew = (_medium.Image.Length + OverlayBytes.PageSize - 1) / OverlayBytes.PageSize;
        var growth = Bytes.Pages.Count(page => page >= firstNew) * (long)OverlayBytes.PageSize;
        if (growth > 0 && _medium.FreeSpace < growth)
            throw new IOException($"The image grows by {growth} bytes, and {_medium.FreeSpace} are free. Nothing was changed.");
        if (Bytes.Pages.Count > 0 || Bytes.Length != _medium.Image.Length)
        {
            if (Bytes.HasWrittenUnused) _medium.Image.Flush(); // what the journal makes part of the image is there before it
            EditJournal.Complete(_medium, _journal, Bytes);
            _complete = true;
            Completed(_journal).Apply(_medium.Image);
            _complete = false;
        }

        End();
    }

    /// <summary>Leaves the image as it was; but one whose edit was committed and could not be carried through keeps its journal.</summary>
    public void Dispose()
    {
        if (_ended) return;
        if (_complete) Close();
        else End();
    }

    private EditJournal Completed(DurableBytes journal) =>
        EditJournal.Read(journal, _medium.Image) ?? throw new IOException("The medium has lost the edit's journal. Nothing was changed.");

    private void End()
    {
        Close();
        _medium.DeleteJournal();
    }

    private void Close()
    {
        _ended = true;
        _journal.Dispose();
        _medium.Dispose();
    }
}
