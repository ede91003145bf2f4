namespace Maas.Core.Accounts;

/// <summary>Where machines' own tokens and boot tokens are kept.</summary>
internal interface ITokenStore
{
    /// <summary>
    /// The machine's token; <paramref name="fresh"/> if it has none; <see langword="null"/> when there is no such machine.
    /// </summary>
    Task<MachineToken?> GetOrCreateAsync(MachineToken fresh, CancellationToken cancellationToken);

    Task<MachineToken?> GetAsync(SystemId machine, CancellationToken cancellationToken);

    Task<MachineToken?> FindAsync(string consumerKey, string tokenKey, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps a boot token's hash, and of the machine's others the newest, <paramref name="most"/> in all; forgets what was
    /// issued before <paramref name="expired"/>. <see langword="false"/> when there is no such machine.
    /// </summary>
    Task<bool> AddBootTokenAsync(byte[] hash, StoredBootToken token, int most, DateTimeOffset expired, CancellationToken cancellationToken);

    /// <summary>
    /// In one transaction: judges the token with this hash, marks it used by <paramref name="address"/> and its machine as checked in, and
    /// gives the machine's
    /// own token, drawing one if it has none.
    /// </summary>
    Task<BootTokenResult> RedeemAsync(
        byte[] hash, string address, DateTimeOffset now, Func<StoredBootToken?, string?> judge, Func<SystemId, MachineToken> draw,
            CancellationToken cancellationToken);
}

/// <summary>What is kept of a boot token; the address is an IP address, or <c>hardware </c> and a MAC address.</summary>
internal sealed record StoredBootToken(SystemId MachineId, string? Address, DateTimeOffset Issued, DateTimeOffset? Used);
