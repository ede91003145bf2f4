namespace Maas.Api.Metadata;

/// <summary>The scripts in this assembly.</summary>
internal static class Resources
{
    /// <summary>The text of a script.</summary>
    public static string Read(string name)
    {
        using var stream = typeof(Resources).Assembly.GetManifestResourceStream("Maas.Api.Metadata." + name)
            ?? throw new InvalidOperationException($"The script {name} is not in the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>A word of the shell. The address of this server comes from the Host header: quoted, it can only be an address.</summary>
    public static string Quote(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
