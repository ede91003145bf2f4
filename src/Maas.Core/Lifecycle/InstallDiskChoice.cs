using System.Diagnostics.CodeAnalysis;
using Maas.Core.Fleet;
using Maas.Core.Inventory;

namespace Maas.Core.Lifecycle;

/// <summary>Which disk is overwritten. Where that is not beyond doubt nothing is: the wrong disk is worse than none.</summary>
internal static class InstallDiskChoice
{
    /// <summary>Chooses the disk that the operator named, or the only one that can be it.</summary>
    public static bool TryChoose(Machine machine, ImageReference image, [NotNullWhen(true)] out InstallDisk? disk, out string reason)
    {
        disk = null;
        reason = "";
        var candidates = (machine.Hardware?.Disks ?? []).Where(candidate => candidate is { Removable: false, ReadOnly: false, Size: > 0 }).ToList();
        if (machine.BootDisk is { Length: > 0 } wanted)
            candidates = [.. candidates.Where(candidate => candidate.Name == wanted || candidate.Serial == wanted)];

        switch (candidates)
        {
            case [] when machine.Hardware is null:
                reason = "The machine's disks are not known: commission it first.";
                return false;
            case []:
                reason = machine.BootDisk is { Length: > 0 } name
                    ? $"The machine has no fixed, writable disk with the name or serial '{name}'."
                    : "The machine has no fixed, writable disk.";
                return false;
            case [var only] when image.FileType is "ddraw" && only.Size < image.Size:
                reason = $"Image {image.Name} has {image.Size} bytes and does not fit on {only.Name} with {only.Size}.";
                return false;
            case [var only]:
                disk = new InstallDisk(only.Name, only.Serial);
                return true;
            default:
                reason = $"The machine has {candidates.Count} disks ({string.Join(", ", candidates.Select(Describe))}): say which one is its boot disk.";
                return false;
        }
    }

    private static string Describe(Disk disk) => disk.Serial.Length == 0 ? disk.Name : $"{disk.Name} {disk.Serial}";
}
