using System.Globalization;
using System.Text.Json;
using Maas.Api.Collections;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Nodes;
using Maas.Core.Records;
using Maas.Core.Topology;

namespace Maas.Api.Dns;

/// <summary>DNS names with their addresses.</summary>
internal static class DnsResourceResource
{
    private static readonly ApiArgument[] Arguments =
    [
        ApiArgument.Text("fqdn", "the complete name; or give name and domain."),
        ApiArgument.Text("name", "the name below the domain; @ for the domain itself."),
        ApiArgument.Text("domain", "the domain, by number or name; the default one if absent."),
        ApiArgument.Integer("address_ttl", "time to live of the addresses in seconds."),
        ApiArgument.Texts("ip_addresses", "addresses, with blanks or commas between."),
    ];

    public static IEnumerable<ApiResource> All =>
    [
        new("api/2.0/dnsresources/", "DNSResourcesHandler", "All DNS resources.",
        [
            ApiAction.Read(ApiAccess.User, ListAsync, "List DNS resources.").With(DnsFilter.Arguments)
                with { Right = ApiRight.ViewGlobalEntities },
            ApiAction.Create(ApiAccess.User, CreateAsync, "Create a DNS resource.").With(Arguments)
                with { Right = ApiRight.EditGlobalEntities },
        ]),
        new("api/2.0/dnsresources/{id}/", "DNSResourceHandler", "A DNS resource.",
        [
            ApiAction.Read(ApiAccess.User, ReadAsync, "Read a DNS resource.") with { Right = ApiRight.ViewGlobalEntities },
            ApiAction.Update(ApiAccess.User, UpdateAsync, "Change a DNS resource.").With(Arguments)
                with { Right = ApiRight.EditGlobalEntities },
            ApiAction.Delete(ApiAccess.User, DeleteAsync, "Delete a DNS resource with its records.")
                with { Right = ApiRight.EditGlobalEntities },
        ]),
    ];

    /// <summary>The address of a DNS resource in the API.</summary>
    public static string Uri(DnsResource resource, ApiView view) => view.Api("dnsresources", resource.Id);

    private static async Task<ApiResult> ListAsync(ApiRequest request)
    {
        var form = request.Reader();
        var names = await request.Core.Dns.GetAsync(request.Aborted).ConfigureAwait(false);
        var filter = DnsFilter.Read(form, names.Topology);
        var all = form.Boolean("all") == true;
        if (form.HasErrors) return form.BadRequest();
        var resources = names.Resources.Where(resource => filter.Matches(resource, names)).ToList();
        var taken = await TakenAsync(request, resources).ConfigureAwait(false);
        IReadOnlyList<Machine> machines = all && filter.TakesAddresses
            ? await request.Core.Machines.ListAsync(cancellationToken: request.Aborted).ConfigureAwait(false) : [];
        return ApiResults.List<Action<Utf8JsonWriter>>(
            [
                .. resources.Select(resource => (Action<Utf8JsonWriter>)(json => Write(json, resource, names, taken, request.View))),
                .. machines.Where(machine => machine.Status != MachineStatus.New && filter.Matches(machine))
                    .Select(machine => (Action<Utf8JsonWriter>)(json => Write(json, machine))),
            ],
            (json, write) => write(json));
    }

    private static async Task<ApiResult> ReadAsync(ApiRequest request) =>
        await FindAsync(request).ConfigureAwait(false) is { } resource
            ? await ShowAsync(request, resource).ConfigureAwait(false) : ApiResults.NotFound("DNSResource");

    private static async Task<ApiResult> CreateAsync(ApiRequest request)
    {
        var form = request.Reader();
        if (form.DnsName(request.Topology, null) is not var (domain, name)) return form.BadRequest();
        var resource = Apply(new DnsResource { DomainId = domain, Name = name }, form);
        if (form.HasErrors) return form.BadRequest();
        return await AnswerAsync(
            request,
            await request.Core.Dns.CreateResourceAsync(resource, request.User.Name, request.Aborted).ConfigureAwait(false))
            .ConfigureAwait(false);
    }

    private static async Task<ApiResult> UpdateAsync(ApiRequest request)
    {
        if (await FindAsync(request).ConfigureAwait(false) is not { } found) return ApiResults.NotFound("DNSResource");
        var form = request.Reader();
        if (form.DnsName(request.Topology, (found.DomainId, found.Name)) is null) return form.BadRequest();
        _ = Apply(found, form);
        if (form.HasErrors) return form.BadRequest();
        return await AnswerAsync(
            request,
            await request.Core.Dns.UpdateResourceAsync(found.Id, Edit, request.User.Name, request.Aborted).ConfigureAwait(false))
            .ConfigureAwait(false);

        DnsResource Edit(DnsResource before)
        {
            var reader = request.Reader();
            return reader.DnsName(request.Topology, (before.DomainId, before.Name)) is var (domain, name)
                ? Apply(before with { DomainId = domain, Name = name }, reader) : before;
        }
    }

