using Maas.Api.Machines;
using Maas.Api.Requests;
using Maas.Api.Routing;
using Maas.Core.Storage;

namespace Maas.Api.Storage;

/// <summary>The bcaches of a machine.</summary>
internal static class BcacheResource
{
    private static readonly ApiArgument[] Arguments =
    [
        ApiArgument.Text("name", "its name."),
        ApiArgument.Text("uuid", "its UUID."),
        ApiArgument.Text("cache_set", "its cache set, by id or by name."),
        ApiArgument.Text("backing_device", "the block device that keeps the data, by id or by name."),
        ApiArgument.Text("backing_partition", "the partition that keeps the data, by id or by name."),
        ApiArgument.Text("cache_mode", "writeback, writethrough or writearound."),
    ];

    private static readonly GroupRequests Groups = new(
        "Bcache", "Bcache", group => group.Type == FileSystemGroupType.Bcache, (shape, json, group) => shape.WriteBcache(json, group));

    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/nodes/{system_id}/bcaches/", "BcachesHandler", "A machine's bcaches.",
        [
            ApiAction.Read(ApiAccess.User, Groups.ListAsync, "List bcaches."),
            ApiAction.Create(ApiAccess.Administrator, request => Groups.CreateAsync(request, ReadCreation),
                "Create a bcache. The machine must be Ready.").With(Arguments),
        ]),
        new("api/2.0/nodes/{system_id}/bcache/{id}/", "BcacheHandler", "A bcache, by id or by name.",
        [
            ApiAction.Read(ApiAccess.User, Groups.ReadAsync, "Read a bcache."),
            ApiAction.Update(ApiAccess.Administrator, request => Groups.UpdateAsync(request, ReadUpdate),
                "Change a bcache. The machine must be Ready.").With(Arguments),
            ApiAction.Delete(ApiAccess.Administrator, request => Groups.DeleteAsync(request, BcacheRules.Delete),
                "Delete a bcache with its virtual device. The machine must be Ready."),
        ]),
    ];

    private static Func<StorageConfig, Core.IIdSource, StorageResult> ReadCreation(FormReader form)
    {
        var bcache = Read(form);
        return (config, ids) => BcacheRules.Create(config, bcache, ids);
    }

    private static Func<StorageConfig, Core.IIdSource, StorageResult> ReadUpdate(FormReader form, long id)
    {
        var bcache = Read(form);
        return (config, ids) => BcacheRules.Update(config, id, bcache, ids);
    }

    private static BcacheRequest Read(FormReader form) => new()
    {
        Name = form.Optional("name") ?? "",
        Uuid = form.Uuid("uuid"),
        BackingDevice = form.Optional("backing_device") ?? "",
        BackingPartition = form.Optional("backing_partition") ?? "",
        CacheSet = form.Optional("cache_set") ?? "",
        CacheMode = form.Optional("cache_mode")?.ToLowerInvariant() ?? "",
    };
}
