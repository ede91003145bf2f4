using Maas.Api.Machines;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Nodes;
using Maas.Core.Storage;

namespace Maas.Api.Storage;

/// <summary>The partitions of a block device.</summary>
internal static class PartitionResource
{
    private static ApiAction[] Actions =>
    [
        ApiAction.Read(ApiAccess.User, ReadAsync, "Read a partition."),
        ApiAction.Delete(ApiAccess.Administrator, DeleteAsync, "Delete a partition. The machine must be Ready."),
        ApiAction.Post("add_tag", ApiAccess.Administrator, AddTagAsync, "Add a tag.").With(ApiArgument.Text("tag", "the tag.")),
        ApiAction.Post("remove_tag", ApiAccess.Administrator, RemoveTagAsync, "Remove a tag.").With(ApiArgument.Text("tag", "the tag.")),
        .. FileSystemActions.Of("partition", "node", WithTargetAsync),
    ];

    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/nodes/{system_id}/blockdevices/{device_id}/partitions/", "PartitionsHandler", "A block device's partitions.",
        [
            ApiAction.Read(ApiAccess.User, ListAsync, "List partitions."),
            ApiAction.Create(ApiAccess.Administrator, CreateAsync, "Add a partition. The machine must be Ready.")
                .With(
                    ApiArgument.Text("size", "its size, in bytes or as 10G; without it, all the space that is left."),
                    ApiArgument.Text("uuid", "its UUID."),
                    ApiArgument.Flag("bootable", "whether firmware may boot from it.")),
        ]),
        new("api/2.0/nodes/{system_id}/blockdevices/{device_id}/partition/{id}", "PartitionHandler", "A partition, by id or by name.",
            Actions),
        new("api/2.0/nodes/{system_id}/blockdevices/{device_id}/partitions/{id}", "PartitionHandler", "A partition, by id or by name.",
            Actions) { IsAlias = true },
    ];

    private static Task<ApiResult> ListAsync(ApiRequest request) => WithDeviceAsync(request, (machine, storage, device) =>
    {
        var shape = request.StorageJson(machine, storage);
        return Task.FromResult(ApiResults.List(device.Partitions, (json, partition) => shape.Write(json, device, partition)));
    });

    private static Task<ApiResult> CreateAsync(ApiRequest request) => WithDeviceAsync(request, (machine, _, device) =>
    {
        var form = request.Reader();
        var partition = new PartitionRequest
        {
            Size = form.Optional("size"), Uuid = form.Uuid("uuid"), Bootable = form.Boolean("bootable") ?? false,
        };
        return form.HasErrors
            ? Task.FromResult(form.BadRequest())
            : request.EditStorageAsync(
                machine,
                StorageRequests.WhenReady(
                    "Cannot create partition because the node is not Ready.",
                    (config, ids) => PartitionRules.Create(config, device.Id, partition, ids)),
                done => Show(request, done));
    });

    private static Task<ApiResult> ReadAsync(ApiRequest request) => WithAsync(request, (machine, storage, device, partition) =>
        Task.FromResult(ApiResults.Json(json => request.StorageJson(machine, storage).Write(json, device, partition))));

    private static Task<ApiResult> DeleteAsync(ApiRequest request) => WithAsync(request, (machine, _, _, partition) =>
        request.EditStorageAsync(
            machine,
            StorageRequests.WhenReady(
                "Cannot delete block device because the node is not Ready.",
                (config, _) => PartitionRules.Delete(config, partition.Id)),
            _ => ApiResults.NoContent));

    private static Task<ApiResult> AddTagAsync(ApiRequest request) => TagAsync(request, PartitionRules.AddTag);

    private static Task<ApiResult> RemoveTagAsync(ApiRequest request) => TagAsync(request, PartitionRules.RemoveTag);

    // MAAS takes tags of a partition in any status.
    private static Task<ApiResult> TagAsync(ApiRequest request, Func<StorageConfig, long, string, StorageResult> rule) =>
        WithAsync(request, (machine, _, _, partition) =>
        {
            var form = request.Reader();
            var tag = form.Required("tag");
            return form.HasErrors
                ? Task.FromResult(form.BadRequest())
                : request.EditStorageAsync(
                    machine,
                    new StorageEdit((_, config, _) => rule(config, partition.Id, tag)),
                    done => Show(request, done));
        });

    private static Task<ApiResult> WithTargetAsync(ApiRequest request, StorageTargetHandler then) =>
        WithAsync(request, (machine, _, _, partition) =>
            then(machine, new StorageTarget.Partition(partition.Id), done => Show(request, done)));

    private static Task<ApiResult> WithAsync(
        ApiRequest request, Func<Machine, StorageConfig, BlockDevice, DiskPartition, Task<ApiResult>> then) =>
        WithDeviceAsync(request, (machine, storage, device) =>
            device.Partitions.FirstOrDefault(each => StorageRequests.Names(
                request.Route["id"], each.Id, StorageNames.NameOf(storage, device, each))) is { } partition
                ? then(machine, storage, device, partition)
                : Task.FromResult(ApiResults.NotFound("Partition")));

    private static async Task<ApiResult> WithDeviceAsync(
        ApiRequest request, Func<Machine, StorageConfig, BlockDevice, Task<ApiResult>> then)
    {
        if (await request.FindStorageAsync().ConfigureAwait(false) is not var (machine, storage)) return ApiResults.NotFound("Node");
        return BlockDeviceResource.Find(storage, request.Route["device_id"]) is { } device
            ? await then(machine, storage, device).ConfigureAwait(false)
            : ApiResults.NotFound("BlockDevice");
    }

    private static ApiResult Show(ApiRequest request, NodeConfigResult.Done done)
    {
        var storage = done.Config.Storage;
        var (device, partition) = storage.BlockDevices
            .SelectMany(device => device.Partitions.Select(partition => (Device: device, Partition: partition)))
            .First(each => each.Partition.Id == done.Id);
        return ApiResults.Json(json => request.StorageJson(done.Machine, storage).Write(json, device, partition));
    }
}
