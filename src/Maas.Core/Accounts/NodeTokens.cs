namespace Maas.Core.Accounts;

/// <summary>A machine's own OAuth token: good for the metadata service, and for nothing of the API.</summary>
/// <param name="MachineId">Whose it is.</param>
/// <param name="ConsumerKey">First part.</param>
/// <param name="TokenKey">Second part; unique.</param>
/// <param name="TokenSecret">Third part.</param>
public sealed record NodeToken(SystemId MachineId, string ConsumerKey, string TokenKey, Secret TokenSecret);

/// <summary>The machines' own tokens. A machine has one; commissioning, deploying and releasing end it, and the next use makes another.</summary>
public sealed class NodeTokens
{
    private readonly ITokenStore store;

    internal NodeTokens(ITokenStore store) => this.store = store;

    /// <summary>The machine's token, made now if it has none; <see langword="null"/> when there is no such machine.</summary>
    public Task<NodeToken?> GetOrCreateAsync(SystemId machine, CancellationToken cancellationToken = default) =>
        store.GetOrCreateAsync(Draw(machine), cancellationToken);

    /// <summary>The machine's token, or <see langword="null"/>.</summary>
    public Task<NodeToken?> GetAsync(SystemId machine, CancellationToken cancellationToken = default) => store.GetAsync(machine, cancellationToken);

    /// <summary>The token with these two parts, or <see langword="null"/>. The caller compares the secret.</summary>
    public Task<NodeToken?> FindAsync(string consumerKey, string tokenKey, CancellationToken cancellationToken = default) =>
        store.FindAsync(consumerKey, tokenKey, cancellationToken);

    /// <summary>A token that a machine could get.</summary>
    internal static NodeToken Draw(SystemId machine) => new(machine, Secret.Random(18).Reveal(), Secret.Random(18).Reveal(), Secret.Random());
}
