using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Maas.Testing.Controllers;

/// <summary>What a simulated Redfish service answers; knows no socket.</summary>
internal sealed class RedfishResponder(SimulatedRedfishOptions options, SimulatedChassis chassis)
{
    public const string EventsPath = Root + "/EventService/SSE";
    private const string Root = "/redfish/v1";

    private readonly Lock _lock = new();
    private readonly List<string> _requests = [];
    private readonly Dictionary<string, string> _sessions = [];
    private readonly List<JsonObject> _log = [];
    private readonly string _bootMode = "UEFI";
    private int _busy = options.BusyRequests;
    private int _version = 1;

    public string? Image { get; private set; }

    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_lock) return [.. _requests];
        }
    }

    public int OpenSessions
    {
        get
        {
            lock (_lock) return _sessions.Count;
        }
    }

    private string ETag => $"W/\"{_version}\"";

    public void ForgetSessions()
    {
        lock (_lock) _sessions.Clear();
    }

    public JsonObject AddLogEntry(string severity, string message)
    {
        lock (_lock)
        {
            var id = $"{_log.Count + 1}";
            var entry = new JsonObject
            {
                ["@odata.id"] = $"{Root}/Systems/1/LogServices/Log/Entries/{id}",
                ["Id"] = id,
                ["EventId"] = id,
                ["Created"] = DateTimeOffset.UnixEpoch.AddSeconds(1_780_000_000 + _log.Count).ToString("O"),
                ["Severity"] = severity,
                ["MessageId"] = "ResourceEvent.1.3.ResourceChanged",
                ["Message"] = message,
            };
            _log.Add(entry);
            return (JsonObject)entry.DeepClone();
        }
    }

    public HttpAnswer Respond(HttpExchange request)
    {
        var path = request.Path.Split('?')[0].TrimEnd('/');
        lock (_lock)
        {
            _requests.Add($"{request.Method} {request.Path}");
            if (path == Root && request.Method == "GET") return new HttpAnswer(200, ServiceRoot());
            if (_busy > 0)
            {
                _busy--;
                return Error(503, "The service is busy.");
            }

            if (options.BrokenPaths.Contains(path)) return Error(500, "The service broke.");
            if (path == $"{Root}/SessionService/Sessions" && request.Method == "POST") return LogIn(request.Json());
            if (!IsKnown(request)) return Error(401, "Log in first.");
            if (options.ForbiddenPaths.Contains(path)) return Error(403, "The user has not the privilege.");
            return (request.Method switch
            {
                "GET" => Get(path),
                "POST" => Post(path, request.Json()),
                "PATCH" => Patch(path, request),
                "DELETE" => Delete(path),
                _ => null,
            }) ?? Error(404, "There is no such resource.");
        }
    }

    private HttpAnswer LogIn(JsonObject body)
    {
        if (!options.HasSessions) return Error(404, "There is no such resource.");
        if (!IsRight(Text(body, "UserName"), Text(body, "Password"))) return Error(401, "The user or the password is wrong.");
        var (id, token) = ($"{_sessions.Count + 1}", Convert.ToHexString(RandomNumberGenerator.GetBytes(16)));
        _sessions[token] = $"{Root}/SessionService/Sessions/{id}";
        return new HttpAnswer(201, new JsonObject { ["@odata.id"] = _sessions[token], ["Id"] = id })
        {
            Headers = new() { ["X-Auth-Token"] = token, ["Location"] = _sessions[token] },
        };
    }

    private bool IsKnown(HttpExchange request)
    {
        if (request.Headers.TryGetValue("X-Auth-Token", out var token)) return _sessions.ContainsKey(token);
        if (request.Headers.GetValueOrDefault("Authorization") is not { } basic || !basic.StartsWith("Basic ", StringComparison.Ordinal))
            return false;
        var parts = Encoding.UTF8.GetString(Convert.FromBase64String(basic["Basic ".Length..])).Split(':', 2);
        return parts.Length == 2 && IsRight(parts[0], parts[1]);
    }

    private bool IsRight(string? user, string? password) => user == options.UserName && password == options.Password;

    private HttpAnswer? Get(string path)
    {
        if (path == $"{Root}/EventService")
        {
            var service = new JsonObject { ["@odata.id"] = path };
            if (options.PushesEvents) service["ServerSentEventUri"] = EventsPath;
            return new HttpAnswer(200, service);
        }

        if (path == EventsPath) return options.PushesEvents ? new HttpAnswer(200) : null;
        if (path == $"{Root}/Systems") return new HttpAnswer(200, Collection(path, options.SystemIds));
        if (RedfishResources.Find(path, options, chassis, Image) is { } resource) return new HttpAnswer(200, resource);
        var system = options.SystemIds.FirstOrDefault(id => path.StartsWith($"{Root}/Systems/{id}", StringComparison.Ordinal));
        if (system is null) return null;
        var rest = path[$"{Root}/Systems/{system}".Length..];
        return rest switch
        {
            "" => new HttpAnswer(200, System(path, system)) { Headers = new() { ["ETag"] = ETag } },
            "/LogServices" => new HttpAnswer(200, Collection(path, ["Log"])),
            "/LogServices/Log" => new HttpAnswer(200, new JsonObject { ["Id"] = "Log", ["Entries"] = Link($"{path}/Entries") }),
            "/LogServices/Log/Entries" => new HttpAnswer(200, new JsonObject
            {
                ["Members"] = new JsonArray([.. _log.Select(entry => entry.DeepClone())]),
            }),
            _ => null,
        };
    }

    private HttpAnswer? Post(string path, JsonObject body)
    {
        if (path.EndsWith("/Actions/VirtualMedia.InsertMedia", StringComparison.Ordinal))
        {
            if (Text(body, "Image") is not { } image) return Error(400, "The image is missing.");
            if (options.RequiresTransferProtocol && Text(body, "TransferProtocolType") is not ("HTTP" or "HTTPS"))
                return Error(400, "The parameter TransferProtocolType is missing.");
            if (Image is not null) return Error(409, "There is an image in the drive.");
            Image = image;
            return new HttpAnswer(204);
        }

        if (path.EndsWith("/Actions/VirtualMedia.EjectMedia", StringComparison.Ordinal))
        {
            Image = null;
            return new HttpAnswer(204);
        }

        if (!path.EndsWith("/Actions/ComputerSystem.Reset", StringComparison.Ordinal)) return null;
        var type = Text(body, "ResetType");
        var command = type switch
        {
            "On" or "ForceOn" => "on",
            "ForceOff" => "off",
            "GracefulShutdown" or "PushPowerButton" => "shutdown",
            "PowerCycle" => "cycle",
            "ForceRestart" => "reset",
            _ => null,
        };
        if (command is null) return Error(400, $"The reset type {type} is not supported.");
        // As some services do.
        if (command == "on" && chassis.IsOn) return Error(409, "The system is on.");
        chassis.Switch(command);
        return new HttpAnswer(204);
    }

    private HttpAnswer? Patch(string path, HttpExchange request)
    {
        if (!options.SystemIds.Any(id => path == $"{Root}/Systems/{id}")) return null;
        var tag = request.Headers.GetValueOrDefault("If-Match");
        if (options.RequiresETag && tag is not "*" && tag != $"\"{_version}\"")
            return Error(412, "The entity tag is not that of the system.");
        if (request.Json()["Boot"] is not JsonObject boot) return Error(400, "Only the boot choice can be changed.");
        if (options.RequiresBootMode && boot["BootSourceOverrideMode"] is null) return Error(400, "The boot mode is missing.");
        _version++;
        var target = Text(boot, "BootSourceOverrideTarget") ?? "None";
        var device = target switch
        {
            "Pxe" => "pxe",
            "Hdd" => "disk",
            "Cd" or "UsbCd" => "cdrom",
            "UefiHttp" => "http",
            "BiosSetup" => "setup",
            _ => target,
        };
        var isUefi = (Text(boot, "BootSourceOverrideMode") ?? _bootMode) == "UEFI";
        chassis.BootChoice = target == "None" || Text(boot, "BootSourceOverrideEnabled") == "Disabled" ? null : new SimulatedBootChoice(
            device,
            isUefi,
            IsPersistent: Text(boot, "BootSourceOverrideEnabled") == "Continuous",
            Url: Text(boot, "HttpBootUri") ?? (device == "cdrom" ? Image : null));
        return new HttpAnswer(204);
    }

    private HttpAnswer? Delete(string path)
    {
        if (_sessions.FirstOrDefault(session => session.Value == path) is not { Key: { } token }) return null;
        _sessions.Remove(token);
        return new HttpAnswer(204);
    }

    private JsonObject ServiceRoot() => new()
    {
        ["@odata.id"] = $"{Root}/",
        ["RedfishVersion"] = "1.15.0",
        ["Vendor"] = options.Vendor,
        ["Systems"] = Link($"{Root}/Systems"),
        ["Chassis"] = Link($"{Root}/Chassis"),
        ["EventService"] = Link($"{Root}/EventService"),
        ["Links"] = new JsonObject { ["Sessions"] = Link($"{Root}/SessionService/Sessions") },
    };

    private JsonObject System(string path, string id)
    {
        var state = (options.ShowsTransitions ? chassis.SwitchingTo : null) switch
        {
            true => "PoweringOn",
            false => "PoweringOff",
            null => chassis.IsOn ? "On" : "Off",
        };
        var system = new JsonObject
        {
            ["@odata.id"] = path,
            ["@odata.etag"] = ETag,
            ["Id"] = id,
            ["Manufacturer"] = options.Vendor,
            ["Model"] = "Server 1",
            ["SerialNumber"] = "SIM0001",
            ["UUID"] = "6d616173-0000-4000-8000-000000000001",
            ["BiosVersion"] = "1.2.3",
            ["PowerState"] = state,
            ["Boot"] = new JsonObject
            {
                ["BootSourceOverrideEnabled"] = chassis.BootChoice is { } choice ? choice.IsPersistent ? "Continuous" : "Once" : "Disabled",
                ["BootSourceOverrideTarget"] = "None",
                ["BootSourceOverrideMode"] = _bootMode,
                ["BootSourceOverrideTarget@Redfish.AllowableValues"] =
                    new JsonArray("None", "Pxe", "Hdd", "Cd", "UsbCd", "UefiHttp", "BiosSetup"),
            },
            ["ProcessorSummary"] = new JsonObject { ["LogicalProcessorCount"] = 32 },
            ["MemorySummary"] = new JsonObject { ["TotalSystemMemoryGiB"] = 64 },
            ["Processors"] = Link($"{path}/Processors"),
            ["Memory"] = Link($"{path}/Memory"),
            ["EthernetInterfaces"] = Link($"{path}/EthernetInterfaces"),
            ["Storage"] = Link($"{path}/Storage"),
            ["LogServices"] = Link($"{path}/LogServices"),
            ["Links"] = new JsonObject
            {
                ["Chassis"] = new JsonArray(Link($"{Root}/Chassis/1")),
                ["ManagedBy"] = new JsonArray(Link($"{Root}/Managers/1")),
            },
            ["Actions"] = new JsonObject
            {
                ["#ComputerSystem.Reset"] = new JsonObject
                {
                    ["target"] = $"{path}/Actions/ComputerSystem.Reset",
                    ["ResetType@Redfish.AllowableValues"] =
                        new JsonArray("On", "ForceOff", "GracefulShutdown", "PushPowerButton", "ForceRestart", "PowerCycle"),
                },
            },
        };
        if (!options.HasMediaAtManager) system["VirtualMedia"] = Link($"{path}/VirtualMedia");
        return system;
    }

    internal static JsonObject Link(string path) => new() { ["@odata.id"] = path };

    internal static JsonObject Collection(string path, IEnumerable<string> ids) => new()
    {
        ["@odata.id"] = path,
        ["Members"] = new JsonArray([.. ids.Select(id => Link($"{path}/{id}"))]),
    };

    private static string? Text(JsonObject body, string name) =>
        body[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static HttpAnswer Error(int status, string message) => new(status, new JsonObject
    {
        ["error"] = new JsonObject { ["code"] = "Base.1.8.GeneralError", ["message"] = message },
    });
}
