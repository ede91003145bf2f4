namespace Maas.Core;

/// <summary>The kinds of object inside a node's configuration that clients address by number.</summary>
public enum IdKind
{
    /// <summary>A network interface.</summary>
    Interface,

    /// <summary>A link between an interface and a subnet.</summary>
    Link,

    /// <summary>A block device, physical or virtual.</summary>
    BlockDevice,

    /// <summary>A partition.</summary>
    Partition,

    /// <summary>A file system.</summary>
    FileSystem,

    /// <summary>A volume group, a RAID or a bcache.</summary>
    FileSystemGroup,

    /// <summary>A bcache cache set.</summary>
    CacheSet,
}
