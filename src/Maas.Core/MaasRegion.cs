using Maas.Core.Accounts;
using Maas.Core.Configuration;
using Maas.Core.Files;
using Maas.Core.Fleet;
using Maas.Core.Images;
using Maas.Core.Journal;
using Maas.Core.Lifecycle;
using Maas.Core.Power;
using Maas.Core.Scripts;

namespace Maas.Core;

/// <summary>
/// The front door without dependency injection: opens the store and holds the services over it. Nothing runs by itself; run
/// <see cref="Effects"/> and <see cref="Deadlines"/> if machines' power and deadlines are to be looked after.
/// </summary>
/// <example>
/// <code>
/// await using var region = await MaasRegion.OpenAsync(new MaasRegionOptions { DataSource = "maas.db" });
/// await region.Machines.EnlistAsync(new NewMachine { MacAddresses = [MacAddress.Parse("52:54:00:12:34:56")] });
/// </code>
/// </example>
public sealed class MaasRegion : IAsyncDisposable, IDisposable
{
    private MaasRegion() { }

    /// <summary>Machines.</summary>
    public Machines Machines { get; } = null!;

    /// <summary>Tags of machines.</summary>
    public Tags Tags { get; } = null!;

    /// <summary>Users and their API keys.</summary>
    public Users Users { get; } = null!;

    /// <summary>Machines' own tokens.</summary>
    public NodeTokens NodeTokens { get; } = null!;

    /// <summary>One-time tokens of boots.</summary>
    public BootTokens BootTokens { get; } = null!;

    /// <summary>Which OAuth requests were seen.</summary>
    public NonceLedger Nonces { get; } = null!;

    /// <summary>Users' SSH keys.</summary>
    public SshKeys SshKeys { get; } = null!;

    /// <summary>The journal.</summary>
    public Events Events { get; } = null!;

    /// <summary>Machines' stories.</summary>
    public Timeline Timeline { get; } = null!;

    /// <summary>What machines have run.</summary>
    public ScriptResults ScriptResults { get; } = null!;

    /// <summary>Images.</summary>
    public BootResources BootResources { get; } = null!;

    /// <summary>Users' files.</summary>
    public StoredFiles Files { get; } = null!;

    /// <summary>Settings.</summary>
    public Settings Settings { get; } = null!;

    /// <summary>Acts on machines' power.</summary>
    public EffectWorker Effects { get; } = null!;

    /// <summary>Fails machines that were not heard of in time.</summary>
    public DeadlineWorker Deadlines { get; } = null!;

    /// <summary>Opens the store, creating or bringing it up to date first.</summary>
    /// <param name="options">Where, and how patient.</param>
    /// <param name="clock">The clock; <see langword="null"/> for the system's.</param>
    /// <param name="power">Turns machines on and off; <see langword="null"/> when none can be.</param>
    /// <param name="images">Keeps the images' bytes; <see langword="null"/> for a directory.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="Store.StoreLockedException">Another server has it open.</exception>
    /// <exception cref="Store.StoreVersionException">A newer version of this program has written it.</exception>
    public static Task<MaasRegion> OpenAsync(MaasRegionOptions options, TimeProvider? clock = null, IMachinePower? power = null, IImageContent? images = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    /// <summary>Closes the store.</summary>
    public void Dispose() { }

    /// <summary>Closes the store.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
