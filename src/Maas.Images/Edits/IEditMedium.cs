using Maas.Images.ByteSources;

namespace Maas.Images.Edits;

/// <summary>An image and the journal beside it, as files on a medium that may stop at any write.</summary>
internal interface IEditMedium : IDisposable
{
    DurableBytes Image { get; }

    /// <summary>Bytes that files on the medium may still grow by.</summary>
    long FreeSpace { get; }

    /// <summary>The journal that was left, or null.</summary>
    DurableBytes? OpenJournal();

    /// <summary>A new, empty journal.</summary>
    /// <exception cref="IOException">The image is not the one that was opened any more.</exception>
    DurableBytes CreateJournal();

    /// <summary>Makes the journal's name last.</summary>
    void SyncNames();

    /// <summary>Removes the journal, which is closed.</summary>
    void DeleteJournal();

    /// <summary>Writes a new image, which takes the place of the old one durably when it is whole; the old one is closed then.</summary>
    void Replace(Action<FileStream> write);
}
