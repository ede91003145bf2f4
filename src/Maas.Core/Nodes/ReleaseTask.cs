namespace Maas.Core.Nodes;

/// <summary>What a machine that is Releasing does in the ephemeral environment before it is free.</summary>
public enum ReleaseTask
{
    /// <summary>Run the release scripts.</summary>
    Scripts,

    /// <summary>Erase its disks, after the release scripts.</summary>
    Erase,
}
