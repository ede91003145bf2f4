using System.Globalization;
using System.Text.Json;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Storage;

namespace Maas.Api.Machines;

/// <summary>
/// A machine's storage as API 2.0 shows it. Sizes are whole bytes. An object has a <c>resource_uri</c> wherever it is shown: Go clients
/// require it.
/// </summary>
internal sealed class StorageJson(SystemId machine, StorageConfig config, ApiView view)
{
    private const double BytesPerMegabyte = 1_000_000;

    /// <summary>The members of a machine that show its block devices; both API versions have them.</summary>
    public void WriteDevices(Utf8JsonWriter json, Machine owner)
    {
        List<BlockDevice> disks = [.. config.BlockDevices.Where(device => device.Type == BlockDeviceType.Physical)];
        json.WriteNumber("storage", disks.Sum(disk => disk.Size) / BytesPerMegabyte);
        json.WritePropertyName("boot_disk");
        if (BootDiskOf(owner) is { } boot) Write(json, boot);
        else json.WriteNullValue();
        WriteList(json, "blockdevice_set", config.BlockDevices, Write);
        WriteList(json, "physicalblockdevice_set", disks, Write);
        WriteList(json, "virtualblockdevice_set", config.BlockDevices.Where(device => device.Type == BlockDeviceType.Virtual), Write);
    }

    /// <summary>A disk or a virtual device, with its partitions.</summary>
    public void Write(Utf8JsonWriter json, BlockDevice device)
    {
        var isPhysical = device.Type == BlockDeviceType.Physical;
        json.WriteStartObject();
        WriteIds(json, device.Id);
        json.WriteString("name", StorageNames.NameOf(config, device));
        json.WriteString("type", isPhysical ? "physical" : "virtual");
        json.WriteString("path", StorageView.PathOf(config, device));
        json.WriteString("id_path", IdPathOf(device));
        json.WriteString("model", isPhysical ? device.Model : null);
        json.WriteString("serial", isPhysical ? device.Serial : null);
        json.WriteString("uuid", device.Uuid?.ToString());
        json.WriteNumber("size", device.Size);
        json.WriteNumber("used_size", StorageView.UsedSize(config, device));
        json.WriteNumber("available_size", StorageView.AvailableSize(config, device));
        json.WriteNumber("block_size", device.BlockSize);
        json.WriteString("used_for", StorageView.UsedFor(config, device));
        Write(json, "filesystem", device.FileSystem);
        json.WriteString("partition_table_type", device.PartitionTable is { } table ? StorageNames.NameOf(table) : null);
        json.WriteStartArray("partitions");
        foreach (var partition in device.Partitions) Write(json, device, partition);
        json.WriteEndArray();
        json.WriteString("firmware_version", "");
        json.WriteNull("storage_pool");
        if (isPhysical) json.WriteNumber("numa_node", device.NumaNode);
        else json.WriteNull("numa_node");
        json.WriteTexts("tags", device.Tags);
        json.WriteString("resource_uri", Link("blockdevices", device.Id));
        json.WriteEndObject();
    }

    /// <summary>A partition.</summary>
    public void Write(Utf8JsonWriter json, BlockDevice device, DiskPartition partition)
    {
        json.WriteStartObject();
        WriteIds(json, partition.Id);
        json.WriteNumber("device_id", device.Id);
        json.WriteString("type", "partition");
        json.WriteString("path", StorageView.PathOf(config, device, partition));
        json.WriteString("uuid", partition.Uuid.ToString());
        json.WriteNumber("size", partition.Size);
        json.WriteBoolean("bootable", partition.Bootable);
        json.WriteString("used_for", StorageView.UsedFor(config, partition));
        Write(json, "filesystem", partition.FileSystem);
        json.WriteTexts("tags", partition.Tags);
        // MAAS's path of a partition has no slash at its end.
        json.WriteString(
            "resource_uri",
            view.Api("nodes", machine.ToString(), "blockdevices", Text(device.Id), "partition", Text(partition.Id)).TrimEnd('/'));
        json.WriteEndObject();
    }

    /// <summary>A volume group, with its logical volumes.</summary>
    public void WriteVolumeGroup(Utf8JsonWriter json, FileSystemGroup group)
    {
        var (size, available) = (StorageView.SizeOf(config, group), StorageView.AvailableSize(config, group));
        json.WriteStartObject();
        WriteIds(json, group.Id);
        json.WriteString("name", group.Name);
        json.WriteString("uuid", group.Uuid.ToString());
        WriteSize(json, "size", size);
        WriteSize(json, "available_size", available);
        WriteSize(json, "used_size", size - available);
        Write(json, "devices", StorageView.MembersOf(config, group, FileSystemType.LvmPhysicalVolume));
        json.WriteStartArray("logical_volumes");
        foreach (var volume in StorageView.DevicesOf(config, group)) Write(json, volume);
        json.WriteEndArray();
        json.WriteString("resource_uri", Link("volume-group", group.Id));
        json.WriteEndObject();
    }

