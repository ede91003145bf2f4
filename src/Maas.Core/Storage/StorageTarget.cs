namespace Maas.Core.Storage;

/// <summary>What carries a file system: a whole block device, or a partition.</summary>
public abstract record StorageTarget
{
    private StorageTarget() { }

    /// <summary>The whole of a block device.</summary>
    /// <param name="Id">Its number.</param>
    public sealed record Device(long Id) : StorageTarget;

    /// <summary>A partition.</summary>
    /// <param name="Id">Its id.</param>
    public sealed record Partition(long Id) : StorageTarget;
}
