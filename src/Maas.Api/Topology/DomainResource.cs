using System.Text.Json;
using Maas.Api.Collections;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Topology;

namespace Maas.Api.Topology;

/// <summary>DNS domains.</summary>
internal static class DomainResource
{
    private static readonly Collection<Domain> Domains = new()
    {
        Path = "domains/",
        ItemPath = "domains/{id}/",
        Noun = "Domain",
        Plural = "domains",
        In = core => core.Networks.Domains,
        IdOffset = 1,
        Uri = (domain, view) => view.Api("domains", domain.Id - 1),
        New = _ => new Domain { Name = "" },
        Fields =
        [
            Field<Domain>.Text(
                "name", "its name.", domain => domain.Name, (domain, value) => domain with { Name = value.TrimEnd('.').ToLowerInvariant() })
                .Required(),
            Field<Domain>.Flag(
                "authoritative", "whether this server is authoritative for it.", domain => domain.Authoritative,
                (domain, value) => domain with { Authoritative = value }),
            Field<Domain>.Integer(
                "ttl", "default time to live of its records in seconds.", domain => domain.Ttl,
                (domain, value) => domain with { Ttl = (int?)value }),
            Field<Domain>.Shown("is_default", (json, domain, _) => json.WriteBoolean("is_default", domain.IsDefault)),
            Field<Domain>.Shown(
                "resource_record_count",
                (json, domain, view) => json.WriteNumber("resource_record_count", view.Names.CountRecords(domain.Id))),
        ],
        ListActions =
        [
            ApiAction.Post("set_serial", ApiAccess.User, SetSerialAsync, "Set the serial number of the zones.")
                .With(ApiArgument.Integer("serial", "the serial number, 1 to 4294967295.").Required())
                with { Right = ApiRight.EditGlobalEntities },
        ],
        ItemActions =
        [
            ApiAction.Post("set_default", ApiAccess.User, SetDefaultAsync, "Put new nodes in this domain.")
                with { Right = ApiRight.EditGlobalEntities },
        ],
    };

    public static IEnumerable<ApiResource> All => Domains.ToResources();

    /// <summary>The domain of a node as a member of another object.</summary>
    public static void Write(Utf8JsonWriter json, string name, string domain, ApiView view)
    {
        json.WritePropertyName(name);
        Domains.Write(json, view.Topology.FindDomain(domain) ?? view.Topology.DefaultDomain, view);
    }

    private static async Task<ApiResult> SetDefaultAsync(ApiRequest request)
    {
        if (await Domains.FindAsync(request).ConfigureAwait(false) is not { } domain) return ApiResults.NotFound("Domain");
        var edit = await request.Core.Networks.Domains.UpdateAsync(
            domain.Id, each => each with { IsDefault = true }, request.User.Name, request.Aborted).ConfigureAwait(false);
        return await Domains.AnswerAsync(request, edit).ConfigureAwait(false);
    }

    private static async Task<ApiResult> SetSerialAsync(ApiRequest request)
    {
        var form = request.Reader();
        _ = form.Required("serial");
        var serial = form.Integer("serial", 1, uint.MaxValue);
        if (form.HasErrors || serial is null) return form.BadRequest();
        await request.Core.Dns.SetSerialAsync((uint)serial.Value, request.Aborted).ConfigureAwait(false);
        return ApiResults.Ok;
    }
}