    /// <summary>A RAID, with its virtual device.</summary>
    public void WriteRaid(Utf8JsonWriter json, FileSystemGroup group)
    {
        json.WriteStartObject();
        WriteIds(json, group.Id);
        json.WriteString("name", group.Name);
        json.WriteString("uuid", group.Uuid.ToString());
        json.WriteString("level", StorageNames.NameOf(group.Type));
        WriteSize(json, "size", StorageView.SizeOf(config, group));
        Write(json, "devices", StorageView.MembersOf(config, group, FileSystemType.Raid));
        Write(json, "spare_devices", StorageView.MembersOf(config, group, FileSystemType.RaidSpare));
        WriteVirtualDevice(json, group);
        json.WriteString("resource_uri", Link("raid", group.Id));
        json.WriteEndObject();
    }

    /// <summary>A bcache, with its virtual device and its cache set.</summary>
    public void WriteBcache(Utf8JsonWriter json, FileSystemGroup group)
    {
        json.WriteStartObject();
        WriteIds(json, group.Id);
        json.WriteString("name", group.Name);
        json.WriteString("uuid", group.Uuid.ToString());
        json.WriteString("cache_mode", group.CacheMode is { } mode ? StorageNames.NameOf(mode) : null);
        WriteSize(json, "size", StorageView.SizeOf(config, group));
        json.WritePropertyName("cache_set");
        if (config.CacheSets.FirstOrDefault(set => set.Id == group.CacheSet) is { } cache) Write(json, cache);
        else json.WriteNullValue();
        json.WritePropertyName("backing_device");
        Write(json, StorageView.MembersOf(config, group, FileSystemType.BcacheBacking) is [var backing, ..] ? backing : null);
        WriteVirtualDevice(json, group);
        json.WriteString("resource_uri", Link("bcache", group.Id));
        json.WriteEndObject();
    }

    /// <summary>A cache set.</summary>
    public void Write(Utf8JsonWriter json, CacheSet set)
    {
        json.WriteStartObject();
        WriteIds(json, set.Id);
        json.WriteString("name", StorageNames.NameOf(config, set));
        json.WritePropertyName("cache_device");
        Write(json, StorageView.DeviceOf(config, set));
        json.WriteString("resource_uri", Link("bcache-cache-set", set.Id));
        json.WriteEndObject();
    }

    /// <summary>A list of a machine's members.</summary>
    public static void WriteList<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items) write(json, item);
        json.WriteEndArray();
    }

    /// <summary>The file systems without a device.</summary>
    public void WriteSpecialFileSystems(Utf8JsonWriter json)
    {
        json.WriteStartArray("special_filesystems");
        foreach (var special in config.SpecialFileSystems) Write(json, special);
        json.WriteEndArray();
    }

    // A disk that the operator chose and that is gone leaves the machine without a boot disk: deployments are refused.
    private BlockDevice? BootDiskOf(Machine owner) =>
        config.BootDisk is null && owner is { BootDisk: not null, EffectiveBootDisk: null } ? null : StorageView.BootDiskOf(config);

    // What a disk without a serial number is known by, when nothing better was found.
    private static string? IdPathOf(BlockDevice device) =>
        device.IdPath.Length > 0 ? device.IdPath
        : device is { Type: BlockDeviceType.Physical, Serial.Length: 0 } ? $"/dev/{device.Name}"
        : null;

    private static void Write(Utf8JsonWriter json, string name, FileSystem? fileSystem)
    {
        json.WritePropertyName(name);
        if (fileSystem is null) json.WriteNullValue();
        else Write(json, fileSystem);
    }

    private static void Write(Utf8JsonWriter json, FileSystem fileSystem)
    {
        json.WriteStartObject();
        json.WriteString("fstype", StorageNames.NameOf(fileSystem.Type));
        json.WriteString("label", fileSystem.Label);
        json.WriteString("uuid", fileSystem.Uuid.ToString());
        json.WriteString("mount_point", fileSystem.MountPoint);
        json.WriteString("mount_options", fileSystem.MountPoint is null ? null : fileSystem.MountOptions);
        json.WriteEndObject();
    }

    private static void WriteSize(Utf8JsonWriter json, string name, long size)
    {
        json.WriteNumber(name, size);
        json.WriteString("human_" + name, StorageView.HumanSize(size));
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private void WriteIds(Utf8JsonWriter json, long id)
    {
        json.WriteNumber("id", id);
        json.WriteString("system_id", machine.ToString());
    }

    private void WriteVirtualDevice(Utf8JsonWriter json, FileSystemGroup group)
    {
        json.WritePropertyName("virtual_device");
        if (StorageView.DevicesOf(config, group) is [var device, ..]) Write(json, device);
        else json.WriteNullValue();
    }

    private void Write(Utf8JsonWriter json, string name, IEnumerable<StorageTarget> targets)
    {
        json.WriteStartArray(name);
        foreach (var target in targets) Write(json, target);
        json.WriteEndArray();
    }

    private void Write(Utf8JsonWriter json, StorageTarget? target)
    {
        foreach (var device in config.BlockDevices)
        {
            if (target is StorageTarget.Device whole && whole.Id == device.Id)
            {
                Write(json, device);
                return;
            }

            if (target is not StorageTarget.Partition part) continue;
            if (device.Partitions.FirstOrDefault(partition => partition.Id == part.Id) is not { } found) continue;
            Write(json, device, found);
            return;
        }

        json.WriteNullValue();
    }

    private string Link(string resource, long id) => view.Api("nodes", machine.ToString(), resource, Text(id));
}
