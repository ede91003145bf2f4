using System.Net;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Events;
using Microsoft.Extensions.Logging;

namespace Maas.Dashboard.SignIn;

/// <summary>Checks a user name with its password or with one of the user's API keys, and slows guessing.</summary>
internal sealed partial class SignInService(MaasCore core, LoginGuard guard, PasswordQueue passwords, ILogger<SignInService> logger)
{
    private const int LongestName = 150, LongestPassword = 4096;

    /// <summary>Signs a user in.</summary>
    /// <returns>The user; else the reason, as the page shows it.</returns>
    public async Task<(User? User, string Refusal)> VerifyAsync(
        string name, string password, IPAddress from, CancellationToken cancellationToken)
    {
        if (name.Length is 0 or > LongestName || password.Length is 0 or > LongestPassword)
            return (null, "Enter your user name, and your password or one of your API keys.");
        if (guard.Ask(name, from) is { Allowed: false, Wait: var wait })
            return (null, $"Too many failed attempts. Try again in {Math.Ceiling(wait.TotalSeconds)} s.");
        var (entered, user) = await passwords.RunAsync(
            from, () => CheckAsync(name, new Secret(password), cancellationToken), cancellationToken).ConfigureAwait(false);
        if (!entered) return (null, "Too many users are signing in at once. Try again.");
        if (user is not null)
        {
            guard.Succeeded(name, from);
            await WriteSignInAsync(user, from, cancellationToken).ConfigureAwait(false);
            return (user, "");
        }

        if (guard.Failed(name, from) is { } count)
        {
            LogFailures(logger, count, LogText.From(name, LongestName), from);
            await core.Events.WriteAsync(
                null,
                new EventNote(EventLevel.Warning, "Authentication", $"{count} sign-ins to the dashboard failed, the last from {from}."),
                cancellationToken).ConfigureAwait(false);
        }

        return (null, "The user name or the password is wrong.");
    }

    /// <summary>Signs a user in who needs no password.</summary>
    /// <returns>The user; <see langword="null"/> when no user has this name.</returns>
    public async Task<User?> AcceptAsync(string name, IPAddress from, CancellationToken cancellationToken)
    {
        if (await core.Users.FindAsync(name, cancellationToken).ConfigureAwait(false) is not { } user) return null;
        await WriteSignInAsync(user, from, cancellationToken).ConfigureAwait(false);
        return user;
    }

    private Task WriteSignInAsync(User user, IPAddress from, CancellationToken cancellationToken) =>
        core.Events.WriteAsync(
            null, new EventNote(EventLevel.Audit, "Authentication", $"Signed in to the dashboard from {from}.", user.Name),
            cancellationToken);

    // The first administrator has a key and no password.
    private async Task<User?> CheckAsync(string name, Secret password, CancellationToken cancellationToken)
    {
        if (password.Reveal().Trim().Split(':') is [var consumer, var token, var secret]
            && await core.Users.FindApiKeyAsync(consumer, token, cancellationToken).ConfigureAwait(false) is { } key
            && key.User.Name == name && key.TokenSecret == new Secret(secret))
        {
            return key.User;
        }

        return await core.Users.VerifyPasswordAsync(name, password, cancellationToken).ConfigureAwait(false);
    }

    [LoggerMessage(1, LogLevel.Warning, "{Count} sign-ins failed, the last as {User} from {Client}; further attempts are delayed")]
    private static partial void LogFailures(ILogger logger, int count, string user, IPAddress client);
}
