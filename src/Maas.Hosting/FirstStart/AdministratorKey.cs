using System.Text;
using Maas.Core;
using Maas.Core.Accounts;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.FirstStart;

/// <summary>The administrator that a new store gets, and the file that hands its API key to the operator.</summary>
internal static partial class AdministratorKey
{
    private const string UserName = "admin";

    /// <summary>The file's name in the data directory, where no other is configured.</summary>
    public const string FileName = "admin.apikey";

    /// <summary>
    /// Makes administrator and key on the first start; on later ones writes the file again if it was lost before it could be read.
    /// </summary>
    /// <remarks>
    /// An operator who deletes the file on purpose keeps it deleted: a marker beside it says that it was once written in full.
    /// </remarks>
    public static async Task EnsureAsync(Users users, string path, ILogger logger, CancellationToken cancellationToken)
    {
        var user = await users.FindAsync(UserName, cancellationToken).ConfigureAwait(false);
        if (user is not null && (File.Exists(path) || File.Exists(Marker(path)))) return;
        if (user is null && (await users.ListAsync(cancellationToken).ConfigureAwait(false)).Count > 0) return;

        // No password: the key is the only way in until the operator sets one.
        user ??= await users.CreateAsync(UserName, "", new Secret(""), isAdministrator: true, cancellationToken).ConfigureAwait(
            false) switch
        {
            CreateUserResult.Created created => created.User,
            var refused => throw new InvalidOperationException($"The administrator could not be created: {refused}"),
        };
        var keys = await users.ListApiKeysAsync(user, cancellationToken).ConfigureAwait(false);
        var key = keys.Count > 0 ? keys[0] : await users.CreateApiKeyAsync(user, "first start", cancellationToken).ConfigureAwait(false);
        await WriteAsync(path, key.ToSecret().Reveal() + "\n", cancellationToken).ConfigureAwait(false);
        await WriteAsync(Marker(path), "", cancellationToken).ConfigureAwait(false);
        LogKeyWritten(logger, path);
    }

    private static string Marker(string path) =>
        Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.written"); // the file is in a folder

    private static Task WriteAsync(string path, string text, CancellationToken cancellationToken) =>
        PrivateFileWriter.WriteAsync(path, Encoding.ASCII.GetBytes(text), overwrite: true, cancellationToken);

    [LoggerMessage(100, LogLevel.Information, "The administrator's API key is in {File}")]
    private static partial void LogKeyWritten(ILogger logger, string file);
}
