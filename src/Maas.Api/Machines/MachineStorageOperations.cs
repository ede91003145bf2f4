using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Nodes;
using Maas.Core.Storage;

namespace Maas.Api.Machines;

/// <summary>What can be asked of the storage of a machine as a whole.</summary>
internal static class MachineStorageOperations
{
    public static IReadOnlyList<ApiAction> Actions { get; } =
    [
        ApiAction.Post("set_storage_layout", ApiAccess.Administrator, SetLayoutAsync,
            "Replace all that is planned on the disks by a layout; blank leaves nothing planned on them. The machine must be Ready.")
            .With(
                ApiArgument.Text("storage_layout", "flat, lvm, bcache, blank or custom."),
                ApiArgument.Text("boot_size", "size of /boot, in bytes or as 10G or 5%; without it, there is none."),
                ApiArgument.Text("root_size", "size of the partition of the root file system; without it, what is left."),
                ApiArgument.Text("root_device", "id of the disk of the root file system; without it, the boot disk."),
                ApiArgument.Text("vg_name", "(lvm) name of the volume group."),
                ApiArgument.Text("lv_name", "(lvm) name of the logical volume."),
                ApiArgument.Text("lv_size", "(lvm) size of the logical volume."),
                ApiArgument.Text("cache_device", "(bcache) id of the disk of the cache; without it, the smallest one with the tag ssd."),
                ApiArgument.Text("cache_mode", "(bcache) writeback, writethrough or writearound."),
                ApiArgument.Text("cache_size", "(bcache) size of the cache's partition."),
                ApiArgument.Flag("cache_no_part", "(bcache) whether the cache uses its disk without a partition.")),
        ApiAction.Post("mount_special", ApiAccess.User, MountAsync,
            "Mount a file system without a device. The machine must be Ready or Allocated.")
            .With(
                ApiArgument.Text("fstype", "tmpfs or ramfs."),
                ApiArgument.Text("mount_point", "an absolute path."),
                ApiArgument.Text("mount_options", "options of mount.")),
        ApiAction.Post("unmount_special", ApiAccess.User, UnmountAsync,
            "Unmount a file system without a device. The machine must be Ready or Allocated.")
            .With(ApiArgument.Text("mount_point", "its path.")),
        ApiAction.Post("restore_storage_configuration", ApiAccess.Administrator, RestoreAsync,
            "Replace all that is planned on the disks by the default layout. The machine must be Ready, or have failed testing."),
    ];

    private static async Task<ApiResult> SetLayoutAsync(ApiRequest request)
    {
        var form = request.Reader();
        var layout = new StorageLayoutRequest
        {
            Layout = form.Optional("storage_layout") ?? "",
            BootSize = form.Optional("boot_size") ?? "",
            RootSize = form.Optional("root_size") ?? "",
            RootDevice = form.Optional("root_device") ?? "",
            VolumeGroupName = form.Optional("vg_name") ?? "",
            LogicalVolumeName = form.Optional("lv_name") ?? "",
            LogicalVolumeSize = form.Optional("lv_size") ?? "",
            CacheDevice = form.Optional("cache_device") ?? "",
            CacheMode = form.Optional("cache_mode")?.ToLowerInvariant() ?? "",
            CacheSize = form.Optional("cache_size") ?? "",
            CacheWithoutPartition = form.Boolean("cache_no_part") ?? false,
        };
        if (layout.Layout == "custom" && await request.FindMachineAsync().ConfigureAwait(false) is { } machine)
        {
            var described = await request.Core.ScriptResults.FindStorageLayoutAsync(machine.Id, request.Aborted).ConfigureAwait(false);
            layout = layout with { CustomLayout = described ?? "" };
        }

        return await EditAsync(request, form, StorageRequests.WhenReady(
            "Cannot change the storage layout on a machine that is not Ready.",
            (config, ids) => StorageLayouts.Apply(config, layout, ids))).ConfigureAwait(false);
    }

    private static Task<ApiResult> MountAsync(ApiRequest request)
    {
        var form = request.Reader();
        var type = form.Optional("fstype") ?? "";
        var mount = new MountRequest(form.Optional("mount_point") ?? "", form.Optional("mount_options") ?? "");
        return EditAsync(request, form, StorageRequests.WhenReadyOrAllocated(
            "Cannot mount the filesystem because the machine is not Ready or Allocated.",
            (config, ids) => FileSystemRules.MountSpecial(config, type, mount, ids)));
    }

    private static Task<ApiResult> UnmountAsync(ApiRequest request)
    {
        var form = request.Reader();
        var point = form.Optional("mount_point") ?? "";
        return EditAsync(request, form, StorageRequests.WhenReadyOrAllocated(
            "Cannot unmount the filesystem because the machine is not Ready or Allocated.",
            (config, _) => FileSystemRules.UnmountSpecial(config, point)));
    }

    private static async Task<ApiResult> RestoreAsync(ApiRequest request)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return ApiResults.NotFound("Machine");
        var result = await request.Core.NodeConfigs.RestoreStorageAsync(
            machine.Id,
            request.Actor,
            (each, _) => each.Status is MachineStatus.Ready or MachineStatus.FailedTesting
                ? null
                : "Machine must be in a ready or failed testing state to restore storage configuration.",
            request.Aborted).ConfigureAwait(false);
        return StorageRequests.Of(result, done => request.Show(done.Machine));
    }

    private static async Task<ApiResult> EditAsync(ApiRequest request, FormReader form, StorageEdit edit)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return ApiResults.NotFound("Machine");
        return form.HasErrors
            ? form.BadRequest()
            : await request.EditStorageAsync(machine, edit, done => request.Show(done.Machine)).ConfigureAwait(false);
    }
}
