namespace Maas.Core.Accounts;

/// <summary>A machine's own OAuth token: good for the metadata service, and for nothing of the API.</summary>
/// <param name="MachineId">Whose it is.</param>
/// <param name="ConsumerKey">First part.</param>
/// <param name="TokenKey">Second part; unique.</param>
/// <param name="TokenSecret">Third part.</param>
public sealed record MachineToken(SystemId MachineId, string ConsumerKey, string TokenKey, Secret TokenSecret);

/// <summary>
/// The machines' own tokens. A machine has one; commissioning, deploying and releasing end it, and the next use makes another.
/// </summary>
public sealed class MachineTokens
{
    private readonly ITokenStore _store;
    private readonly SecretCipher _cipher;

    internal MachineTokens(ITokenStore store, SecretCipher cipher)
    {
        _store = store;
        _cipher = cipher;
    }

    /// <summary>The machine's token, made now if it has none; <see langword="null"/> when there is no such machine.</summary>
    public async Task<MachineToken?> GetOrCreateAsync(SystemId machine, CancellationToken cancellationToken = default) =>
        Open(await _store.GetOrCreateAsync(Draw(machine, _cipher), cancellationToken).ConfigureAwait(false), _cipher);

    /// <summary>The machine's token, or <see langword="null"/>.</summary>
    public async Task<MachineToken?> GetAsync(SystemId machine, CancellationToken cancellationToken = default) =>
        Open(await _store.GetAsync(machine, cancellationToken).ConfigureAwait(false), _cipher);

    /// <summary>The token with these two parts, or <see langword="null"/>. The caller compares the secret.</summary>
    public async Task<MachineToken?> FindAsync(string consumerKey, string tokenKey, CancellationToken cancellationToken = default) =>
        Open(await _store.FindAsync(consumerKey, tokenKey, cancellationToken).ConfigureAwait(false), _cipher);

    /// <summary>A token that a machine could get, as it is stored.</summary>
    internal static MachineToken Draw(SystemId machine, SecretCipher cipher)
    {
        var tokenKey = Secret.Random(18).Reveal();
        return new(machine, Secret.Random(18).Reveal(), tokenKey, cipher.Protect(Secret.Random(), tokenKey));
    }

    /// <summary>A token that was stored.</summary>
    internal static MachineToken? Open(MachineToken? token, SecretCipher cipher) =>
        token is null ? null : token with { TokenSecret = cipher.Unprotect(token.TokenSecret, token.TokenKey) };
}
