using Maas.Core.Inventory;
using Maas.Core.Storage;
using Maas.Install.Quoting;
using Maas.Install.Storage;

namespace Maas.Install.Recipes;

/// <summary>
/// How an operating system is installed by its own installer: what the machine boots, the answer files that the installer fetches, and
/// what their templates read. Immutable data; make one with <see cref="DebianInstaller"/>, <see cref="Autoinstall"/>,
/// <see cref="Kickstart"/>, <see cref="Ignition"/>, <see cref="WindowsSetup"/>, <see cref="PatchedIso"/> or <see cref="UnmodifiedIso"/>,
/// or write your own.
/// </summary>
/// <remarks>
/// The answer files make the installation report back: they turn network boot off with the machine's own key (<c>op=netboot_off</c>). Then
/// the machine boots from its disk, and its first request for user data makes it Deployed. A system without cloud-init reports the end of
/// the stage <c>modules-final</c> instead.
/// </remarks>
public sealed record InstallRecipe
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <summary>Operating system, <c>debian</c>: lower-case letters, digits, <c>-</c> and <c>.</c>.</summary>
    public required string OsSystem { get; init; }

    /// <summary>Series, <c>bookworm</c>.</summary>
    public required string Series { get; init; }

    /// <summary>Operating system and series, as users name it: <c>debian/bookworm</c>.</summary>
    public string Name => $"{OsSystem}/{Series}";

    /// <summary>Architecture without the sub-architecture. Default <c>amd64</c>.</summary>
    public string Architecture { get; init; } = "amd64";

    /// <summary>What the machine boots.</summary>
    public required InstallerBoot Boot { get; init; }

    /// <summary>
    /// The ISO that the host serves at <c>{iso}</c>, changed for the machine; <see langword="null"/> (default) for none.
    /// </summary>
    public InstallerIso? Iso { get; init; }

    /// <summary>What the installer fetches, the main file first; may be empty.</summary>
    public required IReadOnlyList<AnswerFileTemplate> Files { get; init; }

    /// <summary>
    /// What the templates read as <c>params</c>: texts, numbers, booleans, lists and dictionaries of these. Values whose name contains
    /// <c>password</c> are replaced by asterisks in previews.
    /// </summary>
    public IReadOnlyDictionary<string, object?> Parameters { get; init; } = new Dictionary<string, object?>();

    /// <summary>
    /// How the files give the machine's storage configuration to the installer. They do so when the parameter <c>partitioning</c> is
    /// <c>plan</c>: then a configuration that the installer cannot carry out is refused when the machine is deployed. Default
    /// <see cref="StoragePlanFormat.None"/>: the installer partitions the boot disk by its own rules, and any configuration but a blank,
    /// the flat or the default one is refused.
    /// </summary>
    public StoragePlanFormat StoragePlan { get; init; }

    /// <summary>
    /// Whether the installed system runs cloud-init with this server as data source, which applies the machine's network configuration and
    /// user data: <see langword="true"/> for <see cref="DebianInstaller"/>, <see cref="Autoinstall"/> and <see cref="Kickstart"/>. Default
    /// <see langword="false"/>: a deployment with user data, a bond, a bridge, a VLAN or an address that is not DHCP's is refused.
    /// </summary>
    public bool HasCloudInit { get; init; }

    /// <summary>
    /// Where the installer gets packages, read as <c>mirror</c>; <see langword="null"/> for the templates' own default.
    /// </summary>
    public Uri? Mirror { get; init; }

    /// <summary>The HTTP proxy for packages, read as <c>proxy</c>; <see langword="null"/> for none.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>
    /// How long an installation may take, 1 minute to 7 days; default 2 hours. While the installer runs, its answer files report so every
    /// two minutes, and stop after this time: then an installation that hangs fails at its deadline.
    /// </summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromHours(2);

    /// <summary>
    /// How long an installation may be silent before it fails, up to 7 days; <see langword="null"/> (default) for the server's deadline of
    /// deployments, 30 minutes. A shorter time than that has no effect.
    /// </summary>
    public TimeSpan? ReportTimeout { get; init; }

    /// <summary>The same recipe with more parameters, or other values of them.</summary>
    /// <param name="parameters">Values by name.</param>
    public InstallRecipe With(params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var all = new Dictionary<string, object?>(Parameters, StringComparer.Ordinal);
        foreach (var (name, value) in parameters) all[name] = value;
        return this with { Parameters = all };
    }

    /// <summary>Whether its installer carries out the machine's storage configuration.</summary>
    internal bool FollowsStorage => StoragePlan is not StoragePlanFormat.None && Parameters.GetValueOrDefault("partitioning") is "plan";

    /// <summary>What its installer does to the disks; <see langword="null"/> when it partitions the boot disk by its own rules.</summary>
    internal DiskPlanResult? PlanStorage(StorageConfig config, Hardware hardware) =>
        FollowsStorage ? StoragePlanText.Plan(StoragePlan, OsSystem, Series, config, hardware) : null;

    /// <summary>What is wrong with it; <see langword="null"/> when nothing is.</summary>
    internal string? Check() =>
        !IsName(OsSystem) || !IsName(Series) ? $"The recipe '{Name}' needs names of lower-case letters, digits, '-' and '.'."
        : Architecture.Length == 0 || Architecture.Contains('/', StringComparison.Ordinal)
            ? $"The recipe '{Name}' names an architecture without its sub-architecture."
        : Iso?.Check(Files) is { } reason ? $"The ISO of the recipe '{Name}': {reason}"
        : Files.Any(file => file.Name.Contains('/', StringComparison.Ordinal) || !Quote.IsPlain(file.Name) || file.Name.Length == 0)
            ? $"A file of the recipe '{Name}' has a name that is not letters, digits, '.', '_' and '-'."
        : Duration < TimeSpan.FromMinutes(1) || Duration > Longest ? $"The recipe '{Name}' needs a Duration of 1 minute to 7 days."
        : ReportTimeout is { } silence && (silence <= TimeSpan.Zero || silence > Longest)
            ? $"The recipe '{Name}' needs a ReportTimeout of more than 0 and of 7 days at most."
        : null;

    private static bool IsName(string name) =>
        name.Length is > 0 and <= 64 && name.All(each => char.IsAsciiLetterLower(each) || char.IsAsciiDigit(each) || each is '-' or '.');
}

/// <summary>A file that the installer fetches.</summary>
/// <param name="Name">Its name in the URL, <c>preseed.cfg</c>.</param>
/// <param name="Template">The template that it is rendered from, <c>debian/preseed</c>.</param>
/// <param name="MediaType">Its type, <c>text/plain</c>.</param>
public sealed record AnswerFileTemplate(string Name, string Template, string MediaType = "text/plain; charset=utf-8");
