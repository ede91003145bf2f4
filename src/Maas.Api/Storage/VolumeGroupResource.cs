using Maas.Api.Machines;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Nodes;
using Maas.Core.Storage;

namespace Maas.Api.Storage;

/// <summary>The LVM volume groups of a machine, and their logical volumes.</summary>
internal static class VolumeGroupResource
{
    private static readonly GroupRequests Groups = new(
        "volume group", "VolumeGroup", group => group.Type == FileSystemGroupType.VolumeGroup,
        (shape, json, group) => shape.WriteVolumeGroup(json, group));

    private static ApiAction[] Actions =>
    [
        ApiAction.Read(ApiAccess.User, Groups.ReadAsync, "Read a volume group."),
        ApiAction.Update(ApiAccess.Administrator, request => Groups.UpdateAsync(request, ReadUpdate),
            "Change a volume group. The machine must be Ready.")
            .With(GroupRequests.UpdateArguments),
        ApiAction.Delete(ApiAccess.Administrator, request => Groups.DeleteAsync(request, VolumeGroupRules.Delete),
            "Delete a volume group without logical volumes. The machine must be Ready."),
        ApiAction.Post("create_logical_volume", ApiAccess.Administrator, CreateVolumeAsync,
            "Create a logical volume. The machine must be Ready.")
            .With(
                ApiArgument.Text("name", "its name."),
                ApiArgument.Text("uuid", "its UUID."),
                ApiArgument.Text("size", "its size, in bytes or as 10G; without it, all the space that is left.")),
        ApiAction.Post("delete_logical_volume", ApiAccess.Administrator, DeleteVolumeAsync,
            "Delete a logical volume; one that does not exist is no error. The machine must be Ready.")
            .With(ApiArgument.Text("id", "its id.")),
    ];

    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/nodes/{system_id}/volume-groups/", "VolumeGroupsHandler", "A machine's LVM volume groups.",
        [
            ApiAction.Read(ApiAccess.User, Groups.ListAsync, "List volume groups."),
            ApiAction.Create(ApiAccess.Administrator, request => Groups.CreateAsync(request, ReadCreation),
                "Create a volume group. The machine must be Ready.")
                .With([ApiArgument.Text("name", "its name."), .. GroupRequests.CreationArguments]),
        ]),
        new("api/2.0/nodes/{system_id}/volume-group/{id}/", "VolumeGroupHandler", "An LVM volume group, by id or by name.", Actions),
        new("api/2.0/nodes/{system_id}/volume-groups/{id}/", "VolumeGroupHandler", "An LVM volume group, by id or by name.", Actions)
        {
            IsAlias = true,
        },
    ];

    private static Func<StorageConfig, Core.IIdSource, StorageResult> ReadCreation(FormReader form)
    {
        var group = GroupRequests.ReadCreation(form);
        return (config, ids) => VolumeGroupRules.Create(config, group, ids);
    }

    private static Func<StorageConfig, Core.IIdSource, StorageResult> ReadUpdate(FormReader form, long id)
    {
        var update = GroupRequests.ReadUpdate(form);
        return (config, ids) => VolumeGroupRules.Update(config, id, update, ids);
    }

    private static Task<ApiResult> CreateVolumeAsync(ApiRequest request) => Groups.WithAsync(request, (machine, _, group) =>
    {
        var form = request.Reader();
        var volume = new LogicalVolumeRequest(form.Optional("name") ?? "", form.Optional("size"), form.Uuid("uuid"));
        return form.HasErrors
            ? Task.FromResult(form.BadRequest())
            : request.EditStorageAsync(
                machine,
                StorageRequests.WhenReady(
                    "Cannot create logical volume because the machine is not Ready.",
                    (config, ids) => VolumeGroupRules.CreateLogicalVolume(config, group.Id, volume, ids)),
                done => Show(request, done));
    });

    private static Task<ApiResult> DeleteVolumeAsync(ApiRequest request) => Groups.WithAsync(request, (machine, _, group) =>
    {
        var form = request.Reader();
        form.Required("id");
        var id = form.Integer("id", 0, long.MaxValue) ?? 0;
        return form.HasErrors
            ? Task.FromResult(form.BadRequest())
            : request.EditStorageAsync(
                machine,
                StorageRequests.WhenReady(
                    "Cannot delete logical volume because the machine is not Ready.",
                    (config, _) => DeleteVolume(config, group.Id, id)),
                _ => ApiResults.NoContent);
    });

    private static StorageResult DeleteVolume(StorageConfig config, long group, long volume) =>
        VolumeGroupRules.DeleteLogicalVolume(config, group, volume) is var result
            && result is StorageResult.NotFound { Noun: "VirtualBlockDevice" }
            ? new StorageResult.Changed(config, 0)
            : result;

    private static ApiResult Show(ApiRequest request, NodeConfigResult.Done done)
    {
        var storage = done.Config.Storage;
        var volume = storage.BlockDevices.First(each => each.Id == done.Id);
        return ApiResults.Json(json => request.StorageJson(done.Machine, storage).Write(json, volume));
    }
}
