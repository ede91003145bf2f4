namespace Maas.Images.Downloads;

/// <summary>Asks the disk before a download, not in the middle of it.</summary>
internal static class FreeSpace
{
    public static void Require(string directory, long needed, long spare)
    {
        var folder = Path.GetFullPath(directory);
        var free = new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(folder) ?? folder : folder).AvailableFreeSpace;
        if (free < spare || free - spare < needed) throw new InsufficientSpaceException(folder, needed, spare, free);
    }
}
