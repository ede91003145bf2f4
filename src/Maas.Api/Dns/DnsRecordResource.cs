using System.Globalization;
using System.Text.Json;
using Maas.Api.Collections;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Records;
using Maas.Core.Topology;

namespace Maas.Api.Dns;

/// <summary>DNS records that are not addresses.</summary>
internal static class DnsRecordResource
{
    private static readonly ApiArgument[] Arguments =
    [
        ApiArgument.Choice("rrtype", "the type.", [.. Enum.GetValues<DnsRecordKind>().Select(NameOf)]),
        ApiArgument.Text("rrdata", "the data, as in a zone file."),
        ApiArgument.Integer("ttl", "time to live in seconds."),
    ];

    private static readonly ApiArgument[] Names =
    [
        ApiArgument.Text("fqdn", "the complete name; or give name and domain."),
        ApiArgument.Text("name", "the name below the domain; @ for the domain itself."),
        ApiArgument.Text("domain", "the domain, by number or name; the default one if absent."),
    ];

    public static IEnumerable<ApiResource> All =>
    [
        new("api/2.0/dnsresourcerecords/", "DNSResourceRecordsHandler", "All DNS resource records.",
        [
            ApiAction.Read(ApiAccess.User, ListAsync, "List DNS resource records.").With(DnsFilter.Arguments)
                with { Right = ApiRight.ViewGlobalEntities },
            ApiAction.Create(ApiAccess.User, CreateAsync, "Create a DNS resource record, and its name if it does not exist.")
                .With([.. Names, Arguments[0].Required(), Arguments[1].Required(), Arguments[2]])
                with { Right = ApiRight.EditGlobalEntities },
        ]),
        new("api/2.0/dnsresourcerecords/{id}/", "DNSResourceRecordHandler", "A DNS resource record.",
        [
            ApiAction.Read(ApiAccess.User, ReadAsync, "Read a DNS resource record.") with { Right = ApiRight.ViewGlobalEntities },
            ApiAction.Update(ApiAccess.User, UpdateAsync, "Change a DNS resource record.").With(Arguments)
                with { Right = ApiRight.EditGlobalEntities },
            ApiAction.Delete(ApiAccess.User, DeleteAsync, "Delete a DNS resource record, and its name if it has nothing else.")
                with { Right = ApiRight.EditGlobalEntities },
        ]),
    ];

    /// <summary>The name of a type on the wire.</summary>
    public static string NameOf(DnsRecordKind kind) => kind.ToString().ToUpperInvariant();

    /// <summary>The type of a name in any case; null when it is not supported.</summary>
    public static DnsRecordKind? KindOf(string name)
    {
        foreach (var kind in Enum.GetValues<DnsRecordKind>())
            if (NameOf(kind).Equals(name, StringComparison.OrdinalIgnoreCase)) return kind;
        return null;
    }

    /// <summary>A record as an element or a member of another object.</summary>
    public static void Write(Utf8JsonWriter json, DnsRecord record, DnsSnapshot names, ApiView view)
    {
        json.WriteStartObject();
        json.WriteNumber("id", record.Id);
        json.WriteString("fqdn", names.FindResource(record.ResourceId) is { } resource ? resource.FullName(names.DomainOf(resource)) : "");
        json.WriteString("rrtype", NameOf(record.Type));
        json.WriteString("rrdata", record.Data);
        json.WriteNumberOrNull("ttl", record.Ttl);
        json.WriteString("resource_uri", view.Api("dnsresourcerecords", record.Id));
        json.WriteEndObject();
    }

    private static async Task<ApiResult> ListAsync(ApiRequest request)
    {
        var form = request.Reader();
        var names = await request.Core.Dns.GetAsync(request.Aborted).ConfigureAwait(false);
        var filter = DnsFilter.Read(form, names.Topology);
        _ = form.Boolean("all"); // nodes have addresses only, which are no records here
        if (form.HasErrors) return form.BadRequest();
        return ApiResults.List(
            names.Records.Where(record =>
                names.FindResource(record.ResourceId) is { } resource && filter.Matches(record, resource, names)),
            (json, record) => Write(json, record, names, request.View));
    }

