using Maas.Api.Machines;
using Maas.Api.Results;
using Maas.Api.Routing;

namespace Maas.Api.Storage;

/// <summary>
/// VMFS datastores. They belong to VMware's layouts, which this server does not have: no machine has one.
/// </summary>
internal static class VmfsDatastoreResource
{
    private const string Kind = "VMFS";

    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/nodes/{system_id}/vmfs-datastores/", "VmfsDatastoresHandler", "A machine's VMFS datastores: there are none.",
        [
            ApiAction.Read(ApiAccess.User, ListAsync, "List VMFS datastores."),
            ApiAction.Create(ApiAccess.Administrator, RefuseAsync, "Refused: this server has no layouts of VMware.") with
            {
                TakesAnyArgument = true,
            },
        ]),
        new("api/2.0/nodes/{system_id}/vmfs-datastore/{id}/", "VmfsDatastoreHandler", "A VMFS datastore: there are none.",
        [
            ApiAction.Read(ApiAccess.User, MissAsync, "Read a VMFS datastore."),
            ApiAction.Update(ApiAccess.Administrator, MissAsync, "Change a VMFS datastore.") with { TakesAnyArgument = true },
            ApiAction.Delete(ApiAccess.Administrator, MissAsync, "Delete a VMFS datastore."),
        ]),
    ];

    private static async Task<ApiResult> ListAsync(ApiRequest request) =>
        await request.FindMachineAsync().ConfigureAwait(false) is null
            ? ApiResults.NotFound("Machine")
            : ApiResults.List<int>([], (_, _) => { });

    private static async Task<ApiResult> RefuseAsync(ApiRequest request) =>
        await request.FindMachineAsync().ConfigureAwait(false) is null
            ? ApiResults.NotFound("Machine")
            : ApiResults.BadRequest("The machine has no VMFS datastores: this server does not have the storage layouts of VMware.");

    private static async Task<ApiResult> MissAsync(ApiRequest request) =>
        ApiResults.NotFound(await request.FindMachineAsync().ConfigureAwait(false) is null ? "Machine" : Kind);
}
