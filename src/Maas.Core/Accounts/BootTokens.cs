using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Maas.Core.Accounts;

/// <summary>
/// One-time tokens that a machine finds on its kernel command line and trades for its OAuth token. Boot scripts go to every client that
/// asks, so a token is worth little: it is bound to one machine and to the address the script went to (over IPv6, to the hardware address),
/// ends after ten minutes (an installer's with its deployment), and works once. Only its hash is stored.
/// </summary>
public sealed class BootTokens
{
    /// <summary>How long a token lasts unused.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How long the token of an installer lasts unused, if its deployment lasts as long: some installers load gigabytes before they ask for
    /// their answer files.
    /// </summary>
    public static readonly TimeSpan InstallerLifetime = TimeSpan.FromHours(24);

    /// <summary>How long the same address may repeat the exchange, because an answer can be lost and cloud-init asks twice.</summary>
    public static readonly TimeSpan ReplayWindow = TimeSpan.FromSeconds(60);

    private const string HardwarePrefix = "hardware ";
    private const string InstallerPrefix = "installer ";
    private const int MostAMachine = 8;
    private readonly ITokenStore _store;
    private readonly SecretCipher _cipher;
    private readonly TimeProvider _clock;

    internal BootTokens(ITokenStore store, SecretCipher cipher, TimeProvider timeProvider)
    {
        _store = store;
        _cipher = cipher;
        _clock = timeProvider;
    }

    /// <summary>A new token for a machine. Older ones stay good, eight at most: firmware asks for its script more than once.</summary>
    /// <param name="machine">For which machine.</param>
    /// <param name="address">Who may trade it; <see langword="null"/> binds it to the first client that redeems it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The token, 190 random bits in letters and digits; <see langword="null"/> when there is no such machine.</returns>
    public Task<Secret?> IssueAsync(SystemId machine, IPAddress? address, CancellationToken cancellationToken = default) =>
        IssueToAsync(machine, address is null ? null : Text(address), cancellationToken);

    /// <summary>
    /// A new token for a machine whose IP address at the trade is not known yet: it is bound to the hardware address that is seen there.
    /// </summary>
    /// <param name="machine">For which machine.</param>
    /// <param name="hardware">Who may trade it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>As <see cref="IssueAsync"/>.</returns>
    public Task<Secret?> IssueForHardwareAsync(SystemId machine, MacAddress hardware, CancellationToken cancellationToken = default) =>
        IssueToAsync(machine, HardwarePrefix + hardware, cancellationToken);

    /// <summary>
    /// A new token for a machine that boots an installer. It lasts until the deployment ends, and <see cref="InstallerLifetime"/> at most.
    /// </summary>
    /// <param name="machine">For which machine.</param>
    /// <param name="address">Who may trade it.</param>
    /// <param name="hardware">The hardware address that is seen at the trade, which decides instead of <paramref name="address"/>;
    /// <see langword="null"/> where none is seen.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>As <see cref="IssueAsync"/>.</returns>
    public Task<Secret?> IssueForInstallerAsync(
        SystemId machine, IPAddress address, MacAddress? hardware, CancellationToken cancellationToken = default) =>
        IssueToAsync(machine, InstallerPrefix + (hardware is { } seen ? HardwarePrefix + seen : Text(address)), cancellationToken);

    private async Task<Secret?> IssueToAsync(SystemId machine, string? holder, CancellationToken cancellationToken)
    {
        var token = Secret.Random();
        var now = _clock.GetUtcNow();
        var stored = new StoredBootToken(machine, holder, now, null);
        return await _store.AddBootTokenAsync(
            Hash(token), stored, MostAMachine, now - InstallerLifetime - ReplayWindow, cancellationToken).ConfigureAwait(false)
            ? token
            : null;
    }

    /// <summary>Trades a token.</summary>
    /// <param name="token">As presented.</param>
    /// <param name="from">Who presents it.</param>
    /// <param name="hardware">The hardware address that is seen at <paramref name="from"/>; <see langword="null"/> when that is not
    /// known.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<BootTokenResult> RedeemAsync(Secret token, IPAddress from, MacAddress? hardware =
        null, CancellationToken cancellationToken = default)
    {
        var now = _clock.GetUtcNow();
        var address = Text(from);
        var redemption = new BootTokenRedemption(
            Hash(token), address, now, stored => Judge(stored, address, hardware, now), machine => MachineTokens.Draw(machine, _cipher));
        var result = await _store.RedeemAsync(redemption, cancellationToken).ConfigureAwait(false);
        return result is BootTokenResult.Accepted accepted
            ? new BootTokenResult.Accepted(MachineTokens.Open(accepted.Token, _cipher)!) // there is a token
            : result;
    }

    /// <summary>Why a token is refused; <see langword="null"/> when it is good.</summary>
    private static string? Judge(StoredBootToken? token, string from, MacAddress? hardware, DateTimeOffset now)
    {
        if (token is null) return "The boot token is not known here.";
        var isInstallers = token.Address?.StartsWith(InstallerPrefix, StringComparison.Ordinal) is true;
        var bound = isInstallers ? token.Address![InstallerPrefix.Length..] : token.Address; // it begins with the prefix
        if (bound is not null && bound != (bound.StartsWith(HardwarePrefix, StringComparison.Ordinal) ? HardwarePrefix + hardware : from))
            return $"The boot token is not for {from}.";
        if (token.Used is { } used) return now - used > ReplayWindow ? "The boot token was used already." : null;
        return now - token.Issued > (isInstallers ? InstallerLifetime : Lifetime) ? "The boot token has expired." : null;
    }

    private static byte[] Hash(Secret token) => SHA256.HashData(Encoding.UTF8.GetBytes(token.Reveal()));

    private static string Text(IPAddress address) => (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
}

/// <summary>What became of a boot token.</summary>
public abstract record BootTokenResult
{
    private BootTokenResult() { }

    /// <summary>It was good.</summary>
    /// <param name="Token">The machine's own token.</param>
    public sealed record Accepted(MachineToken Token) : BootTokenResult;

    /// <summary>It was not.</summary>
    /// <param name="Reason">Why, without the token.</param>
    public sealed record Refused(string Reason) : BootTokenResult;
}
