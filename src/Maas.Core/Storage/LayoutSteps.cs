using System.Globalization;

namespace Maas.Core.Storage;

/// <summary>Applies rules one after the other until one refuses; further steps then do nothing.</summary>
internal sealed class LayoutSteps(StorageConfig config, IIdSource ids)
{
    public StorageConfig Config { get; private set; } = config;

    public IIdSource Ids => ids;

    /// <summary>The first refusal; <see langword="null"/> while all went well.</summary>
    public StorageResult? Refusal { get; private set; }

    /// <summary>
    /// Applies a rule and returns the number of what it made. The fields of a refusal get the names of the layout's parameters.
    /// </summary>
    public long Do(Func<StorageConfig, StorageResult> rule, params (string Field, string Parameter)[] names)
    {
        if (Refusal is not null) return 0;
        var result = rule(Config);
        if (result is StorageResult.Changed changed)
        {
            Config = changed.Config;
            return changed.Id;
        }

        Refusal = result is StorageResult.Refused refused
            && Array.Find(names, name => name.Field == refused.Field) is { Parameter: { } parameter }
            ? refused with { Field = parameter }
            : result;
        return 0;
    }

    /// <summary>Adds a partition, of all that is left without a size.</summary>
    public long Partition(long device, long? size, bool bootable, string parameter) => Do(
        current => PartitionRules.Create(current, device, new PartitionRequest
        {
            Size = size is { } bytes ? Math.Min(bytes, Most(current, device)).ToString(CultureInfo.InvariantCulture) : null,
            Bootable = bootable,
        }, ids),
        ("size", parameter));

    /// <summary>Formats and mounts.</summary>
    public void Mount(StorageTarget target, string type, string label, string point)
    {
        Do(current => FileSystemRules.Format(current, target, new FileSystemRequest(type, label), ids));
        Do(current => FileSystemRules.Mount(current, target, new MountRequest(point)));
    }

    // A size that the whole disk allows may still not leave room for the partition table.
    private static long Most(StorageConfig config, long device) => config.FindDevice(device) is { } found
        ? Math.Max(PartitionTables.SmallestPartition, PartitionTables.Available(config.Platform, found))
        : long.MaxValue;
}
