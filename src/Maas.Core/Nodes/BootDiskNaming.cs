using Maas.Core.Inventory;
using Maas.Core.Storage;

namespace Maas.Core.Nodes;

/// <summary>
/// Keeps <see cref="Machine.BootDisk"/>, a name or serial number that deployments go by, and the boot disk of the storage configuration, a
/// number, on the same disk.
/// </summary>
internal static class BootDiskNaming
{
    /// <summary>
    /// The configuration with the disk that the machine names as boot disk; unchanged when it names none, or not exactly one.
    /// </summary>
    public static StorageConfig Apply(Machine machine, StorageConfig storage) =>
        Find(machine, storage) is { } device
            && BlockDeviceRules.SetBootDisk(storage, device.Id) is StorageResult.Changed changed ? changed.Config : storage;

    /// <summary>The disk that the machine names as boot disk; <see langword="null"/> for none, or more than one.</summary>
    public static BlockDevice? Find(Machine machine, StorageConfig storage) => machine.BootDisk is not { Length: > 0 } name ? null
        : storage.BlockDevices.Where(device => device.Type == BlockDeviceType.Physical).Where(
            device => device.Serial == name || device.Name == name).ToList() is [var only] ? only : null;

    /// <summary>
    /// The machine with the boot disk of its configuration. A name is set only where deployments would go to another disk without it. A
    /// name that no disk has stays: the wrong disk is worse than none.
    /// </summary>
    public static Machine Follow(Machine machine, StorageConfig storage)
    {
        if (StorageView.BootDiskOf(storage) is not { } boot) return machine;
        var isNamedInVain = storage.BootDisk is null && machine.BootDisk is not null && Find(machine, storage) is null;
        return isNamedInVain ? machine : machine with { BootDisk = NameOf(machine, storage, boot) };
    }

    private static string? NameOf(Machine machine, StorageConfig storage, BlockDevice boot)
    {
        if (StorageDiscovery.FindDisk(machine.Hardware ?? new Hardware(), boot) is not { } disk)
            return boot.Serial.Length > 0 ? boot.Serial : boot.Name;
        var isFirst = ReferenceEquals((machine with { BootDisk = null }).EffectiveBootDisk, disk);
        return storage.BootDisk is null && isFirst ? null : machine.NameOfDisk(disk);
    }
}
