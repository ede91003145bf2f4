namespace Maas.Client;

/// <summary>Reads <c>Endpoint=http://HOST:5240/MAAS/;KeyFile=FILE</c>, or <c>Key=KEY</c> in the place of the file.</summary>
internal static class MaasConnectionString
{
    private const long LongestKeyFile = 4096;

    /// <exception cref="FormatException">The text has another form. The message repeats no value of it: one may be a key.</exception>
    /// <exception cref="IOException">The file of the key cannot be read.</exception>
    public static (Uri Server, MaasApiKey? Key) Parse(string text)
    {
        string? endpoint = null, key = null, file = null;
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (part.Split('=', 2) is not [var name, var value])
                throw new FormatException("The connection string of a MAAS has a part without '=': it is Endpoint=URL;KeyFile=FILE.");
            switch (name.TrimEnd().ToUpperInvariant())
            {
                case "ENDPOINT": endpoint = value.Trim(); break;
                case "KEY": key = value; break;
                case "KEYFILE": file = value.Trim(); break;
                default: throw new FormatException("The connection string of a MAAS has another part than Endpoint, Key and KeyFile.");
            }
        }

        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var server))
            throw new FormatException("The connection string of a MAAS has no Endpoint such as http://maas.example:5240/MAAS/.");
        if (key is not null && file is not null)
            throw new FormatException("The connection string of a MAAS has both Key and KeyFile.");
        return (server, (key ?? (file is null ? null : Read(file))) is { } found ? MaasApiKey.Parse(found) : null);
    }

    private static string Read(string file)
    {
        if (file.Length == 0 || file.Contains('\0', StringComparison.Ordinal))
            throw new FormatException("The connection string of a MAAS has a KeyFile without the name of a file.");
        try
        {
            return new FileInfo(file) is { Exists: true, Length: > LongestKeyFile }
                ? throw new FormatException($"{file} is too long to be the file of an API key.")
                : File.ReadAllText(file);
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new IOException(refused.Message, refused); // a folder, too
        }
    }
}
