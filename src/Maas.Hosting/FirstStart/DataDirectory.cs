namespace Maas.Hosting.FirstStart;

/// <summary>
/// The folder of all state. It is made when the first service that keeps something there is created, and closed to other users: the store
/// holds secrets.
/// </summary>
internal sealed class DataDirectory
{
    /// <summary>Makes the folder.</summary>
    /// <exception cref="InvalidOperationException">Other users may write it, or it cannot be closed to them.</exception>
    public DataDirectory(MaasOptions options)
    {
        Path = System.IO.Path.GetFullPath(options.DataDirectory);
        MakePrivate(Path);
        Directory.CreateDirectory(options.ProgramDirectory);
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>A file or folder in it.</summary>
    public string Of(string name) => System.IO.Path.Combine(Path, name);

    // A folder that others may enter is closed to them. A shared one, such as /tmp, is not taken from its users.
    private static void MakePrivate(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
            return;
        }

        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(directory, OwnerOnly);
        var mode = File.GetUnixFileMode(directory);
        if ((mode & ~OwnerOnly) == 0) return;
        if ((mode & (UnixFileMode.OtherWrite | UnixFileMode.StickyBit)) != 0)
            throw new InvalidOperationException(
                $"The data directory {directory} is writable by every user. The store holds secrets: use a directory of its own.");
        try
        {
            File.SetUnixFileMode(directory, OwnerOnly);
        }
        catch (Exception refused) when (refused is UnauthorizedAccessException or IOException)
        {
            throw new InvalidOperationException(
                $"Other users may enter the data directory {directory}, and it cannot be closed to them ({refused.Message}). As its owner, "
                + $"run: chmod 700 {directory}", refused);
        }
    }
}
