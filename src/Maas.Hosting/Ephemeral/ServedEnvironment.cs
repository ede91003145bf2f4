using Maas.Hosting.Policy;
using Maas.Images.Ephemeral;

namespace Maas.Hosting.Ephemeral;

/// <summary>
/// An environment and the names it is served under: the present build's, the one's before for machines under way, and the stable names.
/// </summary>
/// <param name="Names">What new boots are told.</param>
/// <param name="Prefix">What all names begin with.</param>
/// <param name="Directory">The folder that holds the builds.</param>
/// <param name="Environment">The present build.</param>
internal sealed record ServedEnvironment(EphemeralFileNames Names, string Prefix, string Directory, EphemeralEnvironment Environment)
{
    /// <summary>The file on disk behind a name; <see langword="null"/> when no file has the name.</summary>
    public string? PathOf(string name)
    {
        if (!name.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        return name[Prefix.Length..].Split('/') switch
        {
            ["kernel"] => Environment.KernelPath,
            ["initrd"] => Environment.InitrdPath,
            // A look-up among the folders that are there, not a path made of the name.
            [var build, "kernel" or "initrd" or "install-tools" or "rescue-tools" or "bmc-tools"] when BuildNamed(build) is { } folder =>
                Path.Combine(folder, name[(name.LastIndexOf('/') + 1)..]),
            _ => null,
        };
    }

    private string? BuildNamed(string build) =>
        System.IO.Directory.EnumerateDirectories(Directory).FirstOrDefault(folder => Path.GetFileName(folder) == build);
}
