using System.Globalization;
using System.Text.Json;

namespace Maas.Core.Storage;

/// <summary>
/// Applies a layout that a commissioning script described as JSON. Each device is made when those that it consists of are there:
/// <code>
/// {"layout": {"sda": {"type": "disk", "ptable": "gpt", "boot": true, "partitions": [{"name": "sda1", "size": "10G", "fs": "ext4"}]}},
///  "mounts": {"/": {"device": "sda1"}}}
/// </code>
/// </summary>
internal static class CustomStorageLayout
{
    private const int LongestText = 256 * 1024;

    /// <summary>Applies the layout to blank disks.</summary>
    public static StorageResult Apply(StorageConfig blank, string text, IIdSource ids)
    {
        if (text.Length == 0) return Fail("No custom storage layout configuration found");
        if (text.Length > LongestText) return Fail($"The configuration has more than {LongestText} characters");
        CustomStorageDocument? document;
        try
        {
            document = JsonSerializer.Deserialize(text, CustomStorageJson.Default.CustomStorageDocument);
        }
        catch (JsonException wrong)
        {
            return Fail($"Invalid config at {wrong.Path ?? "the beginning"}");
        }

        if (document?.Layout is not { } layout) return Fail("Section 'layout' missing in config");
        if (document.Mounts is not { } mounts) return Fail("Section 'mounts' missing in config");
        var run = new Run(blank, ids, mounts);
        return run.Apply(layout) is { } refusal ? refusal
            : new StorageResult.Changed(run.Config, 0);
    }

    /// <summary>
    /// The first layout in what a script printed: a JSON object with the property <c>layout</c> that begins on a line of its own;
    /// <see langword="null"/> for none.
    /// </summary>
    public static string? FindIn(ReadOnlySpan<byte> output)
    {
        const int MostObjects = 16;
        var from = 0;
        for (var found = 0; found < MostObjects && from < output.Length; found++)
        {
            var at = output[from..].IndexOf((byte)'{');
            if (at < 0) return null;
            from += at;
            if ((from == 0 || output[from - 1] is (byte)'\n') && ReadObject(output[from..]) is { } text) return text;
            from++;
        }

        return null;
    }

    private static string? ReadObject(ReadOnlySpan<byte> output)
    {
        try
        {
            var reader = new Utf8JsonReader(output);
            using var value = JsonDocument.ParseValue(ref reader);
            return value.RootElement.TryGetProperty("layout", out _) ? value.RootElement.GetRawText() : null;
        }
        catch (JsonException)
        {
            return null; // it is something else that begins with a brace
        }
    }

    private static StorageResult.Refused Fail(string message) =>
        new(FormMessages.PlainText, $"Failed to configure storage layout 'custom': {message}");

    private sealed class Run(StorageConfig blank, IIdSource ids, Dictionary<string, CustomMount> mounts)
    {
        private readonly LayoutSteps _steps = new(blank, ids);
        private readonly Dictionary<string, StorageTarget> _targets = new(StringComparer.Ordinal);
        private readonly Dictionary<string, long> _cacheSets = new(StringComparer.Ordinal);
        private readonly HashSet<string> _mounted = new(StringComparer.Ordinal);

        public StorageConfig Config => _steps.Config;

        public StorageResult? Apply(Dictionary<string, CustomDevice> layout)
        {
            if (FindFault(layout) is { } fault) return Fail(fault);
            foreach (var disk in Config.BlockDevices) _targets[disk.Name] = new StorageTarget.Device(disk.Id);
            foreach (var (name, disk) in layout.Where(entry => entry.Value is { Type: "disk", IsBootDisk: true }))
                _steps.Do(config => BlockDeviceRules.SetBootDisk(config, IdOf(_targets[name])));
            Dictionary<string, CustomDevice> pending = new(layout, StringComparer.Ordinal);
            while (pending.Count > 0)
            {
                KeyValuePair<string, CustomDevice>[] ready =
                    [.. pending.Where(entry => entry.Value.Needs.All(_targets.ContainsKey) && !entry.Value.Needs.Any(pending.ContainsKey))];
                if (ready.Length == 0)
                    return Fail($"Devices that never exist: {string.Join(", ", pending.Keys.Order(StringComparer.Ordinal))}");
                foreach (var (name, device) in ready)
                {
                    Make(name, device);
                    pending.Remove(name);
                    if (_steps.Refusal is StorageResult.Refused refused) return Fail($"{name}: {refused.Message}");
                    if (_steps.Refusal is not null) return Fail($"{name} does not exist");
                }
            }

            var missing = mounts.Where(mount => !_mounted.Contains(mount.Key)).Select(mount => mount.Value.Device).FirstOrDefault();
            return missing is null ? null : Fail($"Filesystem not found for device '{missing}'");
        }

