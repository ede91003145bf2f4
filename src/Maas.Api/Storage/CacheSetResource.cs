using Maas.Api.Machines;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Nodes;
using Maas.Core.Storage;

namespace Maas.Api.Storage;

/// <summary>The bcache cache sets of a machine.</summary>
internal static class CacheSetResource
{
    private static readonly ApiArgument[] Arguments =
    [
        ApiArgument.Text("cache_device", "its block device, by id or by name."),
        ApiArgument.Text("cache_partition", "its partition, by id or by name."),
    ];

    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/nodes/{system_id}/bcache-cache-sets/", "BcacheCacheSetsHandler", "A machine's bcache cache sets.",
        [
            ApiAction.Read(ApiAccess.User, ListAsync, "List cache sets."),
            ApiAction.Create(ApiAccess.Administrator, CreateAsync, "Create a cache set. The machine must be Ready.").With(Arguments),
        ]),
        new("api/2.0/nodes/{system_id}/bcache-cache-set/{id}/", "BcacheCacheSetHandler", "A bcache cache set, by id or by name.",
        [
            ApiAction.Read(ApiAccess.User, ReadAsync, "Read a cache set."),
            ApiAction.Update(ApiAccess.Administrator, UpdateAsync,
                "Move a cache set to another device. The machine must be Ready.").With(Arguments),
            ApiAction.Delete(ApiAccess.Administrator, DeleteAsync, "Delete a cache set that no bcache uses. The machine must be Ready."),
        ]),
    ];

    private static async Task<ApiResult> ListAsync(ApiRequest request)
    {
        if (await request.FindStorageAsync().ConfigureAwait(false) is not var (machine, storage)) return ApiResults.NotFound("Machine");
        var shape = request.StorageJson(machine, storage);
        return ApiResults.List(storage.CacheSets, shape.Write);
    }

    private static async Task<ApiResult> CreateAsync(ApiRequest request)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return ApiResults.NotFound("Machine");
        var wanted = Read(request.Reader());
        return await request.EditStorageAsync(
            machine,
            StorageRequests.WhenReady(
                "Cannot create cache set because the node is not Ready.", (config, ids) => CacheSetRules.Create(config, wanted, ids)),
            done => Show(request, done, done.Id)).ConfigureAwait(false);
    }

    private static Task<ApiResult> ReadAsync(ApiRequest request) => WithAsync(request, (machine, storage, set) =>
        Task.FromResult(ApiResults.Json(json => request.StorageJson(machine, storage).Write(json, set))));

    private static Task<ApiResult> UpdateAsync(ApiRequest request) => WithAsync(request, (machine, _, set) =>
    {
        var wanted = Read(request.Reader());
        return request.EditStorageAsync(
            machine,
            StorageRequests.WhenReady(
                "Cannot update cache set because the machine is not Ready.",
                (config, ids) => CacheSetRules.Update(config, set.Id, wanted, ids)),
            done => Show(request, done, set.Id));
    });

    private static Task<ApiResult> DeleteAsync(ApiRequest request) => WithAsync(request, (machine, _, set) => request.EditStorageAsync(
        machine,
        StorageRequests.WhenReady(
            "Cannot delete cache set because the machine is not Ready.", (config, _) => CacheSetRules.Delete(config, set.Id)),
        _ => ApiResults.NoContent));

    private static CacheSetRequest Read(FormReader form) =>
        new(form.Optional("cache_device") ?? "", form.Optional("cache_partition") ?? "");

    private static async Task<ApiResult> WithAsync(ApiRequest request, Func<Machine, StorageConfig, CacheSet, Task<ApiResult>> then)
    {
        if (await request.FindStorageAsync().ConfigureAwait(false) is not var (machine, storage)) return ApiResults.NotFound("Machine");
        var found = storage.CacheSets.FirstOrDefault(
            each => StorageRequests.Names(request.Route["id"], each.Id, StorageNames.NameOf(storage, each)));
        return found is null ? ApiResults.NotFound("CacheSet") : await then(machine, storage, found).ConfigureAwait(false);
    }

    private static ApiResult Show(ApiRequest request, NodeConfigResult.Done done, long id)
    {
        var storage = done.Config.Storage;
        var set = storage.CacheSets.First(each => each.Id == id);
        return ApiResults.Json(json => request.StorageJson(done.Machine, storage).Write(json, set));
    }
}
