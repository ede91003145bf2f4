using Maas.Images.Debian;
using Maas.Images.Ephemeral;

namespace Maas.Hosting.Ephemeral;

/// <summary>What the options add to an ephemeral environment.</summary>
internal static class EnvironmentParts
{
    /// <summary>The most bytes of all files of <see cref="EphemeralImageOptions.FileDirectory"/>.</summary>
    public const long MostFileBytes = 64 << 20;

    private const int MostFiles = 10_000;

    /// <summary>Reads <c>PACKAGE:PATH</c>; <see langword="null"/> for a text that is not of this form.</summary>
    public static EphemeralProgram? ReadProgram(string text) =>
        text.Split(':') is [{ Length: > 0 } package, { Length: > 0 } path] && package.All(IsOfPackage)
            && !path.StartsWith('/') && path.Split('/').All(part => part is not ("" or "." or ".."))
            ? new EphemeralProgram(package, path)
            : null;

    /// <summary>What is built. The options have no faults.</summary>
    /// <param name="options">The options.</param>
    /// <param name="architecture">For which architecture.</param>
    /// <param name="packages">Where packages come from.</param>
    /// <param name="leaveOut">Is given each package that is in no source.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IOException">A file cannot be read, or there are too many.</exception>
    public static async Task<EphemeralEnvironmentOptions> ChooseAsync(
        EphemeralImageOptions options, string architecture, IPackageSource packages, Action<string> leaveOut,
        CancellationToken cancellationToken)
    {
        var missing = new HashSet<string>(StringComparer.Ordinal);
        var programs = options.Programs.Select(ReadProgram).OfType<EphemeralProgram>().ToList();
        foreach (var package in programs.Select(program => program.Package).Concat(options.FirmwarePackages).Distinct())
        {
            if (await packages.FindAsync(package, cancellationToken).ConfigureAwait(false) is not null) continue;
            missing.Add(package);
            leaveOut(package);
        }

        return new EphemeralEnvironmentOptions
        {
            KernelPackage = options.KernelPackage.Replace("amd64", architecture, StringComparison.Ordinal),
            Programs = [.. EphemeralProgram.Defaults.Union(programs.Where(program => !missing.Contains(program.Package)))],
            Modules = new KernelModuleSelection(
                [.. KernelModuleSelection.Default.Folders.Union(options.Modules.Where(IsFolder))],
                [.. KernelModuleSelection.Default.Names.Union(options.Modules.Where(module => !IsFolder(module)))]),
            FirmwarePackages = [.. options.FirmwarePackages.Where(package => !missing.Contains(package))],
            Files = options.FileDirectory is { } folder ? ReadFiles(folder) : new Dictionary<string, ReadOnlyMemory<byte>>(),
        };
    }

    private static bool IsFolder(string module) => module.Contains('/', StringComparison.Ordinal);

    private static bool IsOfPackage(char letter) =>
        char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '+' or '.' or '-';

    private static Dictionary<string, ReadOnlyMemory<byte>> ReadFiles(string folder)
    {
        var files = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        long bytes = 0;
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            if (files.Count == MostFiles || (bytes += file.Length) > MostFileBytes)
                throw new IOException($"The folder {folder} has more than {MostFiles} files or {MostFileBytes >> 20} MiB.");
            files[Path.GetRelativePath(folder, file.FullName).Replace('\\', '/')] = File.ReadAllBytes(file.FullName);
        }

        return files;
    }
}
