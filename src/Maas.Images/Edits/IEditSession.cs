using Maas.Images.ByteSources;

namespace Maas.Images.Edits;

/// <summary>One edit of an image: changes gather over a disk that stays as it is, until they are committed.</summary>
internal interface IEditSession : IDisposable
{
    /// <summary>The disk as it will be.</summary>
    OverlayBytes Bytes { get; }

    /// <summary>The disk as it is on the medium now.</summary>
    RandomAccessSource Original { get; }

    /// <summary>Makes the image what the session shows, durably, and ends the session.</summary>
    /// <param name="cancellationToken">Heeded as long as the old image could still stay.</param>
    void Commit(CancellationToken cancellationToken);
}
