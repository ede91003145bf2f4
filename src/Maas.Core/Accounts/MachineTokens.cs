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

    internal MachineTokens(ITokenStore store) => _store = store;

    /// <summary>The machine's token, made now if it has none; <see langword="null"/> when there is no such machine.</summary>
    public Task<MachineToken?> GetOrCreateAsync(SystemId machine, CancellationToken cancellationToken = default) =>
        _store.GetOrCreateAsync(Draw(machine), cancellationToken);

    /// <summary>The machine's token, or <see langword="null"/>.</summary>
    public Task<MachineToken?> GetAsync(SystemId machine, CancellationToken cancellationToken = default) =>
        _store.GetAsync(machine, cancellationToken);

    /// <summary>The token with these two parts, or <see langword="null"/>. The caller compares the secret.</summary>
    public Task<MachineToken?> FindAsync(string consumerKey, string tokenKey, CancellationToken cancellationToken = default) =>
        _store.FindAsync(consumerKey, tokenKey, cancellationToken);

    /// <summary>A token that a machine could get.</summary>
    internal static MachineToken Draw(SystemId machine) =>
        new(machine, Secret.Random(18).Reveal(), Secret.Random(18).Reveal(), Secret.Random());
}
