using System.Net;

namespace Maas.Core.Accounts;

/// <summary>
/// One-time tokens that a machine finds on its kernel command line and trades for its OAuth token. Boot scripts go to whoever
/// asks, so a token is worth little: it is bound to one machine and to the address the script went to, ends after ten minutes,
/// and works once. Only its hash is stored.
/// </summary>
public sealed class BootTokens
{
    /// <summary>How long a token lasts unused.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>How long the same address may repeat the exchange, because an answer can be lost and cloud-init asks twice.</summary>
    public static readonly TimeSpan ReplayWindow = TimeSpan.FromSeconds(60);

    internal BootTokens() { }

    /// <summary>A new token for a machine. Older ones stay good, eight at most: firmware asks for its script more than once.</summary>
    /// <param name="machine">For which machine.</param>
    /// <param name="address">Who may trade it; <see langword="null"/> binds it to whoever does so first.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<Secret> IssueAsync(SystemId machine, IPAddress? address, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Trades a token.</summary>
    /// <param name="token">As presented.</param>
    /// <param name="from">Who presents it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<BootTokenResult> RedeemAsync(Secret token, IPAddress from, CancellationToken cancellationToken = default) => throw new NotSupportedException();
}

/// <summary>What became of a boot token.</summary>
public abstract record BootTokenResult
{
    private BootTokenResult() { }

    /// <summary>It was good.</summary>
    /// <param name="Token">The machine's own token.</param>
    public sealed record Accepted(NodeToken Token) : BootTokenResult;

    /// <summary>It was not.</summary>
    /// <param name="Reason">Why, without the token.</param>
    public sealed record Refused(string Reason) : BootTokenResult;
}
