using Maas.Images.FileTrees;

namespace Maas.Images.Inspection;

/// <summary>What an installer or live medium is built with.</summary>
public enum InstallMediaFamily
{
    /// <summary>debian-installer: Debian's CDs and DVDs, <c>mini.iso</c>, Ubuntu's servers up to 18.04.</summary>
    DebianInstaller,

    /// <summary>Debian's live-build.</summary>
    DebianLive,

    /// <summary>Ubuntu's casper: desktop and live-server.</summary>
    Casper,

    /// <summary>Anaconda and its relatives: RHEL, CentOS, Rocky, AlmaLinux, Oracle, Fedora.</summary>
    Anaconda,

    /// <summary>Known only by its content: a kernel with an initial RAM disk beside it.</summary>
    Other,
}

/// <summary>The files that an installer or live medium boots, which the network can boot as well.</summary>
public sealed record InstallMedia
{
    /// <summary>What it is built with.</summary>
    public required InstallMediaFamily Family { get; init; }

    /// <summary>
    /// What it calls itself: <c>Ubuntu-Server 24.04.1 LTS "Noble Numbat" - Release amd64 (20240827)</c>; empty if nothing.
    /// </summary>
    public required string Title { get; init; }

    /// <summary>The processor its kernel is for, by Debian's name.</summary>
    public required string Architecture { get; init; }

    /// <summary>The kernel's path on the medium.</summary>
    public required string Kernel { get; init; }

    /// <summary>The initial RAM disk's path.</summary>
    public required string Initrd { get; init; }

    /// <summary>
    /// The path of the root file system that it continues in (squashfs); <see langword="null"/> if the initial RAM disk is all there is.
    /// </summary>
    public string? Root { get; init; }

    /// <summary>
    /// Further root file systems (squashfs) that lie over <see cref="Root"/>, each over those whose names its own begins with: Ubuntu since
    /// 22.04 has
    /// <c>ubuntu-server-minimal</c>, <c>ubuntu-server-minimal.ubuntu-server</c>, <c>ubuntu-server-minimal.ubuntu-server.installer</c>, of
    /// which casper takes those that
    /// <c>layerfs-path=</c> names. Empty for a root in one piece.
    /// </summary>
    public IReadOnlyList<string> Layers { get; init; } = [];

    /// <summary>Finds what a medium's tree boots, or returns <see langword="null"/>: by where the distributions put it and, failing that,
    /// by content. Either way what is called a kernel has a kernel's header.</summary>
    /// <exception cref="InvalidImageException">The tree is damaged where it was read.</exception>
    public static InstallMedia? Classify(IFileTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        return TreeInfo.Classify(tree)
            ?? InstallMediaLayout.Known.Select(layout => layout.Match(tree)).FirstOrDefault(medium => medium is not null)
            ?? InstallMediaSearch.Find(tree);
    }
}
