using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Maas.Power.Http;

namespace Maas.Power.Redfish;

/// <summary>
/// A Redfish service (DMTF DSP0266), as management controllers of servers have it: systems, power, boot choice, virtual media, sensors,
/// inventory, events. It logs in at the first request and out when it is disposed.
/// </summary>
/// <example><code>
/// await using var redfish = new RedfishClient(new RedfishConnectionSettings
/// {
///     Address = new Uri("https://10.0.0.8"), UserName = "maas", Password = password,
/// });
/// var system = await redfish.GetSystemAsync();
/// await redfish.SetBootAsync(system, RedfishBoot.Http(new Uri("http://10.0.0.1/boot.efi")));
/// await redfish.ResetAsync(system, "On");
/// var inventory = await redfish.ReadInventoryAsync(system); // the machine need not be on
/// </code></example>
public sealed partial class RedfishClient : IAsyncDisposable
{
    private const string Root = "/redfish/v1/";
    private const int MostMembers = 512;
    private const int MostPages = 32;

    private readonly RedfishConnectionSettings _settings;
    private readonly ControllerHttp _http;
    private readonly TimeProvider _timeProvider;
    private readonly SemaphoreSlim _login = new(1, 1);
    private JsonElement? _root;
    private string? _token;
    private string? _session;
    private bool _isLoggedIn;

    /// <summary>Makes a client; nothing is sent yet.</summary>
    /// <exception cref="ArgumentException">The address is no HTTP address, or the fingerprint is no SHA-256.</exception>
    public RedfishClient(RedfishConnectionSettings settings, PowerHttpOptions? options = null, TimeProvider? timeProvider = null)
        : this(settings, options ?? new(), timeProvider ?? TimeProvider.System, network: null)
    {
    }

