using Maas.Core.Records;

namespace Maas.Core.Configuration;

/// <summary>A Debian package repository for deployed machines: one of Ubuntu's own archives, or another.</summary>
public sealed record PackageRepository : StoredRecord
{
    /// <summary>The id of <c>main_archive</c>.</summary>
    internal const long MainArchiveId = 1;

    /// <summary>The id of <c>ports_archive</c>.</summary>
    internal const long PortsArchiveId = 2;

    /// <summary>Its name; unique, at most 41 characters.</summary>
    public required string Name { get; init; }

    /// <summary>Its URL, or <c>ppa:OWNER/NAME</c>.</summary>
    public required string Url { get; init; }

    /// <summary>Its distributions; empty for the one that is deployed.</summary>
    public IReadOnlyList<string> Distributions { get; init; } = [];

    /// <summary>Pockets of an archive that are not used: <c>updates</c>, <c>security</c>, <c>backports</c>.</summary>
    public IReadOnlyList<string> DisabledPockets { get; init; } = [];

    /// <summary>Components of an archive of Ubuntu that are not used: <c>restricted</c>, <c>universe</c>, <c>multiverse</c>.</summary>
    public IReadOnlyList<string> DisabledComponents { get; init; } = [];

    /// <summary>Whether no source packages are used.</summary>
    public bool DisableSources { get; init; }

    /// <summary>Components of a repository other than those of Ubuntu.</summary>
    public IReadOnlyList<string> Components { get; init; } = [];

    /// <summary>The Debian architectures that it has packages for.</summary>
    public IReadOnlyList<string> Architectures { get; init; } = [];

    /// <summary>The OpenPGP key that signs it, in ASCII armor; empty for none.</summary>
    public string Key { get; init; } = "";

    /// <summary>Whether it is one of Ubuntu's archives, which cannot be deleted, renamed or disabled.</summary>
    public bool IsDefault { get; init; }

    /// <summary>Whether machines use it.</summary>
    public bool Enabled { get; init; }

    /// <summary>Whether machines of a Debian architecture use it.</summary>
    /// <param name="architecture">The architecture, such as <c>amd64</c>.</param>
    public bool AppliesTo(string architecture) => Enabled && Architectures.Contains(architecture, StringComparer.Ordinal);
}
