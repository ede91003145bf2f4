using Maas.Api.Machines;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Nodes;

namespace Maas.Api.Legacy;

/// <summary>The network interfaces of a node in API 1.0: addresses, and nothing else.</summary>
internal static class MacResource10
{
    public static ApiResource List { get; } = new("api/1.0/nodes/{system_id}/macs/", "NodeMacsHandler", "A node's MAC addresses.",
    [
        ApiAction.Read(ApiAccess.User, ListAsync, "List them."),
        ApiAction.Create(ApiAccess.User, AddAsync, "Add one (administrators only).")
            .With(ApiArgument.Text("mac_address", "the address.")),
    ]);

    public static ApiResource Item { get; } = new("api/1.0/nodes/{system_id}/macs/{mac_address}/", "NodeMacHandler", "A MAC address.",
    [
        ApiAction.Read(ApiAccess.User, ReadAsync, "Read it."),
        ApiAction.Delete(ApiAccess.User, DeleteAsync, "Remove it (administrators only)."),
    ]);

    private static Task<ApiResult> ListAsync(ApiRequest request) => NodeResource10.WithAsync(request, _ => true, machine =>
        Task.FromResult(
            ApiResults.List(machine.MacAddresses, (json, address) => NodeJson.WriteMac(json, machine.Id, address, request.View))));

    private static Task<ApiResult> AddAsync(ApiRequest request) =>
        NodeResource10.WithAsync(request, request.User.MayIdentify, async machine =>
    {
        var form = request.Reader();
        var addresses = form.MacAddresses("mac_address");
        if (addresses.Count != 1 && !form.HasErrors) form.Refuse("mac_address", "This field is required.");
        if (form.HasErrors) return form.BadRequest();
        return await ChangeAsync(request, machine, known => [.. known.Where(each => each != addresses[0]), addresses[0]])
            .ConfigureAwait(false)
            ?? ApiResults.Json(json => NodeJson.WriteMac(json, machine.Id, addresses[0], request.View));
    });

    private static Task<ApiResult> ReadAsync(ApiRequest request) => NodeResource10.WithAsync(request, _ => true, machine =>
        Task.FromResult(AddressOf(request, out var address) is { } refusal ? refusal
            : machine.MacAddresses.Contains(address) ? ApiResults.Json(json => NodeJson.WriteMac(json, machine.Id, address, request.View))
            : ApiResults.NotFound("MACAddress")));

    private static Task<ApiResult> DeleteAsync(ApiRequest request) =>
        NodeResource10.WithAsync(request, request.User.MayIdentify, async machine =>
    {
        if (AddressOf(request, out var address) is { } refusal) return refusal;
        if (!machine.MacAddresses.Contains(address)) return ApiResults.NotFound("MACAddress");
        return await ChangeAsync(request, machine, known => [.. known.Where(each => each != address)]).ConfigureAwait(false)
            ?? ApiResults.NoContent;
    });

    private static ApiResult? AddressOf(ApiRequest request, out MacAddress address) =>
        MacAddress.TryParse(request.Route["mac_address"], out address) ? null : ApiResults.BadRequest("Invalid MAC address.");

    private static async Task<ApiResult?> ChangeAsync(
        ApiRequest request,
        Machine machine,
        Func<IReadOnlyList<MacAddress>, IReadOnlyList<MacAddress>> change)
    {
        var result = await request.Core.Machines.EditAsync(
            machine.Id, request.Actor, each => each with { MacAddresses = change(each.MacAddresses) }, request.Aborted)
                .ConfigureAwait(false);
        return result is EditResult.Done ? null : CommandResults.Of(result, request);
    }
}
