using Maas.Images.Debian;
using Maas.Images.Ephemeral;
using Maas.Images.Tests.Ephemeral;
using Maas.Judges;

namespace Maas.Images.Tests.Debian;

/// <summary>
/// The Debian archive that this host's apt uses, and an environment built from it, kept between runs under
/// <c>MAAS_TEST_CACHE</c> (default <c>~/.cache/maas-tests</c>).
/// </summary>
public sealed class MirrorFixture : IDisposable
{
    // One for all fixtures: they build in the same directory, and the second finds what the first built.
    private static readonly SemaphoreSlim Gate = new(1);

    private readonly HttpClient _http = new();
    private EphemeralEnvironment? _environment;
    private TinyLinux? _linux;
    private DebianArchive? _archive;

    public static string CacheDirectory => Environment.GetEnvironmentVariable("MAAS_TEST_CACHE")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "maas-tests");

    /// <summary>The archive, or a skip where apt names none.</summary>
    public DebianArchive Archive
    {
        get
        {
            Judge.RequireFile("/usr/share/keyrings/debian-archive-keyring.gpg", "debian-archive-keyring");
            var sources = AptSources.ReadDebian();
            if (sources.Count == 0) Assert.Skip("apt's sources name no Debian archive.");
            return _archive ??= new DebianArchive(
                new() { Sources = sources, CacheDirectory = Path.Combine(CacheDirectory, "debian") }, _http);
        }
    }

    /// <summary>The default environment, built at the first call.</summary>
    public async Task<EphemeralEnvironment> EnvironmentAsync(CancellationToken cancellationToken)
    {
        await Gate.WaitAsync(cancellationToken);
        try
        {
            return _environment ??=
                await EphemeralEnvironment.BuildAsync(
                    Archive, Path.Combine(CacheDirectory, "ephemeral"), cancellationToken: cancellationToken);
        }
        finally
        {
            Gate.Release();
        }
    }

    /// <summary>A small Linux out of that environment, unpacked at the first call.</summary>
    public async Task<TinyLinux> LinuxAsync(CancellationToken cancellationToken) =>
        _linux ??= await TinyLinux.OfAsync(await EnvironmentAsync(cancellationToken), cancellationToken);

    public void Dispose()
    {
        _archive?.Dispose();
        _http.Dispose();
    }
}

/// <summary>Tests that share the archive and the environment, one after another: a virtual machine wants a processor for itself.</summary>
[CollectionDefinition(Name)]
public sealed class MirrorCollection : ICollectionFixture<MirrorFixture>
{
    public const string Name = "Debian mirror";
}

/// <summary>As <see cref="MirrorCollection"/>, beside it: the deployments, which take as long as all the others.</summary>
[CollectionDefinition(Name)]
public sealed class DeploymentCollection : ICollectionFixture<MirrorFixture>
{
    public const string Name = "Debian mirror, deployments";
}
