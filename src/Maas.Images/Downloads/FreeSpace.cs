namespace Maas.Images.Downloads;

/// <summary>Asks the disk before a download, not in the middle of it.</summary>
internal static class FreeSpace
{
    public static void Require(string directory, long needed, long spare)
    {
        var free = At(directory);
        if (free < spare || free - spare < needed) throw new InsufficientSpaceException(Path.GetFullPath(directory), needed, spare, free);
    }

    /// <summary>The bytes that are free on the disk of a folder.</summary>
    public static long At(string directory)
    {
        var folder = Path.GetFullPath(directory);
        return new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(folder) ?? folder : folder).AvailableFreeSpace;
    }
}
