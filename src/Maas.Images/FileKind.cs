namespace Maas.Images;

/// <summary>What a name in a tree stands for (the <c>S_IFMT</c> part of a Unix mode).</summary>
public enum FileKind
{
    /// <summary>A regular file: it has bytes.</summary>
    File,

    /// <summary>A directory: it can be listed.</summary>
    Directory,

    /// <summary>A symbolic link: <see cref="FileTrees.FileEntry.LinkTarget"/> says where to. Nothing here follows it unasked.</summary>
    SymbolicLink,

    /// <summary>A character device, <see cref="FileTrees.FileEntry.Device"/>.</summary>
    CharacterDevice,

    /// <summary>A block device, <see cref="FileTrees.FileEntry.Device"/>.</summary>
    BlockDevice,

    /// <summary>A named pipe.</summary>
    Pipe,

    /// <summary>A Unix socket.</summary>
    Socket,
}
