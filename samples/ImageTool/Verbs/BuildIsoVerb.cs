using System.CommandLine;
using Maas.Images.BootMedia;
using Maas.Images.FileTrees;
using Maas.Images.Formats.Iso;
using Maas.Images.Outputs;

namespace ImageTool.Verbs;

/// <summary>
/// <c>build-iso DIR OUT [--label L] [--bios PATH] [--efi PATH] [--hybrid [FILE]]</c>: an ISO of a directory;
/// <c>build-iso - OUT --ipxe EFI [--script FILE] [--with-bios]</c>: a CD and stick that starts iPXE.
/// </summary>
internal static class BuildIsoVerb
{
    private static readonly Argument<string> Folder = new("dir") { Description = "What goes in; - with --ipxe." };
    private static readonly Argument<string> Output = new("out") { Description = "The ISO to write." };
    private static readonly Option<string> Label = new("--label")
    {
        Description = "The volume's label (cidata for a cloud-init seed).",
        DefaultValueFactory = _ => "ISOIMAGE"
    };
    private static readonly Option<string?> Bios = new("--bios") { Description = "A boot loader inside DIR for a BIOS (isolinux.bin)." };
    private static readonly Option<string?> Efi = new("--efi") { Description = "A FAT image inside DIR for UEFI." };
    private static readonly Option<string?> Hybrid = new("--hybrid")
    {
        Description = "Let it boot from a USB stick too; FILE is the MBR's code for a BIOS (isohdpfx.bin).",
        Arity = ArgumentArity.ZeroOrOne
    };
    private static readonly Option<string?> Ipxe = new("--ipxe") { Description = "ipxe.efi: the ISO starts it, and has nothing else." };
    private static readonly Option<string?> Script = new("--script") { Description = "A script for iPXE." };
    private static readonly Option<bool> WithBios = new("--with-bios")
    {
        Description = "Let a BIOS start iPXE too, with what Debian's ipxe, isolinux and syslinux-common have installed."
    };
    private static readonly Option<bool> Force = OutputOption.Force();

    public static Command Command { get; } = Make();

    private static Command Make()
    {
        var command = new Command("build-iso", "Makes an ISO of a directory, or one that starts iPXE.")
        {
            Folder, Output, Label, Bios, Efi, Hybrid, Ipxe, Script, WithBios, Force
        };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            await using var iso = arguments.GetValue(Ipxe) is { } program ? OfIpxe(arguments, program) : OfFolder(arguments);
            await ImageOutput.WriteAsync(
                arguments.GetRequiredValue(Output), iso, OutputOption.Of(arguments.GetValue(Force)), cancellationToken);
            return 0;
        });
        return command;
    }

    private static Stream OfFolder(ParseResult arguments)
    {
        foreach (var option in (Option[])[Script, WithBios])
            if (arguments.GetResult(option) is { Implicit: false })
                throw new NotSupportedException($"{option.Name} goes with --ipxe, which makes an ISO that starts iPXE.");
        var builder = new IsoBuilder { Label = arguments.GetRequiredValue(Label) };
        builder.AddTree(new FolderTree(arguments.GetRequiredValue(Folder)));
        if (arguments.GetValue(Bios) is { } bios) builder.AddBiosLoader(bios);
        if (arguments.GetValue(Efi) is { } efi) builder.AddBootImage(IsoBootPlatform.Efi, efi);
        if (arguments.GetResult(Hybrid) is not null)
            builder.MakeHybrid(arguments.GetValue(Hybrid) is { } code ? File.ReadAllBytes(code) : default);
        return builder.Build();
    }

    private static Stream OfIpxe(ParseResult arguments, string program)
    {
        if (arguments.GetRequiredValue(Folder) != "-")
            throw new NotSupportedException("An ISO that starts iPXE has nothing else: give - for DIR.");
        return new IpxeIso
        {
            EfiProgram = program,
            Script = arguments.GetValue(Script) is { } script ? File.ReadAllBytes(script) : default,
            Bios = arguments.GetValue(WithBios) ? IpxeBios.OfDebian() : null,
        }.Build();
    }
}