        private string? FindFault(Dictionary<string, CustomDevice> layout)
        {
            string[] types = ["bcache", "disk", "lvm", "raid", "special"];
            // JSON has nulls where the types have none.
            if (layout.ContainsValue(null!) || mounts.ContainsValue(null!)) return "A device or mount is null";
            foreach (var (name, device) in layout)
            {
                if (device.HasNulls) return $"A field of '{name}' is null";
                if (!types.Contains(device.Type)) return $"Unsupported device type '{device.Type}'";
                if (device is { Type: "disk", Partitions.Count: > 0, PartitionTable: "" })
                    return $"Partition table not specified for '{name}'";
                if (device is { Type: "raid", Level: 0, Spares.Count: > 0 }) return "RAID level 0 doesn't support spares";
                if (device.Members.Intersect(device.Spares, StringComparer.Ordinal).Any())
                    return $"RAID '{name}' has duplicated devices in members and spares";
                if (device.Type == "special" && !StorageNames.SpecialFormats.TryParse(device.FileSystem, out _))
                    return $"Invalid special filesystem '{device.FileSystem}'";
                if (device.Type == "special" && !mounts.Values.Any(mount => mount.Device == name))
                    return $"Special device(s) missing mountpoint: {name}";
            }

            string[] unknown =
            [
                .. layout.Where(entry => entry.Value.Type == "disk").Select(entry => entry.Key)
                    .Where(name => blank.BlockDevices.All(disk => disk.Name != name)).Order(StringComparer.Ordinal),
            ];
            return unknown.Length == 0 ? null : $"Unknown machine disk(s): {string.Join(", ", unknown)}";
        }

        private void Make(string name, CustomDevice device)
        {
            switch (device.Type)
            {
                case "disk":
                    MakePartitions(name, device);
                    break;
                case "lvm":
                    var group = _steps.Do(config => VolumeGroupRules.Create(config, Members(device, name), ids));
                    foreach (var volume in device.Volumes)
                    {
                        var id = _steps.Do(config => VolumeGroupRules.CreateLogicalVolume(
                            config, group, new LogicalVolumeRequest(volume.Name, volume.Size), ids));
                        Place(volume.Name, new StorageTarget.Device(id), volume.FileSystem);
                    }

                    break;
                case "raid":
                    var raid = _steps.Do(config => RaidRules.Create(
                        config, string.Create(CultureInfo.InvariantCulture, $"raid-{device.Level}"), Members(device, name), ids));
                    Place(name, VirtualDeviceOf(raid), device.FileSystem);
                    break;
                case "bcache":
                    Place(name, VirtualDeviceOf(MakeBcache(name, device)), device.FileSystem);
                    break;
                default:
                    foreach (var (point, mount) in mounts.Where(mount => mount.Value.Device == name))
                    {
                        _mounted.Add(point);
                        _steps.Do(config => FileSystemRules.MountSpecial(
                            config, device.FileSystem, new MountRequest(point, mount.Options), ids));
                    }

                    break;
            }
        }

        private void MakePartitions(string name, CustomDevice device)
        {
            if (device.Partitions.Count == 0)
            {
                Place(name, _targets[name], device.FileSystem);
                return;
            }

            var disk = IdOf(_targets[name]);
            foreach (var part in device.Partitions)
            {
                var id = _steps.Do(config => PartitionRules.Create(
                    config, disk, new PartitionRequest { Size = part.Size, Bootable = part.Bootable }, ids));

                // A disk without partitions has no table to choose the kind of.
                _steps.Do(config => BlockDeviceRules.Update(
                    config, disk, new BlockDeviceRequest { PartitionTable = device.PartitionTable.ToUpperInvariant() }));
                Place(part.Name, new StorageTarget.Partition(id), part.FileSystem);
            }
        }

        private long MakeBcache(string name, CustomDevice device)
        {
            if (!_cacheSets.TryGetValue(device.CacheDevice, out var set))
            {
                set = _steps.Do(config => CacheSetRules.Create(config, _targets[device.CacheDevice] is StorageTarget.Partition part
                    ? new CacheSetRequest(Partition: Text(part.Id))
                    : new CacheSetRequest(Device: Text(IdOf(_targets[device.CacheDevice]))), ids));
                _cacheSets[device.CacheDevice] = set;
            }

            var backing = _targets[device.BackingDevice];
            return _steps.Do(config => BcacheRules.Create(config, new BcacheRequest
            {
                Name = name,
                BackingDevice = backing is StorageTarget.Device ? Text(IdOf(backing)) : "",
                BackingPartition = backing is StorageTarget.Partition ? Text(IdOf(backing)) : "",
                CacheSet = Text(set),
                CacheMode = device.CacheMode,
            }, ids));
        }

        private GroupRequest Members(CustomDevice device, string name) => new()
        {
            Name = name,
            BlockDevices = [.. Choose<StorageTarget.Device>(device.Members)],
            Partitions = [.. Choose<StorageTarget.Partition>(device.Members)],
            SpareDevices = [.. Choose<StorageTarget.Device>(device.Spares)],
            SparePartitions = [.. Choose<StorageTarget.Partition>(device.Spares)],
        };

        private IEnumerable<string> Choose<T>(IEnumerable<string> names)
            where T : StorageTarget => names.Select(member => _targets[member]).OfType<T>().Select(target => Text(IdOf(target)));

        // Gives a device its name, and its file system and mount if it has them.
        private void Place(string name, StorageTarget target, string fileSystem)
        {
            _targets[name] = target;
            if (fileSystem.Length == 0) return;
            _steps.Do(config => FileSystemRules.Format(config, target, new FileSystemRequest(fileSystem), ids));
            foreach (var (point, mount) in mounts.Where(mount => mount.Value.Device == name))
            {
                _mounted.Add(point);
                _steps.Do(config => FileSystemRules.Mount(config, target, new MountRequest(point, mount.Options)));
            }
        }

        private StorageTarget.Device VirtualDeviceOf(long group) => new(Config.DevicesOf(group).FirstOrDefault()?.Id ?? 0);

        private static long IdOf(StorageTarget target) => target switch
        {
            StorageTarget.Device device => device.Id,
            StorageTarget.Partition partition => partition.Id,
            _ => 0,
        };

        private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
    }
}
