using System.CommandLine;
using Maas.Images.FileTrees;
using Maas.Images.Iso;

namespace ImageTool.Verbs;

/// <summary><c>build-iso DIR OUT [--label L] [--bios PATH] [--efi PATH]</c>: an ISO of a directory; a cloud-init seed is one with the label cidata.</summary>
internal static class BuildIsoVerb
{
    private static readonly Argument<string> Folder = new("dir") { Description = "What goes in." };
    private static readonly Argument<string> Output = new("out") { Description = "The ISO to write." };
    private static readonly Option<string> Label = new("--label") { Description = "The volume's label (cidata for a cloud-init seed).", DefaultValueFactory = _ => "ISOIMAGE" };
    private static readonly Option<string?> Bios = new("--bios") { Description = "A boot loader inside DIR for a BIOS." };
    private static readonly Option<string?> Efi = new("--efi") { Description = "A FAT image inside DIR for UEFI." };

    public static Command Command { get; } = Make();

    private static Command Make()
    {
        var command = new Command("build-iso", "Makes an ISO of a directory.") { Folder, Output, Label, Bios, Efi };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var builder = new IsoBuilder { Label = arguments.GetRequiredValue(Label) };
            AddAll(builder, arguments.GetRequiredValue(Folder));
            if (arguments.GetValue(Bios) is { } bios) builder.AddBootImage(IsoBootPlatform.Bios, bios, loadSectors: 4);
            if (arguments.GetValue(Efi) is { } efi) builder.AddBootImage(IsoBootPlatform.Efi, efi);
            await using var iso = builder.Build();
            await using var output = File.Create(arguments.GetRequiredValue(Output));
            await iso.CopyToAsync(output, 1 << 20, cancellationToken);
            return 0;
        });
        return command;
    }

    private static void AddAll(IsoBuilder builder, string folder)
    {
        var everything = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = default };
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", everything))
        {
            var path = Path.GetRelativePath(folder, entry.FullName).Replace(Path.DirectorySeparatorChar, '/');
            var ownership = new FileOwnership
            {
                ModifiedAt = new DateTimeOffset(entry.LastWriteTimeUtc),
                Mode = entry.LinkTarget is null && !OperatingSystem.IsWindows() ? entry.UnixFileMode : null,
            };
            if (entry.LinkTarget is { } target) builder.AddSymbolicLink(path, target, ownership);
            else if (entry is DirectoryInfo) builder.AddDirectory(path, ownership);
            else builder.AddFile(path, entry.FullName, ownership);
        }
    }
}
