using Maas.Images.Bytes;

namespace Maas.Images.Edits;

/// <summary>An image and the journal beside it, as files on a medium that may stop at any write.</summary>
internal interface IEditMedium : IDisposable
{
    StoredBytes Image { get; }

    /// <summary>Bytes that files on the medium may still grow by.</summary>
    long FreeSpace { get; }

    /// <summary>The journal that was left, or null.</summary>
    StoredBytes? OpenJournal();

    /// <summary>A new, empty journal.</summary>
    StoredBytes CreateJournal();

    /// <summary>Makes the journal's name last.</summary>
    void SyncNames();

    /// <summary>Removes the journal, which is closed.</summary>
    void DeleteJournal();
}
