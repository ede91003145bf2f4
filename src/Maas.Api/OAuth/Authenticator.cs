using System.Globalization;
using Maas.Api.Answers;
using Maas.Core;
using Maas.Core.Accounts;

namespace Maas.Api.OAuth;

/// <summary>
/// Checks OAuth 1.0a credentials (RFC 5849, PLAINTEXT): the key, the age of the timestamp, the secret, and last that the nonce is
/// new. The secret comes before the nonce, so that nobody without it can write a line into the ledger or use up somebody's nonces.
/// </summary>
internal sealed class Authenticator(MaasRegion region, TimeProvider time)
{
    /// <summary>Who sent this <c>Authorization</c> header.</summary>
    public async Task<Authentication> AuthenticateAsync(string? authorization, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(authorization)) return Authentication.Nobody;
        if (!OAuthHeader.TryParse(authorization, out var header)) return Refused("Authorization Error: the OAuth parameters are incomplete.");
        if (header.Version is not ("" or "1.0")) return Refused($"Authorization Error: OAuth version {header.Version} is not supported.");
        if (header.SignatureMethod != "PLAINTEXT") return Refused("Authorization Error: only the signature method PLAINTEXT is supported.");
        if (!long.TryParse(header.Timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var timestamp))
            return Authentication.Refused(Answer.BadRequest("Authorization Error: the timestamp is not a number."));

        var (caller, secret) = await FindAsync(header, cancellationToken).ConfigureAwait(false);
        if (caller is null) return Refused("Authorization Error: Invalid API key.");

        var now = time.GetUtcNow().ToUnixTimeSeconds();
        if (now - timestamp > NonceLedger.Window.TotalSeconds)
            return Refused($"Authorization Error: 'Expired timestamp: given {timestamp} and now {now} has a greater difference than threshold {NonceLedger.Window.TotalSeconds}'");
        if (!header.Signature.Equals(new Secret("&" + Uri.EscapeDataString(secret.Reveal()))))
            return Refused("Authorization Error: Invalid signature.");

        return await region.Nonces.UseAsync(header.ConsumerKey, header.Token, header.Nonce, timestamp, cancellationToken).ConfigureAwait(false) switch
        {
            NonceVerdict.Fresh => Authentication.As(caller),
            NonceVerdict.Expired => Refused("Authorization Error: 'Expired timestamp'"),
            _ => Refused("Authorization Error: 'Nonce already used'"),
        };
    }

    private async Task<(Caller? Caller, Secret Secret)> FindAsync(OAuthHeader header, CancellationToken cancellationToken)
    {
        if (await region.Users.FindApiKeyAsync(header.ConsumerKey, header.Token, cancellationToken).ConfigureAwait(false) is { } key)
            return (new Caller.OfUser(key.User, key.TokenKey), key.TokenSecret);
        if (await region.NodeTokens.FindAsync(header.ConsumerKey, header.Token, cancellationToken).ConfigureAwait(false) is { } token)
            return (new Caller.OfMachine(token.MachineId), token.TokenSecret);
        return (null, default);
    }

    private static Authentication Refused(string reason) => Authentication.Refused(Answer.Unauthorized(reason));
}
