namespace Maas.Dashboard.Plans;

/// <summary>What a form says of a file system.</summary>
public sealed class FileSystemChoice
{
    /// <summary>Its type as of MAAS's API (<c>ext4</c>); empty for none.</summary>
    public string FileSystem { get; set; } = "ext4";

    /// <summary>Where it is mounted; empty for nowhere.</summary>
    public string MountPoint { get; set; } = "";

    /// <summary>What it says now.</summary>
    internal FileSystemChoice Copy() => (FileSystemChoice)MemberwiseClone();
}
