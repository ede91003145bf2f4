namespace Maas.Hosting.FirstStart;

/// <summary>Where the first administrator's API key is written to.</summary>
internal sealed class AdministratorKeyPlace
{
    private const string DefaultName = "admin.apikey";

    private readonly string _secretKeyFile;
    private readonly bool _isDefault;

    /// <param name="options">The options.</param>
    /// <param name="data">The data directory.</param>
    public AdministratorKeyPlace(MaasOptions options, DataDirectory data)
    {
        var standard = data.Of(DefaultName);
        File = options.AdministratorKeyFile is { } file ? Path.GetFullPath(file) : standard;
        Marker = Path.Combine(Path.GetDirectoryName(File) ?? "/", $".{Path.GetFileName(File)}.written");
        _isDefault = File == standard;
        _secretKeyFile = Path.GetFullPath(options.SecretKeyFile ?? data.Of("secret.key"));
    }

    /// <summary>The file with the key.</summary>
    public string File { get; }

    /// <summary>An empty file beside it, which says that the file was written in full, and by this program.</summary>
    public string Marker { get; }

    /// <summary>Whether a key was written here.</summary>
    /// <remarks>
    /// Another place than the default may be a file of the operator's own. In the default place the file alone is enough: a start that was
    /// killed may have left no marker.
    /// </remarks>
    public bool WasWritten => System.IO.File.Exists(Marker) || (_isDefault && System.IO.File.Exists(File));

    /// <summary>Whether the file exists and has exactly this text.</summary>
    public bool Holds(string text) =>
        new FileInfo(File) is { Exists: true } file && file.Length == text.Length && System.IO.File.ReadAllText(File) == text;

    /// <summary>Refuses the file of the secret key, which the names of temporary files must not meet either.</summary>
    /// <exception cref="InvalidOperationException">It is the same file.</exception>
    public void RefuseSecretKeyFile()
    {
        string[] written = [File, File + ".tmp", Marker, Marker + ".tmp"];
        if (written.Contains(_secretKeyFile, OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase))
            throw new InvalidOperationException(
                $"The administrator's API key cannot be written to {File}: the secret key is kept in {_secretKeyFile}. Use another file.");
    }

    /// <summary>Refuses a file that this program has not written.</summary>
    /// <exception cref="InvalidOperationException">There is one.</exception>
    public void RefuseFileOfOthers()
    {
        if (System.IO.File.Exists(File) && !_isDefault && !System.IO.File.Exists(Marker))
            throw new InvalidOperationException(
                $"The administrator's API key is not written to {File}: that file exists already. Use another name, or remove the file.");
    }
}
