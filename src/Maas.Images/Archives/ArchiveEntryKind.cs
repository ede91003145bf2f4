namespace Maas.Images.Archives;

/// <summary>What an entry of a cpio or tar archive is.</summary>
public enum ArchiveEntryKind
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symbolic link; the target is text and may point anywhere.</summary>
    SymbolicLink,

    /// <summary>A second name of a file earlier in the archive.</summary>
    HardLink,

    /// <summary>A character device.</summary>
    CharacterDevice,

    /// <summary>A block device.</summary>
    BlockDevice,

    /// <summary>A named pipe.</summary>
    Fifo,

    /// <summary>Anything else; its content can be skipped.</summary>
    Other,
}
