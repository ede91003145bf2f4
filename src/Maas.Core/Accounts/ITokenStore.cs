using System.Text.Json.Serialization;

namespace Maas.Core.Accounts;

/// <summary>Stores the machines' own OAuth tokens and one-time boot tokens. Part of <see cref="Stores.IMaasStore"/>.</summary>
public interface ITokenStore
{
    /// <summary>Reads the machine's token, or stores the given one if it has none.</summary>
    /// <param name="fresh">A new token of the machine.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    /// <returns>The machine's token; <see langword="null"/> when there is no such machine.</returns>
    Task<MachineToken?> GetOrCreateAsync(MachineToken fresh, CancellationToken cancellationToken);

    /// <summary>Reads the machine's token.</summary>
    /// <param name="machine">Which machine.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The token; <see langword="null"/> when it has none.</returns>
    Task<MachineToken?> GetAsync(SystemId machine, CancellationToken cancellationToken);

    /// <summary>Finds a machine's token by its two public parts.</summary>
    /// <param name="consumerKey">First part.</param>
    /// <param name="tokenKey">Second part.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The token; <see langword="null"/> when it does not exist.</returns>
    Task<MachineToken?> FindAsync(string consumerKey, string tokenKey, CancellationToken cancellationToken);

    /// <summary>Stores a boot token by its hash. Of the machine's others it keeps the newest.</summary>
    /// <param name="hash">SHA-256 of the token.</param>
    /// <param name="token">What is known of it.</param>
    /// <param name="most">How many tokens of the machine are kept, with this one.</param>
    /// <param name="expired">Tokens of all machines that were issued before this time are deleted.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    /// <returns><see langword="false"/> when there is no such machine.</returns>
    Task<bool> AddBootTokenAsync(
        byte[] hash, StoredBootToken token, int most, DateTimeOffset expired, CancellationToken cancellationToken);

    /// <summary>
    /// In one transaction: finds the boot token, evaluates it, marks it used by the address at this time unless it is already, checks its
    /// machine in (<see cref="Stores.StoreRules.CheckIn"/>), and reads the machine's own token, or creates it.
    /// </summary>
    /// <param name="redemption">Which token, and the decisions.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    Task<BootTokenResult> RedeemAsync(BootTokenRedemption redemption, CancellationToken cancellationToken);
}

/// <summary>A boot token as it is stored; the token itself is not.</summary>
/// <param name="MachineId">The machine it boots.</param>
/// <param name="Address">
/// The only client that may redeem it: an IP address, or <c>hardware </c> and a MAC address, after <c>installer </c> for the token of an
/// installer; <see langword="null"/> for the first client.
/// </param>
/// <param name="Issued">When it was issued.</param>
/// <param name="Used">When it was redeemed first; <see langword="null"/> when it was not.</param>
public sealed record StoredBootToken(SystemId MachineId, string? Address, DateTimeOffset Issued, DateTimeOffset? Used);

/// <summary>A client's attempt to redeem a boot token.</summary>
/// <param name="Hash">SHA-256 of the presented token.</param>
/// <param name="Address">The client's IP address, as text.</param>
/// <param name="Now">The present time.</param>
/// <param name="Refuse">
/// Decides about the stored token, or <see langword="null"/> when it does not exist: the reason for a refusal; <see langword="null"/>
/// accepts it.
/// Called within the transaction, possibly more than once; pure.
/// </param>
/// <param name="Draw">Creates a token for the machine if it has none.</param>
public sealed record BootTokenRedemption(
    [property: JsonIgnore] byte[] Hash, string Address, DateTimeOffset Now, Func<StoredBootToken?, string?> Refuse,
        Func<SystemId, MachineToken> Draw);
