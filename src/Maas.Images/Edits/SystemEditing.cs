using System.Text;
using Maas.Images.FileTrees;

namespace Maas.Images.Edits;

/// <summary>Common changes to a Linux system's tree before it is deployed.</summary>
public static class SystemEditing
{
    private const string SshConfiguration = "etc/ssh/sshd_config";
    private const string Shadow = "etc/shadow";

    extension(IEditableFileTree tree)
    {
        /// <summary>
        /// Sets an option of the SSH server for all users: <c>PasswordAuthentication</c> to <c>yes</c>. It is written at the top of
        /// <c>/etc/ssh/sshd_config</c>, before files are included, for the server heeds the first value; blocks under <c>Match</c> stay.
        /// </summary>
        /// <param name="name">The option, as in sshd_config(5).</param>
        /// <param name="value">Its value, in one line.</param>
        /// <param name="cancellationToken">Ends it; nothing is changed.</param>
        /// <exception cref="FileNotFoundException">There is no SSH server.</exception>
        public async Task SetSshOptionAsync(string name, string value, CancellationToken cancellationToken = default)
        {
            if (!name.All(char.IsAsciiLetterOrDigit) || name.Length == 0)
                throw new ArgumentException($"{name} is no option.", nameof(name));
            if (value.AsSpan().ContainsAny('\n', '\r', '\0')) throw new ArgumentException("A value is one line.", nameof(value));
            var kept = new List<string> { $"{name} {value}" };
            var matching = false;
            foreach (var line in await ReadLinesAsync(tree, SshConfiguration, cancellationToken).ConfigureAwait(false))
            {
                var keyword = line.AsSpan().TrimStart();
                matching |= StartsWith(keyword, "Match");
                if (matching || !StartsWith(keyword, name)) kept.Add(line);
            }

            await WriteLinesAsync(tree, SshConfiguration, kept, cancellationToken).ConfigureAwait(false);
        }

        /// <summary>Sets the hash of a user's password, as crypt(5) describes it, in <c>/etc/shadow</c>; <c>!</c> locks it.</summary>
        /// <param name="user">A user that is there.</param>
        /// <param name="hash">The hash: <c>$y$…</c>, <c>$6$…</c>.</param>
        /// <param name="cancellationToken">Ends it; nothing is changed.</param>
        /// <exception cref="ArgumentException">There is no such user, or the hash is malformed.</exception>
        public async Task SetPasswordHashAsync(string user, string hash, CancellationToken cancellationToken = default)
        {
            if (hash.Length == 0 || hash.Any(letter => letter is ':' or <= ' ' or > '~'))
                throw new ArgumentException("It is no password hash.", nameof(hash));
            var lines = await ReadLinesAsync(tree, Shadow, cancellationToken).ConfigureAwait(false);
            var at = lines.FindIndex(line => line.StartsWith($"{user}:", StringComparison.Ordinal));
            if (at < 0 || user.Length == 0) throw new ArgumentException($"There is no user {user}.", nameof(user));
            var fields = lines[at].Split(':');
            fields[1] = hash;
            lines[at] = string.Join(':', fields);
            await WriteLinesAsync(tree, Shadow, lines, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool StartsWith(ReadOnlySpan<char> line, string keyword) =>
        line.StartsWith(keyword, StringComparison.OrdinalIgnoreCase)
            && (line.Length == keyword.Length || line[keyword.Length] is ' ' or '\t' or '=');

    private static async Task<List<string>> ReadLinesAsync(IEditableFileTree tree, string path, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(tree.OpenRead(path), Encoding.Latin1); // any bytes survive the round trip
        var lines = new List<string>();
        while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line) lines.Add(line);
        return lines;
    }

    private static async Task WriteLinesAsync(
        IEditableFileTree tree,
        string path,
        List<string> lines,
        CancellationToken cancellationToken) =>
        await tree.WriteFileAsync(path, Encoding.Latin1.GetBytes(string.Concat(lines.Select(line => line + '\n'))), null, cancellationToken)
            .ConfigureAwait(false);
}
