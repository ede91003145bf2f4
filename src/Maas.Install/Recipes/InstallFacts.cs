using Maas.Core.Accounts;
using Maas.Core.Inventory;
using Maas.Core.Nodes;
using Maas.Core.Storage;
using Maas.Install.Storage;
using Maas.Install.Templates;

namespace Maas.Install.Recipes;

/// <summary>What templates read about a machine, the server and the installation. Pure.</summary>
public sealed record InstallFacts
{
    /// <summary>How often an installation reports that it goes on.</summary>
    internal static readonly TimeSpan SignInterval = TimeSpan.FromMinutes(2);

    /// <summary>What replaces a secret in previews.</summary>
    public const string Hidden = SecretMask.Hidden;

    /// <summary>The machine.</summary>
    public required Machine Machine { get; init; }

    /// <summary>The recipe.</summary>
    public required InstallRecipe Recipe { get; init; }

    /// <summary>The address of this server as the machine reaches it, <c>http://10.0.0.1:5240/MAAS</c>.</summary>
    public required Uri Server { get; init; }

    /// <summary>
    /// The machine's own key; <see langword="null"/> for a preview, in which secrets are replaced by <see cref="Hidden"/>.
    /// </summary>
    public MachineToken? Token { get; init; }

    /// <summary>The owner's SSH keys, one each.</summary>
    public IReadOnlyList<string> SshKeys { get; init; } = [];

    /// <summary>
    /// What is done to the machine's disks; <see langword="null"/> when the installer partitions the boot disk by its own rules.
    /// </summary>
    public DiskPlan? StoragePlan { get; init; }

    /// <summary>The time, for installers whose clock is wrong.</summary>
    public DateTimeOffset Now { get; init; }

    /// <summary>What decides on the machine's templates.</summary>
    public TemplateTarget Target => new()
    {
        OsSystem = Recipe.OsSystem,
        Series = Recipe.Series,
        Architecture = Machine.Architecture.Split('/')[0],
        Tags = Machine.Tags,
        SystemId = Machine.Id.ToString(),
    };

    /// <summary>The values by the names that templates use; <c>docs/how-to/install-templates.md</c> lists them.</summary>
    public IReadOnlyDictionary<string, object?> ToValues()
    {
        var server = Server.AbsoluteUri.TrimEnd('/');
        return new Dictionary<string, object?>
        {
            ["machine"] = OfMachine(),
            ["disk"] = OfDisk(),
            ["storage"] = OfStorage(),
            ["os"] = new Dictionary<string, object?> { ["system"] = Recipe.OsSystem, ["series"] = Recipe.Series },
            ["server"] = new Dictionary<string, object?>
            {
                ["url"] = server,
                ["host"] = Server.Host,
                ["metadata_url"] = $"{server}/metadata/",
                ["status_url"] = $"{server}/metadata/status/{Machine.Id}",
                // The same in each preview, so that previews can be compared.
                ["time"] = Token is null ? 0L : Now.ToUnixTimeSeconds(),
            },
            ["credentials"] = new Dictionary<string, object?>
            {
                ["consumer_key"] = Token?.ConsumerKey ?? Hidden,
                ["token_key"] = Token?.TokenKey ?? Hidden,
                ["token_secret"] = Token?.TokenSecret.Reveal() ?? Hidden,
            },
            ["alive"] = new Dictionary<string, object?>
            {
                ["interval"] = (int)SignInterval.TotalSeconds,
                ["count"] = (int)Math.Ceiling(Recipe.Duration / SignInterval),
            },
            ["ssh_keys"] = SshKeys,
            ["mirror"] = OfMirror(),
            ["proxy"] = Recipe.Proxy?.AbsoluteUri.TrimEnd('/') ?? "",
            ["params"] = Recipe.Parameters.ToDictionary(each => each.Key, each => Token is null && IsSecret(each.Key) ? Hide(each.Value)
                : each.Value),
        };
    }

    private Dictionary<string, object?> OfMachine() => new()
    {
        ["system_id"] = Machine.Id.ToString(),
        ["hostname"] = Machine.Hostname,
        ["domain"] = Machine.Domain,
        ["fqdn"] = Machine.Fqdn,
        ["description"] = Machine.Description,
        ["architecture"] = Machine.Architecture.Split('/')[0],
        ["tags"] = Machine.Tags,
        ["mac"] = Machine.MacAddresses.Count > 0 ? Machine.MacAddresses[0].ToString() : "",
        ["macs"] = Machine.MacAddresses.Select(mac => mac.ToString()).ToList(),
        ["hardware_uuid"] = Machine.HardwareUuid ?? "",
        ["owner"] = Machine.Owner ?? "",
        ["is_uefi"] = Machine.Hardware?.Firmware is FirmwareKind.Uefi,
    };

    private Dictionary<string, object?> OfDisk()
    {
        var chosen = Machine.Deployment?.Disk;
        var disk = Machine.Hardware?.Disks.FirstOrDefault(each => each.Name == chosen?.Name && each.Serial == chosen.Serial);
        return new()
        {
            ["name"] = chosen?.Name ?? "",
            ["serial"] = chosen?.Serial ?? "",
            ["size"] = disk?.Size ?? 0L,
        };
    }

    private Dictionary<string, object?> OfStorage()
    {
        var devices = StoragePlan is { } plan ? new PlannedDevices(plan) : null;
        return new()
        {
            ["planned"] = devices is not null,
            ["disks"] = (devices?.Disks ?? []).Select(planned => OfDisk(planned)).ToList(),
            ["is_gpt"] = devices?.Tables.FirstOrDefault()?.Type is PartitionTableType.Gpt,
            ["has_volumes"] = devices?.Groups.Any() ?? false,
            ["special"] = (devices?.Special ?? []).Select(entry => entry.ToString()).ToList(),
            ["plan"] = devices is null ? "" : new QuotedText(StoragePlanText.Write(Recipe.StoragePlan, devices.Plan)),
        };
    }

    // What a disk must have to be this one: the serial number; world wide name and place only where it does not tell it from the others.
    private Dictionary<string, object?> OfDisk(PlannedDisk planned)
    {
        var disk = planned.Disk;
        var alike = (Machine.Hardware?.Disks ?? []).Where(other => other.Serial == disk.Serial && other.Size == disk.Size).ToList();
        var isNumbered = disk.Serial.Length > 0 && alike.Count == 1;
        var isNamed = disk.Wwid.Length > 0 && alike.Count(other => other.Wwid == disk.Wwid) == 1;
        return new()
        {
            ["key"] = planned.Key,
            ["name"] = disk.Name,
            ["serial"] = disk.Serial,
            ["wwid"] = isNumbered ? "" : disk.Wwid,
            ["path"] = isNumbered || isNamed ? "" : disk.Path,
            ["size"] = disk.Size,
        };
    }

    private Dictionary<string, object?> OfMirror() => new()
    {
        ["url"] = Recipe.Mirror?.AbsoluteUri.TrimEnd('/') ?? "",
        ["scheme"] = Recipe.Mirror?.Scheme ?? "",
        ["host"] = Recipe.Mirror is { } mirror ? mirror.IsDefaultPort ? mirror.Host : $"{mirror.Host}:{mirror.Port}" : "",
        ["path"] = Recipe.Mirror is { } path ? path.AbsolutePath : "",
    };

    private static bool IsSecret(string name) => name.Contains("password", StringComparison.OrdinalIgnoreCase);

    // An empty password and a switch such as ssh_password_login tell no secret, and templates decide by them.
    private static object? Hide(object? value) => value is string { Length: > 0 } ? Hidden : value;
}
