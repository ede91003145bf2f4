using Maas.Api.Requests;
using Maas.Api.Routing;
using Maas.Core.Storage;

namespace Maas.Api.Storage;

/// <summary>The RAIDs of a machine.</summary>
internal static class RaidResource
{
    private static readonly GroupRequests Groups = new(
        "RAID", "RAID", group => group.Type is not (FileSystemGroupType.VolumeGroup or FileSystemGroupType.Bcache),
        (shape, json, group) => shape.WriteRaid(json, group));

    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/nodes/{system_id}/raids/", "RaidsHandler", "A machine's RAIDs.",
        [
            ApiAction.Read(ApiAccess.User, Groups.ListAsync, "List RAIDs."),
            ApiAction.Create(ApiAccess.Administrator, request => Groups.CreateAsync(request, ReadCreation),
                "Create a RAID. The machine must be Ready.")
                .With(
                [
                    ApiArgument.Text("name", "its name; without it, the next free one (md0)."),
                    .. GroupRequests.CreationArguments,
                    ApiArgument.Text("level", "raid-0, raid-1, raid-5, raid-6 or raid-10."),
                    ApiArgument.Texts("spare_devices", "block devices that are its spares."),
                    ApiArgument.Texts("spare_partitions", "partitions that are its spares."),
                ]),
        ]),
        new("api/2.0/nodes/{system_id}/raid/{id}/", "RaidHandler", "A RAID, by id or by name.",
        [
            ApiAction.Read(ApiAccess.User, Groups.ReadAsync, "Read a RAID."),
            ApiAction.Update(ApiAccess.Administrator, request => Groups.UpdateAsync(request, ReadUpdate),
                "Change a RAID. The machine must be Ready.")
                .With(
                [
                    .. GroupRequests.UpdateArguments,
                    ApiArgument.Texts("add_spare_devices", "block devices to add as spares."),
                    ApiArgument.Texts("remove_spare_devices", "spare block devices to remove."),
                    ApiArgument.Texts("add_spare_partitions", "partitions to add as spares."),
                    ApiArgument.Texts("remove_spare_partitions", "spare partitions to remove."),
                ]),
            ApiAction.Delete(ApiAccess.Administrator, request => Groups.DeleteAsync(request, RaidRules.Delete),
                "Delete a RAID with its virtual device. The machine must be Ready."),
        ]),
    ];

    private static Func<StorageConfig, Core.IIdSource, StorageResult> ReadCreation(FormReader form)
    {
        var level = form.Optional("level") ?? "";
        var group = GroupRequests.ReadCreation(form) with
        {
            SpareDevices = form.List("spare_devices"),
            SparePartitions = form.List("spare_partitions"),
        };
        return (config, ids) => RaidRules.Create(config, level, group, ids);
    }

    private static Func<StorageConfig, Core.IIdSource, StorageResult> ReadUpdate(FormReader form, long id)
    {
        var update = GroupRequests.ReadUpdate(form) with
        {
            AddSpareDevices = form.List("add_spare_devices"),
            AddSparePartitions = form.List("add_spare_partitions"),
            RemoveSpareDevices = form.List("remove_spare_devices"),
            RemoveSparePartitions = form.List("remove_spare_partitions"),
        };
        return (config, ids) => RaidRules.Update(config, id, update, ids);
    }
}