    /// <summary>Makes a client whose requests go by a handler instead of sockets; <see langword="null"/> for sockets.</summary>
    internal RedfishClient(
        RedfishConnectionSettings settings, PowerHttpOptions options, TimeProvider timeProvider, HttpMessageHandler? network)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (!settings.Address.IsAbsoluteUri || settings.Address.Scheme is not ("http" or "https"))
            throw new ArgumentException("The address must be an absolute http or https address.", nameof(settings));
        var trust = settings.AcceptAnyCertificate ? TlsTrust.Any : TlsTrust.System;
        if (settings.CertificateFingerprint is { } pin && !TlsTrust.TryPin(pin, out trust))
            throw new ArgumentException("The fingerprint must be 64 hexadecimal digits.", nameof(settings));
        (_settings, _timeProvider) = (settings, timeProvider);
        _http = new ControllerHttp(trust, options, _timeProvider, network);
    }

    /// <summary>The vendor that the service names itself by; null before the first request, and when it does not.</summary>
    public string? Vendor => _root?.Text("Vendor");

    /// <summary>Reads all systems.</summary>
    /// <exception cref="RedfishException">The service does not answer, or refuses the user.</exception>
    public async Task<IReadOnlyList<RedfishSystem>> ListSystemsAsync(CancellationToken cancellationToken = default)
    {
        var root = await GetRootAsync(cancellationToken).ConfigureAwait(false);
        if (root.Link("Systems") is not { } path) throw Unintelligible("it has no systems");
        List<RedfishSystem> systems = [];
        foreach (var member in await ListMembersAsync(path, cancellationToken).ConfigureAwait(false))
            systems.Add(ParseSystem(member, await GetAsync(member, cancellationToken).ConfigureAwait(false)));
        return systems;
    }

    /// <summary>Reads one system.</summary>
    /// <param name="id">Its id; null, the default, for the only one.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="RedfishException">
    /// There is no system of that id, or, without an id, more than one: which is meant is not guessed.
    /// </exception>
    public async Task<RedfishSystem> GetSystemAsync(string? id = null, CancellationToken cancellationToken = default)
    {
        var root = await GetRootAsync(cancellationToken).ConfigureAwait(false);
        if (root.Link("Systems") is not { } path) throw Unintelligible("it has no systems");
        var members = await ListMembersAsync(path, cancellationToken).ConfigureAwait(false);
        var fitting = id is null ? members : [.. members.Where(member => LastOf(member).Equals(id, StringComparison.OrdinalIgnoreCase))];
        if (fitting.Count == 1) return ParseSystem(fitting[0], await GetAsync(fitting[0], cancellationToken).ConfigureAwait(false));
        var names = string.Join(", ", members.Take(16).Select(LastOf));
        throw new RedfishException(PowerFailure.BadParameters, members.Count == 0 ? "The service has no system."
            : id is null ? $"The service has several systems; node_id must name one of: {names}."
            : $"The service has no system '{LogText.From(id)}'; it has: {names}.");
    }

    /// <summary>Switches a system. Success means that the service accepted the request.</summary>
    /// <param name="system">Which.</param>
    /// <param name="resetType">How, in the words of Redfish: <c>On</c>, <c>ForceOff</c>, <c>GracefulShutdown</c>, <c>ForceRestart</c>,
    /// <c>PowerCycle</c>, <c>PushPowerButton</c>, <c>Nmi</c> … A type that the service does not list is replaced by one of the same
    /// effect that it lists.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task ResetAsync(RedfishSystem system, string resetType, CancellationToken cancellationToken = default)
    {
        var body = new JsonObject { ["ResetType"] = Supported(resetType, system.ResetTypes) };
        await SendAsync(HttpMethod.Post, system.ResetPath, body, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The quirk that is used for a system.</summary>
    public RedfishQuirk FindQuirk(RedfishSystem system) =>
        RedfishQuirk.Find(_settings.Quirks, Vendor, system.Manufacturer, system.Model);

    /// <summary>Chooses where a system boots from.</summary>
    public async Task SetBootAsync(RedfishSystem system, RedfishBoot boot, CancellationToken cancellationToken = default)
    {
        var quirk = FindQuirk(system);
        if (system.BootTargets.Count > 0 && !system.BootTargets.Contains(boot.Target, StringComparer.Ordinal))
        {
            throw new RedfishException(
                PowerFailure.CommandRefused,
                $"The service has no boot target '{LogText.From(boot.Target)}'; it has: {string.Join(", ", system.BootTargets)}.");
        }

        var choice = new JsonObject
        {
            ["BootSourceOverrideEnabled"] = boot.Enabled,
            ["BootSourceOverrideTarget"] = boot.Target,
        };
        if (boot.HttpBootUri is { } url) choice["HttpBootUri"] = url.AbsoluteUri;
        // HTTP boot exists in UEFI only.
        var mode = boot.Mode ?? (boot.Target is "UefiHttp" or "UefiTarget" ? "UEFI" : null);
        if (quirk.BootMode == RedfishBootModeUse.Always) choice["BootSourceOverrideMode"] = mode ?? system.Boot.Mode ?? "UEFI";
        else if (quirk.BootMode == RedfishBootModeUse.WhenChanged && mode is not null && mode != system.Boot.Mode)
            choice["BootSourceOverrideMode"] = mode;

        var path = quirk.UsesSettingsResource && system.SettingsPath is { } settings ? settings : system.Path;
        await PatchAsync(path, new JsonObject { ["Boot"] = choice }, quirk.ETag, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Puts an image into the virtual optical drive of a system.</summary>
    /// <param name="system">Which.</param>
    /// <param name="image">Where the controller fetches the ISO from.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The boot choice that boots it, once.</returns>
    public async Task<RedfishBoot> InsertMediaAsync(RedfishSystem system, Uri image, CancellationToken cancellationToken = default)
    {
        var (path, drive) = await FindDriveAsync(system, cancellationToken).ConfigureAwait(false);
        if (drive.Property("Inserted") is { ValueKind: JsonValueKind.True })
            await EjectAsync(path, drive, cancellationToken).ConfigureAwait(false);
        var body = new JsonObject { ["Image"] = image.AbsoluteUri, ["Inserted"] = true, ["WriteProtected"] = true };
        try
        {
            await ChangeDriveAsync(body).ConfigureAwait(false);
        }
        catch (RedfishException e) when (e.Status == HttpStatusCode.BadRequest)
        {
            // Optional by the schema (DSP0268, VirtualMedia), and yet some services demand it while others refuse to be given it.
            body["TransferProtocolType"] = image.Scheme.ToUpperInvariant();
            await ChangeDriveAsync(body).ConfigureAwait(false);
        }

        return new RedfishBoot(FindQuirk(system).VirtualMediaTarget);

        Task ChangeDriveAsync(JsonObject change) => ActionOf(drive, "#VirtualMedia.InsertMedia") is { } action
            ? SendAsync(HttpMethod.Post, action, change, null, cancellationToken)
            : PatchAsync(path, change, FindQuirk(system).ETag, cancellationToken);
    }

    /// <summary>The image in the virtual optical drive of a system; null for an empty drive.</summary>
    public async Task<Uri?> GetMediaAsync(RedfishSystem system, CancellationToken cancellationToken = default)
    {
        var (_, drive) = await FindDriveAsync(system, cancellationToken).ConfigureAwait(false);
        return drive.Property("Inserted") is not { ValueKind: JsonValueKind.False }
            && Uri.TryCreate(drive.Text("Image"), UriKind.Absolute, out var image) ? image : null;
    }

    /// <summary>Takes the image out of the virtual optical drive of a system; an empty drive stays as it is.</summary>
    public async Task EjectMediaAsync(RedfishSystem system, CancellationToken cancellationToken = default)
    {
        var (path, drive) = await FindDriveAsync(system, cancellationToken).ConfigureAwait(false);
        // Some services refuse to eject nothing.
        if (drive.Property("Inserted") is { ValueKind: JsonValueKind.False }) return;
        await EjectAsync(path, drive, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Logs out.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_session is { } session)
        {
            try
            {
                await SendAsync(HttpMethod.Delete, session, null, null, CancellationToken.None).ConfigureAwait(false);
            }
            catch (RedfishException)
            {
                // The service ends it by itself after a while.
            }
        }

        _http.Dispose();
        _login.Dispose();
    }

    private async Task<(string Path, JsonElement Drive)> FindDriveAsync(RedfishSystem system, CancellationToken cancellationToken)
    {
        // Newer services have virtual media at the system, older ones at its manager.
        List<string> collections = [.. new[] { system.Links.VirtualMedia }.OfType<string>()];
        if (collections.Count == 0)
        {
            foreach (var path in system.Links.Managers)
            {
                var manager = await GetAsync(path, cancellationToken).ConfigureAwait(false);
                if (manager.Link("VirtualMedia") is { } media) collections.Add(media);
            }
        }

        foreach (var collection in collections)
        {
            foreach (var member in await ListMembersAsync(collection, cancellationToken).ConfigureAwait(false))
            {
                var drive = await GetAsync(member, cancellationToken).ConfigureAwait(false);
                if (drive.Texts("MediaTypes").Any(type => type is "CD" or "DVD")) return (member, drive);
            }
        }

        throw new RedfishException(PowerFailure.CommandRefused, "The service has no virtual optical drive for this system.");
    }

    private async Task EjectAsync(string path, JsonElement drive, CancellationToken cancellationToken)
    {
        if (ActionOf(drive, "#VirtualMedia.EjectMedia") is { } action)
            await SendAsync(HttpMethod.Post, action, [], null, cancellationToken).ConfigureAwait(false);
        else
        {
            var body = new JsonObject { ["Image"] = null, ["Inserted"] = false };
            await PatchAsync(path, body, RedfishETagUse.AsGiven, cancellationToken).ConfigureAwait(false);
        }
    }

    private static string? ActionOf(JsonElement resource, string action) =>
        resource.Property("Actions")?.Property(action)?.Property("target") is { ValueKind: JsonValueKind.String } target
        && target.GetString() is { } path && path.StartsWith('/') && !path.StartsWith("//", StringComparison.Ordinal)
            ? path
            : null;

    private static string LastOf(string path) => path.TrimEnd('/')[(path.TrimEnd('/').LastIndexOf('/') + 1)..];

    private static string Supported(string wanted, IReadOnlyList<string> types)
    {
        if (types.Count == 0 || types.Contains(wanted, StringComparer.Ordinal)) return wanted;
        string[] others = wanted switch
        {
            "On" => ["ForceOn", "PushPowerButton"],
            "GracefulShutdown" => ["PushPowerButton"],
            "PushPowerButton" => ["GracefulShutdown"],
            "ForceOff" => ["PowerOff"],
            "ForceRestart" => ["PowerCycle", "GracefulRestart"],
            _ => [],
        };
        return others.FirstOrDefault(other => types.Contains(other, StringComparer.Ordinal)) ?? wanted;
    }

    private static RedfishSystem ParseSystem(string path, JsonElement resource)
    {
        var boot = resource.Property("Boot") ?? default;
        var reset = resource.Property("Actions")?.Property("#ComputerSystem.Reset") ?? default;
        var links = resource.Property("Links") ?? default;
        return new RedfishSystem
        {
            Id = resource.Text("Id") ?? LastOf(path),
            Path = path,
            PowerState = resource.Text("PowerState") switch
            {
                "On" => PowerState.On,
                "Off" => PowerState.Off,
                _ => PowerState.Unknown,
            },
            Manufacturer = resource.Text("Manufacturer"),
            Model = resource.Text("Model"),
            SerialNumber = resource.Text("SerialNumber"),
            PartNumber = resource.Text("PartNumber"),
            Uuid = Guid.TryParse(resource.Text("UUID"), out var uuid) ? uuid : null,
            FirmwareVersion = resource.Text("BiosVersion"),
            MemoryMiB = resource.Property("MemorySummary")?.Number("TotalSystemMemoryGiB") is { } gib and > 0 and < 1e9
                ? (long)(gib * 1024) : null,
            LogicalProcessors = resource.Property("ProcessorSummary")?.Integer("LogicalProcessorCount") is { } count and > 0
                ? count : null,
            ResetTypes = reset.Texts("ResetType@Redfish.AllowableValues"),
            ResetPath = ActionOf(resource, "#ComputerSystem.Reset") ?? $"{path.TrimEnd('/')}/Actions/ComputerSystem.Reset",
            BootTargets = boot.Texts("BootSourceOverrideTarget@Redfish.AllowableValues"),
            Boot = new RedfishBoot(boot.Text("BootSourceOverrideTarget") ?? "None")
            {
                Enabled = boot.Text("BootSourceOverrideEnabled") ?? "Disabled",
                Mode = boot.Text("BootSourceOverrideMode"),
                HttpBootUri = Uri.TryCreate(boot.Text("HttpBootUri"), UriKind.Absolute, out var url) ? url : null,
            },
            SettingsPath = resource.Property("@Redfish.Settings")?.Link("SettingsObject"),
            Links = new RedfishLinks
            {
                Processors = resource.Link("Processors"),
                Memory = resource.Link("Memory"),
                Interfaces = resource.Link("EthernetInterfaces"),
                Storage = resource.Link("Storage"),
                SimpleStorage = resource.Link("SimpleStorage"),
                VirtualMedia = resource.Link("VirtualMedia"),
                LogServices = resource.Link("LogServices"),
                Chassis = links.Links("Chassis"),
                Managers = links.Links("ManagedBy"),
            },
        };
    }

    private static RedfishException Unintelligible(string what) =>
        new(PowerFailure.Unintelligible, $"The Redfish service was not understood: {what}.");
}
