using System.Globalization;
using System.Text.Json;
using Maas.Api.Answers;
using Maas.Api.Machines;
using Maas.Api.Requests;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Journal;

namespace Maas.Api.Events;

/// <summary>The journal, page by page.</summary>
internal static class EventResource
{
    private const int DefaultLimit = 100;
    private const int MaximumLimit = 1000;

    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/events/", "EventsHandler", "The journal.", ApiAction.Get("query", Access.User, QueryAsync, """
            Read events, the newest first.

            :param hostname: of machines with these host names.
            :param mac_address: of machines with these addresses.
            :param id: of these machines.
            :param owner: by these users.
            :param level: this grave or graver: AUDIT, DEBUG, INFO, WARNING, ERROR or CRITICAL.
            :param limit: at most so many, up to 1000.
            :param before: older than the event of this id.
            :param after: newer than the event of this id.
            """)),
    ];

    private static async Task<ApiAnswer> QueryAsync(ApiRequest request)
    {
        var form = request.Reader();
        var (before, after) = (form.Integer("before", 0, long.MaxValue), form.Integer("after", 0, long.MaxValue));
        if (before is not null && after is not null) form.Refuse("before", "before and after cannot be given together.");
        var level = LevelOf(form);
        var limit = (int)(form.Integer("limit", 1, MaximumLimit) ?? DefaultLimit);
        var macs = form.MacAddresses("mac_address");
        if (form.HasErrors) return Answer.BadForm(form);

        var hidden = await HiddenAsync(request).ConfigureAwait(false);
        var ids = await IdsAsync(request, macs).ConfigureAwait(false);
        IReadOnlyList<Event> events = [];
        if (ids is not { Count: 0 })
        {
            events = await request.Region.Events.QueryAsync(new EventQuery
            {
                MachineIds = ids ?? [],
                Hostnames = request.Form.All("hostname"),
                Usernames = request.Form.All("owner"),
                Level = level,
                Before = before,
                After = after,
                Limit = limit,
            }, request.Aborted).ConfigureAwait(false);
        }

        IReadOnlyList<Event> shown = [.. events.Where(each => each.MachineId is not { } id || !hidden.Contains(id))];
        return Answer.Json(json => Write(json, request, shown, events));
    }

    /// <summary>The machines meant by id or address; null for all, empty when none of those named is known.</summary>
    private static async Task<IReadOnlyList<SystemId>?> IdsAsync(ApiRequest request, IReadOnlyList<MacAddress> macs)
    {
        var named = request.Form.All("id");
        if (named.Count == 0 && macs.Count == 0) return null;
        List<SystemId> ids = [.. named.Select(text => SystemId.TryParse(text, out var id) ? id : default).Where(id => id != default)];
        foreach (var mac in macs)
            if (await request.Region.Machines.FindByMacAsync(mac, request.Aborted).ConfigureAwait(false) is { } machine) ids.Add(machine.Id);
        return ids;
    }

    /// <summary>Other users' machines are not shown, and neither is what happened to them.</summary>
    private static async Task<HashSet<SystemId>> HiddenAsync(ApiRequest request)
    {
        if (request.User.IsAdministrator) return [];
        var machines = await request.Region.Machines.ListAsync(null, request.Aborted).ConfigureAwait(false);
        return [.. machines.Where(machine => machine.Owner is { } owner && owner != request.User.Name).Select(machine => machine.Id)];
    }

    private static EventLevel LevelOf(FormReader form)
    {
        if (form.Optional("level") is not { } text) return EventLevel.Info;
        if (Enum.TryParse<EventLevel>(text, ignoreCase: true, out var level) && Enum.IsDefined(level) && !int.TryParse(text, out _)) return level;
        form.Refuse("level", $"Unrecognised log level: {text}");
        return EventLevel.Info;
    }

    private static void Write(Utf8JsonWriter json, ApiRequest request, IReadOnlyList<Event> shown, IReadOnlyList<Event> page)
    {
        json.WriteStartObject();
        json.WriteNumber("count", shown.Count);
        json.WriteStartArray("events");
        foreach (var each in shown)
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
        var after = request.Form["after"] is { } text ? Math.Max(newest, long.Parse(text, CultureInfo.InvariantCulture)) : newest;
        json.WriteString("next_uri", Page(request, "after", after));
        json.WriteString("prev_uri", page.Count == 0 ? null : Page(request, "before", oldest));
        json.WriteEndObject();
    }

    /// <summary>The same query, from another place.</summary>
    private static string Page(ApiRequest request, string bound, long id)
    {
        var kept = request.Form.Fields.Where(field => field.Key is not ("before" or "after" or "op"))
            .Select(field => $"&{Uri.EscapeDataString(field.Key)}={Uri.EscapeDataString(field.Value)}");
        return string.Create(CultureInfo.InvariantCulture, $"{request.Links.Api("events")}?op=query{string.Concat(kept)}&{bound}={id}");
    }
}
