using System.Security.Cryptography;
using System.Text;

namespace Maas.Images.Ephemeral;

/// <summary>The options and the agent, with one hash over all that decides what comes out besides the packages.</summary>
internal sealed class EphemeralRecipe
{
    /// <summary>Counted up when the builder lays the environment out in another way.</summary>
    private const int LayoutVersion = 4;

    public EphemeralRecipe(EphemeralEnvironmentOptions options)
    {
        Options = options;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add($"layout {LayoutVersion}");
        Add($"kernel {options.KernelPackage}");
        Add($"compression {options.Compression}");
        foreach (var folder in options.Modules.Folders) Add($"modules {folder}");
        foreach (var name in options.Modules.Names) Add($"module {name}");
        foreach (var program in options.Programs) Add($"program {program.Package} {program.Path}");
        foreach (var program in options.InstallPrograms) Add($"install program {program.Package} {program.Path}");
        foreach (var program in options.RescuePrograms) Add($"rescue program {program.Package} {program.Path}");
        foreach (var program in options.BmcPrograms) Add($"bmc program {program.Package} {program.Path}");
        foreach (var package in options.FirmwarePackages) Add($"firmware {package}");
        foreach (var (path, content) in AgentFiles.All) AddFile(path, content);
        foreach (var (path, content) in options.Files.OrderBy(file => file.Key, StringComparer.Ordinal)) AddFile(path, content.Span);
        Sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());

        void Add(string line) => hash.AppendData(Encoding.UTF8.GetBytes(line + "\n"));

        void AddFile(string path, ReadOnlySpan<byte> content)
        {
            Add($"file {path} {content.Length}");
            hash.AppendData(content);
        }
    }

    public EphemeralEnvironmentOptions Options { get; }

    public string Sha256 { get; }
}
