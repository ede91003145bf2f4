using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Core;
using Maas.Core.Accounts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Maas.Api.OAuth;

/// <summary>
/// Checks OAuth 1.0a credentials (RFC 5849, PLAINTEXT and HMAC-SHA1): the key, the age of the timestamp, the signature, and last that the
/// nonce is new. The signature is checked before the nonce, so that a caller without the secret can neither add nonces to the ledger nor
/// use up those of another.
/// </summary>
internal sealed class Authenticator(
    MaasCore core,
    IOptions<MaasApiOptions> options,
    BodyBudget bodies,
    HostUsers hostUsers)
{
    /// <summary>MAAS's consumers have no secret of their own.</summary>
    private static readonly Secret NoConsumerSecret = new("");

    /// <summary>
    /// Finds the sender of a request: by OAuth when it has such credentials, else by the schemes of the application. The body of a form
    /// that is signed with HMAC-SHA1 is read for it, and can be read again.
    /// </summary>
    public async Task<Authentication> AuthenticateAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var authorization = request.Headers.Authorization.ToString();
        if (!OAuthHeader.IsOAuth(authorization)
            && await hostUsers.AuthenticateAsync(request.HttpContext).ConfigureAwait(false) is { } admitted)
            return admitted;
        if (string.IsNullOrEmpty(authorization)) return Authentication.None;
        if (!OAuthHeader.TryParse(authorization, out var header))
            return Refused("Authorization Error: the OAuth parameters are incomplete.");
        if (header.Version is not ("" or "1.0"))
            return Refused($"Authorization Error: OAuth version {LogText.From(header.Version, 20)} is not supported.");
        if (header.SignatureMethod is not ("PLAINTEXT" or "HMAC-SHA1"))
            return Refused("Authorization Error: only the signature methods PLAINTEXT and HMAC-SHA1 are supported.");
        if (!long.TryParse(header.Timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var timestamp))
            return Authentication.Refused(ApiResults.BadRequest("Authorization Error: the timestamp is not a number."));

        var isForMachines = request.HttpContext.GetEndpoint()?.Metadata.GetMetadata<MaasApiOperation>()
            is { Access: ApiAccess.Machine or ApiAccess.MachineOrAnonymous };
        var (caller, secret) = await FindAsync(header, isForMachines, cancellationToken).ConfigureAwait(false);
        if (caller is null) return Refused("Authorization Error: Invalid API key.");

        var now = core.TimeProvider.GetUtcNow().ToUnixTimeSeconds();
        if (now - timestamp > NonceStore.Window.TotalSeconds)
            return Refused(
                $"Authorization Error: 'Expired timestamp: given {timestamp} and now {now} "
                + $"has a greater difference than threshold {NonceStore.Window.TotalSeconds}'");
        if (await VerifyAsync(request, header, secret, cancellationToken).ConfigureAwait(false) is { } refusal) return refusal;

        return await core.Nonces.UseAsync(header.ConsumerKey, header.Token, header.Nonce, timestamp, cancellationToken)
            .ConfigureAwait(false) switch
        {
            NonceVerdict.Fresh => Authentication.As(caller),
            NonceVerdict.Expired => Refused("Authorization Error: 'Expired timestamp'"),
            _ => Refused("Authorization Error: 'Nonce already used'"),
        };
    }

    private async Task<Authentication?> VerifyAsync(HttpRequest request, OAuthHeader header, Secret secret,
        CancellationToken cancellationToken)
    {
        if (header.SignatureMethod == "PLAINTEXT")
            return header.Signature.Equals(new Secret("&" + Uri.EscapeDataString(secret.Reveal()))) ? null
                : Refused("Authorization Error: Invalid signature.");

        var body = "";
        if (SignsItsBody(request))
        {
            // The caller has named a key that exists, so the limit of a user applies; the one of the operation is known later.
            var limit = Math.Min(options.Value.BodyLimit, FormLimits.Report);
            if (request.ContentLength > limit) return Authentication.Refused(ApiResults.TooLarge(limit));
            if (!await bodies.ReserveUntilEndAsync(request.HttpContext, request.ContentLength ?? limit).ConfigureAwait(false))
                return Authentication.Refused(BodyBudget.UsedUp);
            if (await RequestBody.ReadAsync(request, limit, cancellationToken).ConfigureAwait(false) is not { } read)
                return Authentication.Refused(ApiResults.TooLarge(limit));
            request.Body = MemoryMarshal.TryGetArray(read, out var array)
                ? new MemoryStream(array.Array ?? [], array.Offset, array.Count, writable: false)
                : new MemoryStream(read.ToArray(), writable: false);
            body = Encoding.UTF8.GetString(read.Span);
        }

        var query = request.QueryString.Value is ['?', .. var text] ? text : "";
        var signed = OAuthSignature.BaseString(request.Method, request.Scheme, request.Host.Value ?? "", PathOf(request), header.Signed,
            query, body);
        return OAuthSignature.Verify(header.Signature, signed, NoConsumerSecret, secret) ? null
            : Refused("Authorization Error: Invalid signature.");
    }

    /// <summary>A form in one part is part of what is signed (section 3.4.1.3.1).</summary>
    private static bool SignsItsBody(HttpRequest request) => MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The path as the client wrote and signed it. The server decodes it, and a decoded path cannot be encoded again without doubt.
    /// </summary>
    private static string PathOf(HttpRequest request)
    {
        var target = request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        if (target is ['/', ..]) return target.Split('?', 2)[0];
        return Uri.TryCreate(target, UriKind.Absolute, out var absolute) ? absolute.AbsolutePath : request.PathBase.Add(request.Path)
            .ToUriComponent();
    }

    // The sender that an operation is for is looked for first.
    private async Task<(Caller? Caller, Secret Secret)> FindAsync(
        OAuthHeader header, bool isForMachines, CancellationToken cancellationToken)
    {
        if (isForMachines && await FindMachineAsync(header, cancellationToken).ConfigureAwait(false) is { Caller: not null } machine)
            return machine;
        if (await core.Users.FindApiKeyAsync(header.ConsumerKey, header.Token, cancellationToken).ConfigureAwait(false) is { } key)
            return (new Caller.OfUser(await WithEntitlementsAsync(key.User, cancellationToken).ConfigureAwait(false), key.TokenKey),
                key.TokenSecret);
        return isForMachines ? (null, default) : await FindMachineAsync(header, cancellationToken).ConfigureAwait(false);
    }

    private async Task<(Caller? Caller, Secret Secret)> FindMachineAsync(OAuthHeader header, CancellationToken cancellationToken) =>
        await core.MachineTokens.FindAsync(header.ConsumerKey, header.Token, cancellationToken).ConfigureAwait(false) is { } token
            ? (new Caller.OfMachine(token.MachineId), token.TokenSecret)
            : (null, default);

    /// <summary>An administrator may do everything, in whichever groups.</summary>
    private async ValueTask<User> WithEntitlementsAsync(User user, CancellationToken cancellationToken) =>
        user.IsAdministrator ? user : await core.UserGroups.WithEntitlementsAsync(user, cancellationToken).ConfigureAwait(false);

    private static Authentication Refused(string reason) => Authentication.Refused(ApiResults.Unauthorized(reason));
}
