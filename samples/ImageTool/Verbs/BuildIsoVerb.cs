using System.CommandLine;
using Maas.Images.FileTrees;
using Maas.Images.Iso;

namespace ImageTool.Verbs;

/// <summary><c>build-iso DIR OUT [--label L] [--bios PATH] [--efi PATH] [--hybrid [FILE]]</c>: an ISO of a directory.</summary>
internal static class BuildIsoVerb
{
    private static readonly Argument<string> Folder = new("dir") { Description = "What goes in." };
    private static readonly Argument<string> Output = new("out") { Description = "The ISO to write." };
    private static readonly Option<string> Label = new("--label") { Description = "The volume's label (cidata for a cloud-init seed).", DefaultValueFactory = _ => "ISOIMAGE" };
    private static readonly Option<string?> Bios = new("--bios") { Description = "A boot loader inside DIR for a BIOS (isolinux.bin)." };
    private static readonly Option<string?> Efi = new("--efi") { Description = "A FAT image inside DIR for UEFI." };
    private static readonly Option<string?> Hybrid = new("--hybrid") { Description = "Let it boot from a USB stick too; FILE is the MBR's code for a BIOS (isohdpfx.bin).", Arity = ArgumentArity.ZeroOrOne };

    public static Command Command { get; } = Make();

    private static Command Make()
    {
        var command = new Command("build-iso", "Makes an ISO of a directory.") { Folder, Output, Label, Bios, Efi, Hybrid };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var builder = new IsoBuilder { Label = arguments.GetRequiredValue(Label) };
            builder.AddTree(new FolderTree(arguments.GetRequiredValue(Folder)));
            if (arguments.GetValue(Bios) is { } bios) builder.AddBiosLoader(bios);
            if (arguments.GetValue(Efi) is { } efi) builder.AddBootImage(IsoBootPlatform.Efi, efi);
            if (arguments.GetResult(Hybrid) is not null) builder.MakeHybrid(arguments.GetValue(Hybrid) is { } code ? await File.ReadAllBytesAsync(code, cancellationToken) : default);
            await using var iso = builder.Build();
            await OutputFile.WriteAsync(arguments.GetRequiredValue(Output), iso, cancellationToken);
            return 0;
        });
        return command;
    }
}
