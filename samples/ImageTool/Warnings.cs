using Maas.Images;

namespace ImageTool;

internal static class Warnings
{
    /// <summary>
    /// Tells on standard error what the files of an image do not show: UDF beside ISO 9660, fast commits that were not replayed.
    /// </summary>
    public static void Write(DiskImage image, int? partition)
    {
        foreach (var volume in image.Volumes.Where(volume => partition is null || volume.Number == partition))
            if (WarningOf(volume) is { } warning)
                Console.Error.WriteLine($"{(volume.Number == 0 ? "image" : $"partition {volume.Number}")}: {warning}");
    }

    private static string? WarningOf(Maas.Images.Disks.Volume volume)
    {
        try
        {
            return volume.Warning;
        }
        catch (InvalidImageException)
        {
            return null; // opening its files says what is damaged
        }
    }
}
