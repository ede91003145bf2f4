using Maas.Core.Constraints;
using Maas.Core.Records;
using Maas.Core.Storage;

namespace Maas.Core.Nodes;

/// <summary>
/// What is derived from a node's storage so that an allocation reads only configurations that can fit. It says too little to be sure that
/// one does. Pure functions.
/// </summary>
internal static class DiskIndex
{
    /// <summary>The size of the largest device in bytes; 0 without devices.</summary>
    public static long LargestOf(StorageConfig config) => config.BlockDevices.Select(device => device.Size).DefaultIfEmpty().Max();

    /// <summary>How many devices and partitions there are.</summary>
    public static long CountOf(StorageConfig config) => config.BlockDevices.Sum(device => 1L + device.Partitions.Count);

    /// <summary>The tags of all devices and partitions, each between line feeds; <see langword="null"/> for none.</summary>
    public static string? TagsOf(StorageConfig config) => TagColumn.Of(
        config.BlockDevices.SelectMany(device => device.Tags.Concat(device.Partitions.SelectMany(each => each.Tags))));

    /// <summary>What must hold of the record of a configuration that fits the constraints.</summary>
    public static IReadOnlyList<RecordCondition> ConditionsOf(IReadOnlyList<StorageConstraint> constraints) =>
    [
        RecordCondition.Is("kind", (long)NodeConfigKind.Intended),
        new RecordCondition.Between("largest_device", constraints.Max(each => each.Size), null),
        new RecordCondition.Between("devices", (long)constraints.Count, null),
        .. constraints.SelectMany(each => each.OwnTags).Distinct(StringComparer.Ordinal)
            .Select(tag => TagColumn.Has("device_tags", tag)),
    ];
}
