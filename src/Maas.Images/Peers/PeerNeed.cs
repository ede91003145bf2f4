namespace Maas.Images.Peers;

/// <summary>How much a blob is needed.</summary>
public enum PeerNeed
{
    /// <summary>No reader waits for it: it gives way to those for which one does, and removes no copy.</summary>
    Ahead = 0,

    /// <summary>A reader waits for it.</summary>
    Now = 1,
}
