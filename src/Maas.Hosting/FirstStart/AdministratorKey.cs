using System.Text;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Configuration;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.FirstStart;

/// <summary>The administrator that a new store gets, and the file that hands its API key to the operator.</summary>
internal sealed partial class AdministratorKey(
    Users users, Settings settings, AdministratorKeyPlace place, TimeProvider timeProvider, ILogger logger)
{
    /// <summary>The setting, none of MAAS's, that is set when the first key was written in full by any host of the store.</summary>
    internal const string Setting = "maas.hosting.first-key-written";

    private const string UserName = "admin";

    // The time between another host's first write to the store and its file.
    private static readonly TimeSpan S_patience = TimeSpan.FromSeconds(5), S_look = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Makes administrator and key on the store's first start; on later ones writes the file if no host has written it in full before.
    /// </summary>
    /// <remarks>
    /// A mark in the store says that it was once written. So a further host of the store writes none, an operator who deletes the file
    /// keeps it deleted, and one who revokes all keys gets no new one.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The file is one of the operator's own.</exception>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        place.RefuseSecretKeyFile();
        var user = await users.FindAsync(UserName, cancellationToken).ConfigureAwait(false);
        if (user is null)
        {
            if ((await users.ListAsync(cancellationToken).ConfigureAwait(false)).Count > 0) return;
            place.RefuseFileOfOthers();
            // No password: the key is the only way in until the operator sets one.
            var result = await users.CreateAsync(UserName, "", new Secret(""), isAdministrator: true, cancellationToken)
                .ConfigureAwait(false);
            if (result is not CreateUserResult.Created created) return; // another host of the store was first, and writes the key
            user = created.User;
        }
        else if (await IsHandedOutAsync(cancellationToken).ConfigureAwait(false))
        {
            return;
        }
        else if (place.WasWritten)
        {
            await MarkAsync(cancellationToken).ConfigureAwait(false); // by a version that kept no mark in the store
            return;
        }

        await HandOutAsync(user, cancellationToken).ConfigureAwait(false);
        await MarkAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task HandOutAsync(User user, CancellationToken cancellationToken)
    {
        var keys = await users.ListApiKeysAsync(user, cancellationToken).ConfigureAwait(false);
        // A start that was killed after it wrote the file has left no marker.
        if (!keys.Any(key => place.Holds(TextOf(key)))) place.RefuseFileOfOthers();
        var first = keys.Count > 0 ? keys[0] : await users.CreateApiKeyAsync(user, "first start", cancellationToken).ConfigureAwait(false);
        await WriteAsync(place.File, TextOf(first), cancellationToken).ConfigureAwait(false);
        await WriteAsync(place.Marker, "", cancellationToken).ConfigureAwait(false);
        LogKeyWritten(place.File);
    }

    /// <summary>Whether a key was handed out; another host may be about to do it, and is given time.</summary>
    private async Task<bool> IsHandedOutAsync(CancellationToken cancellationToken)
    {
        var began = timeProvider.GetTimestamp();
        while (await settings.GetAsync(Setting, cancellationToken).ConfigureAwait(false) is null)
        {
            if (place.WasWritten || timeProvider.GetElapsedTime(began) >= S_patience) return false;
            await Task.Delay(S_look, timeProvider, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private Task MarkAsync(CancellationToken cancellationToken) => settings.SetAsync(Setting, "true", cancellationToken);

    private static string TextOf(ApiKey key) => key.ToSecret().Reveal() + "\n";

    private static Task WriteAsync(string path, string text, CancellationToken cancellationToken) =>
        PrivateFileWriter.WriteAsync(path, Encoding.ASCII.GetBytes(text), overwrite: true, cancellationToken);

    [LoggerMessage(100, LogLevel.Information, "The administrator's API key is in {File}")]
    private partial void LogKeyWritten(string file);
}
