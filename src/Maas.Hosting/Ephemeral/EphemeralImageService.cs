using System.Collections.Concurrent;
using Maas.Boot;
using Maas.Hosting.Policy;
using Maas.Images.Debian;
using Maas.Images.Downloads;
using Maas.Images.Ephemeral;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Ephemeral;

/// <summary>
/// Keeps the ephemeral environments and the boot programs at hand: those of the last start at once, fresher ones when they are built.
/// </summary>
/// <remarks>
/// A mirror that is down at the start is asked again, later each time; machines go on booting what is there. A build that fails leaves
/// the one before.
/// </remarks>
internal sealed partial class EphemeralImageService(MaasOptions options, TimeProvider timeProvider, ILogger<EphemeralImageService> logger)
    : BackgroundService, IEphemeralEnvironment
{
    private static readonly TimeSpan S_firstRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan S_longestRetry = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, ServedEnvironment> _served = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IReadOnlyList<string> Architectures => options.Ephemeral.Own is null ? [.. options.Ephemeral.Architectures] : [];

    /// <summary>Why there is no fresh environment; <see langword="null"/> when none was tried, or it is there.</summary>
    public string? Failure { get; private set; }

    /// <summary>Whether there is an environment for each architecture.</summary>
    public bool IsReady => options.Ephemeral.Own is not null || options.Ephemeral.Architectures.All(_served.ContainsKey);

    /// <inheritdoc/>
    public EphemeralFileNames? FilesFor(string? architecture) =>
        options.Ephemeral.Own is { } own ? new(own.Kernel, own.InitialRamDisk, RootFileSystem: own.RootFileSystem)
        : (architecture ?? options.Ephemeral.Architectures.FirstOrDefault()) is { } known ? _served.GetValueOrDefault(known)?.Names
        : null;

    /// <summary>The file on disk behind a served name; <see langword="null"/> when the name is no environment's.</summary>
    public string? PathOf(string name) =>
        name.Split('/') is ["ephemeral", var architecture, ..] ? _served.GetValueOrDefault(architecture)?.PathOf(name) : null;

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Networks.Count == 0) return Task.CompletedTask; // a host that boots no machine fetches nothing
        foreach (var architecture in options.Ephemeral.Architectures)
            if (EphemeralEnvironment.Open(DirectoryOf(architecture)) is { } present) Serve(architecture, present);
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Ephemeral.Own is not null) return;
        for (var wait = S_firstRetry; ; wait = wait * 2 < S_longestRetry ? wait * 2 : S_longestRetry)
        {
            try
            {
                await SupplyAsync(stoppingToken).ConfigureAwait(false);
                return;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever went wrong, DHCP and the API go on: an exception that left here would stop the host.
                LogFailed(exception, wait);
                Failure = exception.Message;
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return; // the host stops, or is disposed of
            }

            await Task.Delay(wait, timeProvider, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested) return;
        }
    }

    private string DirectoryOf(string architecture) => Path.Combine(options.DataDirectory, "ephemeral", architecture);

    private async Task SupplyAsync(CancellationToken cancellationToken)
    {
        foreach (var architecture in options.Ephemeral.Architectures)
            await SupplyAsync(architecture, cancellationToken).ConfigureAwait(false);
    }

    private async Task SupplyAsync(string architecture, CancellationToken cancellationToken)
    {
        using var http = Downloader.CreateClient(); // the archive watches for stalls itself
        if (OpenSource(http, architecture) is not { } packages)
        {
            Failure = "No mirror and no folder of packages is known.";
            LogNoSource();
            return;
        }

        using var owned = packages as IDisposable;
        var progress = new SupplyProgress(logger);
        await BootPrograms.ImportAsync(
            packages, options.ProgramDirectory, BootPrograms.For(architecture), progress, cancellationToken).ConfigureAwait(false);
        await WarnOfOldShimAsync(cancellationToken).ConfigureAwait(false);
        var recipe = await EnvironmentParts.ChooseAsync(
            options.Ephemeral, architecture, packages, package => LogLeftOut(architecture, package), cancellationToken)
            .ConfigureAwait(false);
        var environment = await EphemeralEnvironment.BuildAsync(
            packages, DirectoryOf(architecture), recipe, progress, cancellationToken).ConfigureAwait(false);
        Serve(architecture, environment);
        Failure = null;
        LogReady(architecture, environment.Manifest.KernelRelease, new FileInfo(environment.InitrdPath).Length >> 20);
    }

    // What was imported, or what the operator put in its place.
    private async Task WarnOfOldShimAsync(CancellationToken cancellationToken)
    {
        if (options.Programs[BootArchitecture.X64Uefi] is not { } name) return;
        var path = Path.Combine(options.ProgramDirectory, name);
        if (!File.Exists(path)) return;
        if (Shim.TryReadGeneration(await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false), out var generation)
            && generation < Shim.FirstSafeGeneration)
            LogOldShim(name, generation, Shim.FirstSafeGeneration);
    }

    private IPackageSource? OpenSource(HttpClient http, string architecture)
    {
        if (options.Ephemeral.PackageDirectory is { } directory) return new PackageDirectory(directory, architecture);
        var sources = options.Ephemeral.Mirror is { } mirror ? SuitesOf(mirror) : AptSources.ReadDebian();
        if (sources.Count == 0) return null;
        var archive = new DebianArchiveOptions
        {
            Sources = sources,
            Architecture = architecture,
            CacheDirectory = Path.Combine(options.DataDirectory, "cache", "debian"),
        };
        return new DebianArchive(options.Ephemeral.Keyring is { } keyring ? WithKeyring(archive, keyring) : archive, http, timeProvider);
    }

    private DebianSource[] SuitesOf(Uri mirror)
    {
        var folder = new Uri(mirror.ToString().TrimEnd('/') + "/");
        return
        [
            new() { Mirror = folder, Suite = options.Ephemeral.Suite },
            new() { Mirror = folder, Suite = options.Ephemeral.Suite + "-updates" },
        ];
    }

    private static DebianArchiveOptions WithKeyring(DebianArchiveOptions archive, string keyring) =>
        new()
        {
            Sources = archive.Sources, Architecture = archive.Architecture, CacheDirectory = archive.CacheDirectory, Keyring = keyring,
        };

    // The names carry the build: a machine that has fetched one build's kernel must not get the next one's ram disk.
    private void Serve(string architecture, EphemeralEnvironment environment)
    {
        var prefix = $"ephemeral/{architecture}/{environment.Manifest.Folder}";
        _served[architecture] = new ServedEnvironment(
            new EphemeralFileNames(
                $"{prefix}/kernel", $"{prefix}/initrd", environment.InstallToolsPath is null ? null : $"{prefix}/install-tools",
                RescueTools: environment.RescueToolsPath is null ? null : $"{prefix}/rescue-tools",
                BmcTools: environment.BmcToolsPath is null ? null : $"{prefix}/bmc-tools"),
            $"ephemeral/{architecture}/",
            DirectoryOf(architecture),
            environment);
    }

    [LoggerMessage(
        130, LogLevel.Information, "The ephemeral environment for {Architecture} is ready: kernel {Release}, {Mebibytes} MiB")]
    private partial void LogReady(string architecture, string release, long mebibytes);

    [LoggerMessage(131, LogLevel.Warning,
        "{Program} is a shim of generation {Generation}; those before {Safe} (shim 15.8) can be taken over from the network "
        + "(CVE-2023-40547) and firmware that is up to date refuses them")]
    private partial void LogOldShim(string program, int generation, int safe);

    [LoggerMessage(132, LogLevel.Warning, "There is no ephemeral environment to build: name a mirror or a folder of packages")]
    private partial void LogNoSource();

    [LoggerMessage(
        136, LogLevel.Warning,
        "The ephemeral environment for {Architecture} is built without the package {Package}, which no source has")]
    private partial void LogLeftOut(string architecture, string package);

    [LoggerMessage(133, LogLevel.Error, "The ephemeral environment could not be built; tried again in {Wait}")]
    private partial void LogFailed(Exception exception, TimeSpan wait);
}
