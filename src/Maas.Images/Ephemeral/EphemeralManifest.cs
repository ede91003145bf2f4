using System.Text.Json;
using System.Text.Json.Serialization;
using Maas.Images.Primitives;

namespace Maas.Images.Ephemeral;

/// <summary>What an ephemeral environment was built from; stored beside it as <c>manifest.json</c>.</summary>
public sealed record EphemeralManifest
{
    /// <summary>
    /// The folder below the environment's directory that holds <c>kernel</c>, <c>initrd</c>, <c>install-tools</c>,
    /// <c>rescue-tools</c> and <c>bmc-tools</c>.
    /// </summary>
    public required string Folder { get; init; }

    /// <summary>The kernel's release, what <c>uname -r</c> says in the environment.</summary>
    public required string KernelRelease { get; init; }

    /// <summary>SHA-256 of <c>kernel</c>, lower-case hexadecimal.</summary>
    public required string KernelSha256 { get; init; }

    /// <summary>SHA-256 of <c>initrd</c>, lower-case hexadecimal.</summary>
    public required string InitrdSha256 { get; init; }

    /// <summary>
    /// SHA-256 of <c>install-tools</c>, lower-case hexadecimal; <see langword="null"/> when the options name no programs for it.
    /// </summary>
    public string? InstallToolsSha256 { get; init; }

    /// <summary>
    /// SHA-256 of <c>rescue-tools</c>, lower-case hexadecimal; <see langword="null"/> when the options name no programs for it.
    /// </summary>
    public string? RescueToolsSha256 { get; init; }

    /// <summary>
    /// SHA-256 of <c>bmc-tools</c>, lower-case hexadecimal; <see langword="null"/> when the options name no programs for it.
    /// </summary>
    public string? BmcToolsSha256 { get; init; }

    /// <summary>SHA-256 over the options and the agent's own files: a different one means a rebuild.</summary>
    public required string RecipeSha256 { get; init; }

    /// <summary>The packages that files were taken from, and the meta packages that led to them, by name.</summary>
    public required IReadOnlyList<EphemeralManifestPackage> Packages { get; init; }

    internal static EphemeralManifest? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), EphemeralManifestJson.Default.EphemeralManifest);
        }
        catch (Exception fault) when (fault is JsonException or FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    internal void Write(string path) =>
        AtomicFile.Write(path, output => JsonSerializer.Serialize(output, this, EphemeralManifestJson.Default.EphemeralManifest));
}

/// <summary>A package an ephemeral environment was built from.</summary>
/// <param name="Name">The package's name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Sha256">SHA-256 of the .deb file, lower-case hexadecimal.</param>
public sealed record EphemeralManifestPackage(string Name, string Version, string Sha256);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(EphemeralManifest))]
internal sealed partial class EphemeralManifestJson : JsonSerializerContext;