    private static async Task<ApiResult> DeleteAsync(ApiRequest request)
    {
        if (await FindAsync(request).ConfigureAwait(false) is not { } found) return ApiResults.NotFound("DNSResource");
        var edit = await request.Core.Dns.DeleteResourceAsync(found.Id, request.User.Name, request.Aborted).ConfigureAwait(false);
        return edit is RecordEdit<DnsResource>.Done ? ApiResults.NoContent : await AnswerAsync(request, edit).ConfigureAwait(false);
    }

    private static DnsResource Apply(DnsResource resource, FormReader form)
    {
        if (form.Form.Has("address_ttl"))
            resource = resource with { AddressTtl = (int?)form.Integer("address_ttl", 1, 604_800) };
        return form.Form.Has("ip_addresses") ? resource with { Addresses = form.Addresses("ip_addresses") } : resource;
    }

    private static async Task<DnsResource?> FindAsync(ApiRequest request) =>
        long.TryParse(request.Route["id"], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? (await request.Core.Dns.GetAsync(request.Aborted).ConfigureAwait(false)).FindResource(id) : null;

    private static async Task<ApiResult> AnswerAsync(ApiRequest request, RecordEdit<DnsResource> edit) => edit switch
    {
        RecordEdit<DnsResource>.Done done => await ShowAsync(request, done.Record).ConfigureAwait(false),
        RecordEdit<DnsResource>.Refused refused => request.Reader().BadRequest(refused.Field, refused.Reason),
        RecordEdit<DnsResource>.InUse used => ApiResults.BadRequest(used.Reason),
        _ => ApiResults.NotFound("DNSResource"),
    };

    private static async Task<ApiResult> ShowAsync(ApiRequest request, DnsResource resource)
    {
        var names = await request.Core.Dns.GetAsync(request.Aborted).ConfigureAwait(false);
        var taken = await TakenAsync(request, [resource]).ConfigureAwait(false);
        return ApiResults.Json(json => Write(json, resource, names, taken, request.View));
    }

    private static async Task<IReadOnlyDictionary<System.Net.IPAddress, AllocatedAddress>> TakenAsync(
        ApiRequest request, IReadOnlyList<DnsResource> resources)
    {
        var addresses = await request.Core.Networks.FindAddressesAsync(
            [.. resources.SelectMany(resource => resource.Addresses).Distinct()], request.Aborted).ConfigureAwait(false);
        return addresses.ToDictionary(each => each.Ip);
    }

    private static void Write(
        Utf8JsonWriter json, DnsResource resource, DnsSnapshot names,
        IReadOnlyDictionary<System.Net.IPAddress, AllocatedAddress> taken, ApiView view)
    {
        json.WriteStartObject();
        json.WriteNumber("id", resource.Id);
        json.WriteString("fqdn", resource.FullName(names.DomainOf(resource)));
        json.WriteNumberOrNull("address_ttl", resource.AddressTtl);
        json.WriteStartArray("ip_addresses");
        foreach (var address in resource.Addresses) WriteAddress(json, address.ToString(), taken.GetValueOrDefault(address), view);
        json.WriteEndArray();
        json.WriteStartArray("resource_records");
        foreach (var record in names.RecordsOf(resource.Id)) DnsRecordResource.Write(json, record, names, view);
        json.WriteEndArray();
        json.WriteString("resource_uri", Uri(resource, view));
        json.WriteEndObject();
    }

    private static void WriteAddress(Utf8JsonWriter json, string ip, AllocatedAddress? taken, ApiView view)
    {
        json.WriteStartObject();
        if (taken is not null) json.WriteNumber("id", taken.Id);
        json.WriteString("ip", ip);
        json.WriteNumber("alloc_type", (int)(taken?.Kind ?? AddressKind.UserReserved));
        json.WriteString("created", taken?.Created.ToString("yyyy-MM-ddTHH:mm:ss.fff", CultureInfo.InvariantCulture) ?? "");
        if (taken?.SubnetId is { } id && view.Topology.FindSubnet(id) is { } subnet)
        {
            json.WritePropertyName("subnet");
            Api.Topology.SubnetResource.Write(json, subnet, view);
        }
        else
        {
            json.WriteNull("subnet");
        }

        json.WriteEndObject();
    }

    // The name of a node: it has no number, because it is not stored as a DNS resource.
    private static void Write(Utf8JsonWriter json, Machine machine)
    {
        json.WriteStartObject();
        json.WriteNull("id");
        json.WriteString("fqdn", machine.Fqdn);
        json.WriteNull("address_ttl");
        json.WriteStartArray("ip_addresses");
        foreach (var ip in machine.IpAddresses)
        {
            json.WriteStartObject();
            json.WriteString("ip", ip);
            json.WriteNumber("alloc_type", (int)AddressKind.Dhcp);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("resource_records");
        json.WriteEndArray();
        json.WriteNull("resource_uri");
        json.WriteEndObject();
    }
}
