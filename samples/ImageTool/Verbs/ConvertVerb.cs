using System.CommandLine;
using Maas.Images;
using Maas.Images.Disks;
using Maas.Images.Formats;
using Spectre.Console;

namespace ImageTool.Verbs;

/// <summary>
/// <c>convert IN[:PART] OUT [--format raw|qcow2|vhd] [--compress deflate|zstandard]</c>: any disk image, unpacked and unwrapped, in another
/// format.
/// </summary>
internal static class ConvertVerb
{
    private static readonly Argument<string> Image = new("in") { Description = "A disk image in any format." };
    private static readonly Argument<string> Output = new("out")
    {
        Description = "The image to write: a file, a pipe, or with --force a block device."
    };
    private static readonly Option<string?> Format =
        new Option<string?>("--format")
        {
            Description = "Unless given, what OUT's name ends in (.qcow2, .vhd), else raw."
        }.AcceptOnlyFromAmong(
            "raw", "qcow2", "vhd");
    private static readonly Option<string?> Compression =
        new Option<string?>("--compress") { Description = "Packs a qcow2's clusters." }.AcceptOnlyFromAmong("deflate", "zstandard");
    private static readonly Option<bool> Force = OutputOption.Force();

    public static Command Command { get; } = Make();

    private static Command Make()
    {
        var command = new Command("convert", "Writes a disk image in another format, zeros as holes.")
        {
            Image, Output, Format, Compression, Force
        };
        command.SetAction((arguments, cancellationToken) =>
        {
            var output = arguments.GetRequiredValue(Output);
            var options = new DiskWriteOptions
            {
                Compression = arguments.GetValue(Compression) switch
                {
                    "deflate" => DiskCompression.Deflate,
                    "zstandard" => DiskCompression.Zstandard,
                    _ => DiskCompression.None
                },
                AllowDevice = arguments.GetValue(Force),
            };
            return RunAsync(
                arguments.GetRequiredValue(Image), output, FormatOf(arguments.GetValue(Format), output), options, cancellationToken);
        });
        return command;
    }

    private static DiskFormat FormatOf(string? format, string name) => format switch
    {
        "raw" => DiskFormat.Raw,
        "qcow2" => DiskFormat.Qcow2,
        "vhd" => DiskFormat.Vhd,
        _ => FormatOf(Path.GetExtension(name).ToLowerInvariant()),
    };

    /// <summary>What a name promises. One that promises what is not written here is not kept by a raw disk.</summary>
    private static DiskFormat FormatOf(string extension) => extension switch
    {
        ".qcow2" or ".qcow" => DiskFormat.Qcow2,
        ".vhd" or ".vpc" => DiskFormat.Vhd,
        ".vhdx" or ".vmdk" or ".vdi" or ".qed" or ".hdd" or ".ova" or ".ovf" or ".wim" or ".dmg" =>
            throw new NotSupportedException(
                $"{extension} is a format that is not written here: raw, qcow2 and vhd are. With --format the name does not matter."),
        ".gz" or ".xz" or ".zst" or ".bz2" or ".lz4" or ".zip" or ".7z" or ".tar" or ".tgz" =>
            throw new NotSupportedException($"{extension} is not written here: write a raw disk and compress that, or a qcow2 with "
                + $"--compress. With --format the name does not matter."),
        _ => DiskFormat.Raw,
    };

    private static async Task<int> RunAsync(
        string input,
        string output,
        DiskFormat format,
        DiskWriteOptions options,
        CancellationToken cancellationToken)
    {
        var address = ImageAddress.Parse(input);
        using var whole = await address.OpenAsync(cancellationToken);
        using var part = address.Partition is null
            ? null
            : await DiskImage.OpenAsync(address.VolumeIn(whole.Volumes).OpenRead(), null, cancellationToken);
        var image = part ?? whole;
        if (Console.IsErrorRedirected)
        {
            await image.WriteAsync(output, format, options, null, cancellationToken);
            return 0;
        }

        // Not on standard output, which may be where the image goes.
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        await console.Progress().StartAsync(async screen =>
        {
            var bar = screen.AddTask("writing", maxValue: Math.Max(1, image.Length));
            await image.WriteAsync(output, format, options, new Progress<long>(done => bar.Value = done), cancellationToken);
        });
        return 0;
    }
}
