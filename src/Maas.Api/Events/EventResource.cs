using System.Globalization;
using System.Text.Json;
using Maas.Api.Machines;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Api.Topology;
using Maas.Core;
using Maas.Core.Events;

namespace Maas.Api.Events;

/// <summary>The journal, page by page.</summary>
internal static class EventResource
{
    private const int DefaultLimit = 100;
    private const int MaximumLimit = 1000;

    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/events/", "EventsHandler", "The journal.", ApiAction.Get("query", ApiAccess.User, QueryAsync,
            "Read events, the newest first.")
            .With(
                ApiArgument.Text("hostname", "of machines with these host names."),
                ApiArgument.Text("mac_address", "of machines with these addresses."),
                ApiArgument.Text("id", "of these machines."),
                ApiArgument.Text("owner", "by these users."),
                ApiArgument.Text("level", "this grave or graver: AUDIT, DEBUG, INFO, WARNING, ERROR or CRITICAL."),
                ApiArgument.Text("zone", "of machines in these zones."),
                ApiArgument.Text("domain", "of machines in these domains."),
                ApiArgument.Text("agent_name", "of machines that were allocated under this name."),
                ApiArgument.Integer("limit", "at most so many, up to 1000."),
                ApiArgument.Integer("before", "older than the event of this id."),
                ApiArgument.Text("after", "newer than the event of this id."))),
    ];

    private static async Task<ApiResult> QueryAsync(ApiRequest request)
    {
        var form = request.Reader();
        var (before, after) = (form.Integer("before", 0, long.MaxValue), form.Integer("after", 0, long.MaxValue));
        if (before is not null && after is not null) form.Refuse("before", "before and after cannot be given together.");
        var level = LevelOf(form);
        var limit = (int)(form.Integer("limit", 1, MaximumLimit) ?? DefaultLimit);
        var macs = form.MacAddresses("mac_address");
        var zones = form.Zones(request.Topology, "zone");
        if (form.HasErrors) return form.BadRequest();

        var ids = await IdsAsync(request, macs, zones).ConfigureAwait(false);
        IReadOnlyList<Event> events = [];
        if (ids is not { Count: 0 })
        {
            events = await request.Core.Events.QueryAsync(new EventQuery
            {
                MachineIds = ids ?? [],
                Hostnames = request.Form.All("hostname"),
                Usernames = request.Form.All("owner"),
                Level = level,
                Before = before,
                After = after,
                Limit = limit,
                VisibleTo = request.User.IsAdministrator ? null : request.User.Name,
            }, request.Aborted).ConfigureAwait(false);
        }

        return ApiResults.Json(json => Write(json, request, events, after ?? 0));
    }

    /// <summary>The machines meant by id or address; null for all, empty when none of those named is known.</summary>
    private static async Task<IReadOnlyList<SystemId>?> IdsAsync(
        ApiRequest request, IReadOnlyList<MacAddress> macs, IReadOnlyList<long> zones)
    {
        var named = request.Form.All("id");
        var (domains, agents) = (request.Form.All("domain"), request.Form.All("agent_name"));
        if (named.Count == 0 && macs.Count == 0 && domains.Count == 0 && agents.Count == 0 && zones.Count == 0) return null;
        List<SystemId> ids = [.. named.Select(text => SystemId.TryParse(text, out var id) ? id : default).Where(id => id != default)];
        if (domains.Count > 0 || agents.Count > 0 || zones.Count > 0)
        {
            var fitting = await request.Core.Machines.ListAsync(
                MachineQuery.InZones(request.Topology, zones, []) with { Domains = domains, AgentNames = agents },
                request.Aborted).ConfigureAwait(false);
            ids.AddRange(fitting.Select(machine => machine.Id));
        }

        foreach (var mac in macs)
            if (await request.Core.Machines.FindByMacAsync(mac, request.Aborted).ConfigureAwait(false) is { } machine)
                ids.Add(machine.Id);
        return ids;
    }

    private static EventLevel LevelOf(FormReader form)
    {
        if (form.Optional("level") is not { } text) return EventLevel.Info;
        if (Enum.TryParse<EventLevel>(text, ignoreCase: true, out var level) && Enum.IsDefined(level) && !int.TryParse(text, out _))
            return level;
        form.Refuse("level", $"Unrecognised log level: {LogText.From(text, 64)}");
        return EventLevel.Info;
    }

    private static void Write(Utf8JsonWriter json, ApiRequest request, IReadOnlyList<Event> page, long askedAfter)
    {
        json.WriteStartObject();
        json.WriteNumber("count", page.Count);
        json.WriteStartArray("events");
        foreach (var each in page)
        {
            json.WriteStartObject();
            json.WriteNumber("id", each.Id);
            json.WriteString("username", each.Note.Username ?? "");
            json.WriteString("node", each.MachineId?.ToString() ?? "");
            json.WriteString("hostname", each.Hostname);
            json.WriteString("level", each.Note.Level.ToString().ToUpperInvariant());
            json.WriteString("created", each.At.UtcDateTime.ToString("ddd, dd MMM. yyyy HH:mm:ss", CultureInfo.InvariantCulture));
            json.WriteString("type", each.Note.Type);
            json.WriteString("description", each.Note.Description);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        var (newest, oldest) = page is [var first, .., var last] ? (first.Id, last.Id) : page is [var only] ? (only.Id, only.Id) : (0L, 0L);
        json.WriteString("next_uri", Page(request, "after", Math.Max(newest, askedAfter)));
        json.WriteString("prev_uri", page.Count == 0 ? null : Page(request, "before", oldest));
        json.WriteEndObject();
    }

    /// <summary>The same query, from another place.</summary>
    private static string Page(ApiRequest request, string bound, long id)
    {
        var kept = request.Form.Fields.Where(field => field.Key is not ("before" or "after" or "op"))
            .Select(field => $"&{Uri.EscapeDataString(field.Key)}={Uri.EscapeDataString(field.Value)}");
        return string.Create(CultureInfo.InvariantCulture, $"{request.View.Api("events")}?op=query{string.Concat(kept)}&{bound}={id}");
    }
}
