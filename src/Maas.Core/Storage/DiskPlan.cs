using System.Text;
using Maas.Core.Inventory;

namespace Maas.Core.Storage;

/// <summary>
/// What is done to the disks of a machine to install a root archive: wipe, partition, build RAIDs and volume groups, make and mount file
/// systems, unpack, write <c>fstab</c>, install the boot loader. <see cref="DiskPlanner"/> makes it; the agent of the ephemeral environment
/// executes its text. Installers of operating systems get the same steps in their own language.
/// </summary>
public sealed class DiskPlan
{
    internal DiskPlan(IReadOnlyList<PlannedDisk> disks, IReadOnlyList<DiskStep> steps, long rootSize) =>
        (Disks, Steps, RootSize) = (disks, steps, rootSize);

    /// <summary>The disks that are written to, the boot disk first. No other disk is touched.</summary>
    public IReadOnlyList<PlannedDisk> Disks { get; }

    /// <summary>Bytes of the device that carries the root file system.</summary>
    public long RootSize { get; }

    /// <summary>The steps in their order: each names only devices of earlier ones.</summary>
    public IReadOnlyList<DiskStep> Steps { get; }

    /// <summary>
    /// The steps in their order, a line each: a verb and its arguments, separated by tabs; <c>-</c> is an argument that is absent. A device
    /// is named by its key: <c>d1</c> is the first of <see cref="Disks"/>, <c>d1.2</c> its partition 2, <c>m0</c> a RAID, <c>v1</c> a
    /// logical volume.
    /// </summary>
    public string ToText()
    {
        var text = new StringBuilder();
        foreach (var line in Steps.SelectMany(step => step.Lines))
            text.AppendJoin('\t', line.Select(field => field.Length == 0 ? "-" : field)).Append('\n');
        return text.ToString();
    }
}

/// <summary>A disk that a plan writes to.</summary>
/// <param name="Key">Its name in the steps (<c>d1</c>).</param>
/// <param name="Disk">The disk of the inventory; the agent compares it with what it finds before the first write.</param>
public sealed record PlannedDisk(string Key, Disk Disk);

/// <summary>A plan, or the reasons against one.</summary>
public abstract record DiskPlanResult
{
    private DiskPlanResult() { }

    /// <summary>The plan.</summary>
    /// <param name="Plan">The plan.</param>
    public sealed record Ready(DiskPlan Plan) : DiskPlanResult;

    /// <summary>The configuration is incomplete, ambiguous, or cannot boot. Nothing may be written.</summary>
    /// <param name="Reasons">All reasons, in words.</param>
    public sealed record Refused(IReadOnlyList<string> Reasons) : DiskPlanResult;
}
