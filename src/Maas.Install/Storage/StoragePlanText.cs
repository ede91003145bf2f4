using System.Diagnostics;
using Maas.Core.Inventory;
using Maas.Core.Storage;

namespace Maas.Install.Storage;

/// <summary>Writes a plan in the language of an installer, or tells why that cannot express it. Pure.</summary>
internal static class StoragePlanText
{
    /// <summary>The plan of a configuration for the installer of a system; refused with all reasons, its installer's included.</summary>
    public static DiskPlanResult Plan(
        StoragePlanFormat format, string osSystem, string series, StorageConfig config, Hardware hardware)
    {
        var plan = DiskPlanner.Plan(config, hardware);
        if (plan is not DiskPlanResult.Ready ready) return plan;
        List<string> reasons =
            [.. StorageIssues.Find(config, osSystem, series), .. Refuse(format, osSystem, new PlannedDevices(ready.Plan))];
        return reasons.Count == 0 ? ready : new DiskPlanResult.Refused(reasons);
    }

    /// <summary>The text of a plan that was not refused; it has been quoted for its place in the built-in templates.</summary>
    public static string Write(StoragePlanFormat format, DiskPlan plan) => format switch
    {
        StoragePlanFormat.Curtin => CurtinStorage.Write(plan),
        StoragePlanFormat.Kickstart => KickstartStorage.Write(new PlannedDevices(plan)),
        StoragePlanFormat.Partman => PartmanStorage.Write(new PlannedDevices(plan)),
        _ => throw new UnreachableException(),
    };

    private static IEnumerable<string> Refuse(StoragePlanFormat format, string osSystem, PlannedDevices devices) => format switch
    {
        StoragePlanFormat.Kickstart => KickstartStorage.Refuse(devices, osSystem),
        StoragePlanFormat.Partman => PartmanStorage.Refuse(devices),
        _ => [],
    };
}