    private static async Task<ApiResult> ReadAsync(ApiRequest request) => await FindAsync(request).ConfigureAwait(false) is { } record
        ? await ShowAsync(request, record).ConfigureAwait(false) : ApiResults.NotFound("DNSData");

    private static async Task<ApiResult> CreateAsync(ApiRequest request)
    {
        var form = request.Reader();
        var kind = Kind(form, form.Required("rrtype"));
        var data = form.Required("rrdata");
        var ttl = form.Integer("ttl", 1, 604_800);
        if (form.DnsName(request.Topology, null) is not var (domain, name) || kind is null || form.HasErrors) return form.BadRequest();
        var record = new DnsRecord { Type = kind.Value, Data = data, Ttl = (int?)ttl };
        return await AnswerAsync(
            request,
            await request.Core.Dns.CreateRecordAsync(domain, name, record, request.User.Name, request.Aborted).ConfigureAwait(false))
            .ConfigureAwait(false);
    }

    private static async Task<ApiResult> UpdateAsync(ApiRequest request)
    {
        if (await FindAsync(request).ConfigureAwait(false) is not { } found) return ApiResults.NotFound("DNSData");
        var form = request.Reader();
        _ = Apply(found, form);
        if (form.HasErrors) return form.BadRequest();
        return await AnswerAsync(
            request,
            await request.Core.Dns.UpdateRecordAsync(
                found.Id, before => Apply(before, request.Reader()), request.User.Name, request.Aborted).ConfigureAwait(false))
            .ConfigureAwait(false);
    }

    private static async Task<ApiResult> DeleteAsync(ApiRequest request)
    {
        if (await FindAsync(request).ConfigureAwait(false) is not { } found) return ApiResults.NotFound("DNSData");
        var edit = await request.Core.Dns.DeleteRecordAsync(found.Id, request.User.Name, request.Aborted).ConfigureAwait(false);
        return edit is RecordEdit<DnsRecord>.Done ? ApiResults.NoContent : await AnswerAsync(request, edit).ConfigureAwait(false);
    }

    private static DnsRecord Apply(DnsRecord record, FormReader form)
    {
        if (form.Optional("rrtype") is { } type) record = record with { Type = Kind(form, type) ?? record.Type };
        if (form.Optional("rrdata") is { } data) record = record with { Data = data };
        return form.Form.Has("ttl") ? record with { Ttl = (int?)form.Integer("ttl", 1, 604_800) } : record;
    }

    private static DnsRecordKind? Kind(FormReader form, string type)
    {
        if (type.Length == 0) return null;
        if (KindOf(type) is { } kind) return kind;
        form.Refuse("rrtype", type.ToUpperInvariant() is "A" or "AAAA"
            ? "Addresses belong to the name: set ip_addresses of the DNS resource."
            : $"'{LogText.From(type, 64)}' is not one of the supported record types.");
        return null;
    }

    private static async Task<DnsRecord?> FindAsync(ApiRequest request) =>
        long.TryParse(request.Route["id"], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? (await request.Core.Dns.GetAsync(request.Aborted).ConfigureAwait(false)).FindRecord(id) : null;

    private static async Task<ApiResult> AnswerAsync(ApiRequest request, RecordEdit<DnsRecord> edit) => edit switch
    {
        RecordEdit<DnsRecord>.Done done => await ShowAsync(request, done.Record).ConfigureAwait(false),
        RecordEdit<DnsRecord>.Refused refused => request.Reader().BadRequest(refused.Field, refused.Reason),
        RecordEdit<DnsRecord>.InUse used => ApiResults.BadRequest(used.Reason),
        _ => ApiResults.NotFound("DNSData"),
    };

    private static async Task<ApiResult> ShowAsync(ApiRequest request, DnsRecord record)
    {
        var names = await request.Core.Dns.GetAsync(request.Aborted).ConfigureAwait(false);
        return ApiResults.Json(json => Write(json, record, names, request.View));
    }
}
