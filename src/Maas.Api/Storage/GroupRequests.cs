using System.Text.Json;
using Maas.Api.Machines;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Storage;

namespace Maas.Api.Storage;

/// <summary>What the resources of volume groups, RAIDs and bcaches have in common.</summary>
/// <param name="Noun">MAAS's word for a group in messages (<c>volume group</c>).</param>
/// <param name="Kind">MAAS's name of its kind (<c>VolumeGroup</c>).</param>
/// <param name="IsOne">Whether a group is one of them.</param>
/// <param name="Write">Writes one.</param>
internal sealed record GroupRequests(
    string Noun,
    string Kind,
    Func<FileSystemGroup, bool> IsOne,
    Action<StorageJson, Utf8JsonWriter, FileSystemGroup> Write)
{
    /// <summary>The arguments of a new group of disks and partitions.</summary>
    public static ApiArgument[] CreationArguments { get; } =
    [
        ApiArgument.Text("uuid", "its UUID."),
        ApiArgument.Texts("block_devices", "its block devices, by id or by name."),
        ApiArgument.Texts("partitions", "its partitions, by id or by name."),
    ];

    /// <summary>The arguments of a change of such a group.</summary>
    public static ApiArgument[] UpdateArguments { get; } =
    [
        ApiArgument.Text("name", "its name."),
        ApiArgument.Text("uuid", "its UUID."),
        ApiArgument.Texts("add_block_devices", "block devices to add, by id or by name."),
        ApiArgument.Texts("remove_block_devices", "block devices to remove."),
        ApiArgument.Texts("add_partitions", "partitions to add, by id or by name."),
        ApiArgument.Texts("remove_partitions", "partitions to remove."),
    ];

    /// <summary>Reads the <see cref="CreationArguments"/>.</summary>
    public static GroupRequest ReadCreation(FormReader form) => new()
    {
        Name = form.Optional("name"),
        Uuid = form.Uuid("uuid"),
        BlockDevices = form.List("block_devices"),
        Partitions = form.List("partitions"),
    };

    /// <summary>Reads the <see cref="UpdateArguments"/>.</summary>
    public static GroupUpdate ReadUpdate(FormReader form) => new()
    {
        Name = form.Optional("name"),
        Uuid = form.Uuid("uuid"),
        AddBlockDevices = form.List("add_block_devices"),
        AddPartitions = form.List("add_partitions"),
        RemoveBlockDevices = form.List("remove_block_devices"),
        RemovePartitions = form.List("remove_partitions"),
    };

    /// <summary>Lists them.</summary>
    public async Task<ApiResult> ListAsync(ApiRequest request)
    {
        if (await request.FindStorageAsync().ConfigureAwait(false) is not var (machine, storage)) return ApiResults.NotFound("Machine");
        var shape = request.StorageJson(machine, storage);
        return ApiResults.List(storage.Groups.Where(IsOne), (json, group) => Write(shape, json, group));
    }

    /// <summary>Reads the one in the path.</summary>
    public Task<ApiResult> ReadAsync(ApiRequest request) => WithAsync(request, (machine, storage, group) =>
        Task.FromResult(ApiResults.Json(json => Write(request.StorageJson(machine, storage), json, group))));

    /// <summary>Creates one.</summary>
    public async Task<ApiResult> CreateAsync(
        ApiRequest request, Func<FormReader, Func<StorageConfig, IIdSource, StorageResult>> read)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return ApiResults.NotFound("Machine");
        var form = request.Reader();
        var rule = read(form);
        return form.HasErrors
            ? form.BadRequest()
            : await request.EditStorageAsync(
                machine,
                StorageRequests.WhenReady($"Cannot create {Noun} because the machine is not Ready.", rule),
                done => Show(request, done, done.Id)).ConfigureAwait(false);
    }

    /// <summary>Changes the one in the path.</summary>
    public Task<ApiResult> UpdateAsync(
        ApiRequest request, Func<FormReader, long, Func<StorageConfig, IIdSource, StorageResult>> read) =>
        WithAsync(request, (machine, _, group) =>
        {
            var form = request.Reader();
            var rule = read(form, group.Id);
            return form.HasErrors
                ? Task.FromResult(form.BadRequest())
                : request.EditStorageAsync(
                    machine,
                    StorageRequests.WhenReady($"Cannot update {Noun} because the machine is not Ready.", rule),
                    done => Show(request, done, group.Id));
        });

    /// <summary>Deletes the one in the path.</summary>
    public Task<ApiResult> DeleteAsync(ApiRequest request, Func<StorageConfig, long, StorageResult> rule) =>
        WithAsync(request, (machine, _, group) => request.EditStorageAsync(
            machine,
            StorageRequests.WhenReady(
                $"Cannot delete {Noun} because the machine is not Ready.", (config, _) => rule(config, group.Id)),
            _ => ApiResults.NoContent));

    /// <summary>Finds the one in the path, by id or by name.</summary>
    public async Task<ApiResult> WithAsync(
        ApiRequest request, Func<Machine, StorageConfig, FileSystemGroup, Task<ApiResult>> then)
    {
        if (await request.FindStorageAsync().ConfigureAwait(false) is not var (machine, storage)) return ApiResults.NotFound("Machine");
        var found = storage.Groups.FirstOrDefault(each => IsOne(each) && StorageRequests.Names(request.Route["id"], each.Id, each.Name));
        return found is null ? ApiResults.NotFound(Kind) : await then(machine, storage, found).ConfigureAwait(false);
    }

    private ApiResult Show(ApiRequest request, NodeConfigResult.Done done, long id)
    {
        var storage = done.Config.Storage;
        var group = storage.Groups.First(each => each.Id == id);
        return ApiResults.Json(json => Write(request.StorageJson(done.Machine, storage), json, group));
    }
}
