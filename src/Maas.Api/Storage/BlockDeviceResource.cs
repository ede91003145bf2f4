using Maas.Api.Machines;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Nodes;
using Maas.Core.Storage;

namespace Maas.Api.Storage;

/// <summary>The disks of a machine, and the virtual devices that its groups provide.</summary>
internal static class BlockDeviceResource
{
    private const string NotUpdated = "Cannot update block device because the machine is not Ready.";

    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/nodes/{system_id}/blockdevices/", "BlockDevicesHandler", "A machine's block devices.",
        [
            ApiAction.Read(ApiAccess.User, ListAsync, "List block devices."),
            ApiAction.Create(ApiAccess.Administrator, CreateAsync, "Add a disk that commissioning did not find.")
                .With(
                    ApiArgument.Text("name", "its name, as sda."),
                    ApiArgument.Text("model", "its model."),
                    ApiArgument.Text("serial", "its serial number."),
                    ApiArgument.Text("id_path", "a path that is the same at each boot, for a disk without model and serial number."),
                    ApiArgument.Text("size", "its size, in bytes or as 10G."),
                    ApiArgument.Integer("block_size", "its block size."),
                    ApiArgument.Text("numa_node", "its NUMA node.")),
        ]),
        new("api/2.0/nodes/{system_id}/blockdevices/{id}/", "BlockDeviceHandler", "A block device, by id or by name.",
        [
            ApiAction.Read(ApiAccess.User, ReadAsync, "Read a block device."),
            ApiAction.Update(ApiAccess.Administrator, UpdateAsync,
                "Change a block device. The machine must be Ready; of a Deployed one, name, model, serial and id_path of a disk change.")
                .With(
                    ApiArgument.Text("name", "its name."),
                    ApiArgument.Text("model", "model of a disk."),
                    ApiArgument.Text("serial", "serial number of a disk."),
                    ApiArgument.Text("id_path", "path of a disk that is the same at each boot."),
                    ApiArgument.Text("size", "size of a disk or of a logical volume, in bytes or as 10G."),
                    ApiArgument.Integer("block_size", "block size of a disk."),
                    ApiArgument.Text("uuid", "UUID of a virtual device."),
                    ApiArgument.Text("numa_node", "NUMA node of a disk."),
                    ApiArgument.Text("partition_table_type", "GPT or MBR, for a device with partitions.")),
            ApiAction.Delete(ApiAccess.Administrator, DeleteAsync, "Remove a block device. The machine must be Ready."),
            ApiAction.Post("add_tag", ApiAccess.Administrator, AddTagAsync, "Add a tag.").With(ApiArgument.Text("tag", "the tag.")),
            ApiAction.Post("remove_tag", ApiAccess.Administrator, RemoveTagAsync, "Remove a tag.")
                .With(ApiArgument.Text("tag", "the tag.")),
            ApiAction.Post("set_boot_disk", ApiAccess.Administrator, SetBootDiskAsync,
                "Install systems to this disk. Without it, the first disk of at least 512 MiB is taken."),
            .. FileSystemActions.Of("block device", "machine", WithTargetAsync),
        ]),
    ];

    /// <summary>The device in the path, by id or by name.</summary>
    public static BlockDevice? Find(StorageConfig config, string value) => config.BlockDevices.FirstOrDefault(
        device => StorageRequests.Names(value, device.Id, StorageNames.NameOf(config, device)) || device.Name == value);

    private static async Task<ApiResult> ListAsync(ApiRequest request)
    {
        if (await request.FindStorageAsync().ConfigureAwait(false) is not var (machine, storage)) return ApiResults.NotFound("Node");
        var shape = request.StorageJson(machine, storage);
        return ApiResults.List(storage.BlockDevices, shape.Write);
    }

    private static async Task<ApiResult> CreateAsync(ApiRequest request)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return ApiResults.NotFound("Node");
        var form = request.Reader();
        var device = Read(form);
        if (form.HasErrors) return form.BadRequest();
        var edit = new StorageEdit((_, config, ids) => BlockDeviceRules.Create(config, device, ids));
        return await request.EditStorageAsync(machine, edit, done => Show(request, done)).ConfigureAwait(false);
    }

    private static Task<ApiResult> ReadAsync(ApiRequest request) => WithAsync(request, (machine, storage, device) =>
        Task.FromResult(ApiResults.Json(json => request.StorageJson(machine, storage).Write(json, device))));

    private static Task<ApiResult> UpdateAsync(ApiRequest request) => WithAsync(request, (machine, _, device) =>
    {
        var form = request.Reader();
        var wanted = Read(form) with { Uuid = form.Uuid("uuid"), PartitionTable = form.Optional("partition_table_type") };
        if (form.HasErrors) return Task.FromResult(form.BadRequest());
        var replaced = new BlockDeviceRequest
        {
            Name = wanted.Name, Model = wanted.Model, Serial = wanted.Serial, IdPath = wanted.IdPath,
        };
        var edit = new StorageEdit((each, config, _) =>
            BlockDeviceRules.Update(config, device.Id, each.Status == MachineStatus.Deployed ? replaced : wanted))
        {
            FindObstacle = (each, config) => each.Status switch
            {
                MachineStatus.Ready => null,
                MachineStatus.Deployed => config.BlockDevices.Any(one => one.Id == device.Id && one.Type == BlockDeviceType.Virtual)
                    ? "Cannot update virtual block device because the machine is Deployed."
                    : null,
                _ => NotUpdated,
            },
        };
        return request.EditStorageAsync(machine, edit, done => Show(request, done));
    });

    private static Task<ApiResult> DeleteAsync(ApiRequest request) => WithAsync(request, (machine, _, device) =>
        request.EditStorageAsync(
            machine,
            StorageRequests.WhenReady(
                "Cannot delete block device because the machine is not Ready.",
                (config, _) => BlockDeviceRules.Delete(config, device.Id)),
            _ => ApiResults.NoContent));

    private static Task<ApiResult> AddTagAsync(ApiRequest request) => TagAsync(request, BlockDeviceRules.AddTag);

    private static Task<ApiResult> RemoveTagAsync(ApiRequest request) => TagAsync(request, BlockDeviceRules.RemoveTag);

    private static Task<ApiResult> TagAsync(ApiRequest request, Func<StorageConfig, long, string, StorageResult> rule) =>
        WithAsync(request, (machine, _, device) =>
        {
            var form = request.Reader();
            var tag = form.Required("tag");
            return form.HasErrors
                ? Task.FromResult(form.BadRequest())
                : request.EditStorageAsync(
                    machine,
                    StorageRequests.WhenReady(NotUpdated, (config, _) => rule(config, device.Id, tag)),
                    done => Show(request, done));
        });

    private static Task<ApiResult> SetBootDiskAsync(ApiRequest request) => WithAsync(request, (machine, _, device) =>
        request.EditStorageAsync(
            machine,
            StorageRequests.WhenReady(
                "Cannot set as boot disk because the machine is not Ready.",
                (config, _) => BlockDeviceRules.SetBootDisk(config, device.Id)),
            _ => ApiResults.Ok));

    private static Task<ApiResult> WithTargetAsync(ApiRequest request, StorageTargetHandler then) =>
        WithAsync(request, (machine, _, device) =>
            then(machine, new StorageTarget.Device(device.Id), done => Show(request, done)));

    private static BlockDeviceRequest Read(FormReader form) => new()
    {
        Name = form.Optional("name"),
        Model = form.Form["model"],
        Serial = form.Form["serial"],
        IdPath = form.Form["id_path"],
        Size = form.Optional("size"),
        BlockSize = form.Optional("block_size"),
        NumaNode = (int?)form.Integer("numa_node", 0, int.MaxValue),
    };

    private static async Task<ApiResult> WithAsync(
        ApiRequest request, Func<Machine, StorageConfig, BlockDevice, Task<ApiResult>> then)
    {
        if (await request.FindStorageAsync().ConfigureAwait(false) is not var (machine, storage)) return ApiResults.NotFound("Node");
        return Find(storage, request.Route["id"]) is { } device
            ? await then(machine, storage, device).ConfigureAwait(false)
            : ApiResults.NotFound("BlockDevice");
    }

    private static ApiResult Show(ApiRequest request, NodeConfigResult.Done done)
    {
        var storage = done.Config.Storage;
        var device = storage.BlockDevices.First(each => each.Id == done.Id);
        return ApiResults.Json(json => request.StorageJson(done.Machine, storage).Write(json, device));
    }
}
