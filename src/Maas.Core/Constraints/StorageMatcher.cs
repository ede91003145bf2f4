using Maas.Core.Storage;

namespace Maas.Core.Constraints;

/// <summary>
/// Finds disks and partitions for storage constraints. Pure. As in MAAS, the first constraint is the disk that has the root file system;
/// each of the others is an unused device, the smallest one that fits, and the constraints with the most tags choose first. Where that
/// choice leaves a constraint without a device, the earlier ones take others, if they can.
/// </summary>
internal static class StorageMatcher
{
    private const string Root = "/";

    /// <summary>What answers each constraint, in their order; <see langword="null"/> when one of them has no answer.</summary>
    public static IReadOnlyList<StorageTarget>? Match(StorageConfig config, IReadOnlyList<StorageConstraint> constraints)
    {
        if (constraints.Count == 0) return [];
        if (FindRoot(config, constraints[0]) is not { } root) return null;
        var answers = new StorageTarget[constraints.Count];
        answers[0] = root;
        Dictionary<StorageTarget, int> taken = [];
        foreach (var at in Enumerable.Range(1, constraints.Count - 1).OrderByDescending(each => constraints[each].Tags.Count))
            if (!Take(at, new HashSet<StorageTarget> { root })) return null;
        foreach (var (target, at) in taken) answers[at] = target;
        return answers;

        // Gives a constraint a free device, or one whose holder finds another (an augmenting path).
        bool Take(int at, HashSet<StorageTarget> tried)
        {
            var fitting = Unused(config, constraints[at]).ToList();
            foreach (var target in fitting.Where(each => !taken.ContainsKey(each) && each != root))
            {
                taken[target] = at;
                return true;
            }

            foreach (var target in fitting)
            {
                if (!tried.Add(target) || !Take(taken[target], tried)) continue;
                taken[target] = at;
                return true;
            }

            return false;
        }
    }

    private static StorageTarget? FindRoot(StorageConfig config, StorageConstraint constraint)
    {
        var root = config.Carried.Where(item => item.FileSystem.MountPoint == Root).Select(item => item.Target).FirstOrDefault();
        if (constraint.IsPartition)
            return root is StorageTarget.Partition { Id: var id } && config.FindPartition(id) is var (_, partition)
                && Fits(constraint, partition.Size, partition.Tags) ? root : null;
        // Disks on which nothing is planned yet have no root file system: it will be on the boot disk.
        var device = root is null ? config.BootDevice : config.DeviceOf(root);
        return device is not null && Fits(constraint, device.Size, device.Tags) ? new StorageTarget.Device(device.Id) : null;
    }

    private static IEnumerable<StorageTarget> Unused(StorageConfig config, StorageConstraint constraint) => constraint.IsPartition
        ? config.Partitions.Select(item => item.Partition)
            .Where(each => each.FileSystem is null && Fits(constraint, each.Size, each.Tags))
            .OrderBy(each => each.Size).ThenBy(each => each.Id)
            .Select(each => new StorageTarget.Partition(each.Id))
        : config.BlockDevices
            .Where(each => each.FileSystem is null && each.PartitionTable is null && Fits(constraint, each.Size, each.Tags))
            .OrderBy(each => each.Size).ThenBy(each => each.Id)
            .Select(each => new StorageTarget.Device(each.Id));

    private static bool Fits(StorageConstraint constraint, long size, IReadOnlyList<string> tags) =>
        size >= constraint.Size && constraint.OwnTags.All(tags.Contains);
}
