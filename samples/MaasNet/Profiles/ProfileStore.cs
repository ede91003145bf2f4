using System.Text.Json;

namespace MaasNet.Profiles;

/// <summary>
/// The servers that the user has logged in to, with their API keys: a file that no other user may read, in
/// <c>$XDG_CONFIG_HOME/maas-net</c>, <c>~/.config/maas-net</c> or the roaming application data of Windows.
/// </summary>
internal sealed class ProfileStore(string folder)
{
    private const string FileName = "profiles.json";

    private string FilePath => Path.Combine(folder, FileName);

    /// <summary>The user's own.</summary>
    public static ProfileStore OfUser() => new(Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), "maas-net"));

    /// <summary>All, by name.</summary>
    /// <exception cref="UsageException">The file cannot be read.</exception>
    public IReadOnlyList<Profile> List()
    {
        if (!File.Exists(FilePath)) return [];
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(FilePath), ProfileJson.Default.ProfileFile)?.Profiles ?? [];
        }
        catch (JsonException damaged)
        {
            throw new UsageException($"{FilePath} is damaged ({damaged.Message}): delete it and log in again");
        }
    }

    /// <summary>A profile by its name; without a name, the last login.</summary>
    /// <exception cref="UsageException">There is no such profile.</exception>
    public Profile Get(string? name)
    {
        var all = List();
        return (name is null ? all.FirstOrDefault(each => each.IsDefault) : all.FirstOrDefault(each => each.Name == name))
            ?? throw new UsageException(name is null
                ? "no server is known: run 'maas-net login http://SERVER:5240/MAAS', or set MAAS_URL and MAAS_API_KEY"
                : $"there is no profile {name}: run 'maas-net profiles' for those that there are");
    }

    /// <summary>Adds or replaces a profile, which becomes the default.</summary>
    public void Save(Profile profile) => Write(
        [.. List().Where(each => each.Name != profile.Name).Select(each => each with { IsDefault = false }), profile]);

    /// <summary>Forgets a profile.</summary>
    /// <exception cref="UsageException">There is no such profile.</exception>
    public void Delete(string? name)
    {
        var profile = Get(name);
        Write([.. List().Where(each => each.Name != profile.Name)]);
    }

    // A new file that is renamed: readers see the old one or the new one, and neither is ever open to others.
    private void Write(IReadOnlyList<Profile> profiles)
    {
        const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, OwnerFile | UnixFileMode.UserExecute);
        var draft = FilePath + "." + Guid.CreateVersion7().ToString("N");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerFile;
        using (var stream = new FileStream(draft, options))
        {
            stream.Write(JsonSerializer.SerializeToUtf8Bytes(new ProfileFile(profiles), ProfileJson.Default.ProfileFile));
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, FilePath, overwrite: true);
    }
}
