using System.Diagnostics.CodeAnalysis;
using Maas.Core.Inventory;
using Maas.Core.Storage;

namespace Maas.Core.Nodes;

/// <summary>
/// Chooses the disk that a deployment overwrites, as MAAS does: the disk that the operator named, else the first fixed, writable
/// disk of at least 512 MiB. A disk that is named but ambiguous, or is gone, is refused: the wrong disk is worse than none.
/// </summary>
internal static class InstallDiskChoice
{
    /// <summary>
    /// The smallest disk that is chosen without being named: MAAS's limit, which passes over the small internal media of servers.
    /// </summary>
    public const long SmallestUnnamedDisk = 512L * 1024 * 1024;

    /// <summary>The disks that a system can be installed to, in the kernel's order.</summary>
    public static IEnumerable<Disk> Candidates(Machine machine) =>
        (machine.Hardware?.Disks ?? []).Where(candidate => candidate is { Removable: false, ReadOnly: false, Size: > 0 });

    /// <summary>
    /// The boot disk, named or chosen; <see langword="null"/> when it does not exist, or when more than one disk fits the name.
    /// </summary>
    public static Disk? Find(Machine machine)
    {
        List<Disk> candidates = [.. Candidates(machine)];
        if (machine.BootDisk is { Length: > 0 } wanted)
            return candidates.FindAll(disk => Answers(disk, wanted)) is [var named] ? named : null;
        return candidates.Find(disk => disk.Size >= SmallestUnnamedDisk) ?? (candidates is [var only] ? only : null);
    }

    /// <summary>
    /// The name under which a machine keeps the operator's choice: the serial number where it is unique, for kernel names may change from
    /// boot to boot.
    /// </summary>
    public static string NameOf(Machine machine, Disk disk) =>
        disk.Serial.Length > 0 && (machine.Hardware?.Disks ?? []).Count(other => Answers(other, disk.Serial)) == 1 ? disk.Serial
        : disk.Name;

    /// <summary>
    /// Chooses the disk to install to. A root archive, and an installer that carries out the storage configuration, go to the disks of
    /// that, of which the boot disk is named.
    /// </summary>
    public static bool TryChoose(
        Machine machine, MachineCommand.Deploy command, [NotNullWhen(true)] out InstallDisk? disk, out string reason)
    {
        if (command is not ({ Image.IsRootArchive: true } or { Image: null, Plan: not null }))
            return TryChoose(machine, command.Image, out disk, out reason);
        disk = null;
        reason = command.Plan switch
        {
            null => "The machine's disks are not known: commission it first.",
            DiskPlanResult.Refused refused => string.Join(' ', refused.Reasons),
            DiskPlanResult.Ready { Plan.RootSize: var size } when command.Image is { } archive && size < archive.Size =>
                $"Image {archive.Name} has {archive.Size} bytes and does not fit on a root file system of {size}.",
            _ => "",
        };
        if (reason.Length == 0 && command.Plan is DiskPlanResult.Ready { Plan.Disks: [{ Disk: var boot }, ..] })
            disk = new InstallDisk(boot.Name, boot.Serial);
        return disk is not null;
    }

    /// <summary>Chooses the disk to install to: an image, or by a recipe when <paramref name="image"/> is null.</summary>
    public static bool TryChoose(Machine machine, ImageReference? image, [NotNullWhen(true)] out InstallDisk? disk, out string reason)
    {
        disk = null;
        var boot = Find(machine);
        reason = boot is null ? WhyNone(machine)
            : image is { FileType: "ddraw" } && boot.Size < image.Size
                ? $"Image {image.Name} has {image.Size} bytes and does not fit on {boot.Name} with {boot.Size}."
            : "";
        if (boot is not null && reason.Length == 0) disk = new InstallDisk(boot.Name, boot.Serial);
        return disk is not null;
    }

    private static bool Answers(Disk disk, string name) => disk.Name == name || disk.Serial == name;

    private static string WhyNone(Machine machine)
    {
        if (machine.Hardware is null) return "The machine's disks are not known: commission it first.";
        List<Disk> candidates = [.. Candidates(machine)];
        if (machine.BootDisk is { Length: > 0 } wanted)
        {
            var named = candidates.FindAll(disk => Answers(disk, wanted));
            return named.Count == 0 ? $"The machine has no fixed, writable disk with the name or serial '{wanted}'." : Ambiguous(named);
        }

        return candidates.Count == 0 ? "The machine has no fixed, writable disk." : Ambiguous(candidates);
    }

    private static string Ambiguous(List<Disk> disks) =>
        $"The machine has {disks.Count} disks ({string.Join(", ", disks.Select(Describe))}): say which one is its boot disk.";

    private static string Describe(Disk disk) => disk.Serial.Length == 0 ? disk.Name : $"{disk.Name} {disk.Serial}";
}
