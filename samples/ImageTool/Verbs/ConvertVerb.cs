using System.CommandLine;
using Maas.Images;
using Maas.Images.Disks;
using Spectre.Console;

namespace ImageTool.Verbs;

/// <summary><c>convert IN[:PART] OUT [--format raw|qcow2|vhd] [--compress deflate|zstandard]</c>: any disk image, unpacked and unwrapped, in another format.</summary>
internal static class ConvertVerb
{
    private static readonly Argument<string> Image = new("in") { Description = "A disk image in any format." };
    private static readonly Argument<string> Output = new("out") { Description = "The image to write." };
    private static readonly Option<DiskFormat?> Format = new("--format") { Description = "raw, qcow2 or vhd; unless given, what OUT's name ends in (.qcow2, .vhd), else raw." };
    private static readonly Option<DiskCompression> Compression = new("--compress") { Description = "Packs a qcow2's clusters: deflate or zstandard." };

    public static Command Command { get; } = Make();

    private static Command Make()
    {
        var command = new Command("convert", "Writes a disk image in another format, zeros as holes.") { Image, Output, Format, Compression };
        command.SetAction((arguments, cancellationToken) =>
        {
            var output = arguments.GetRequiredValue(Output);
            var options = new DiskWriteOptions { Compression = arguments.GetValue(Compression) };
            return RunAsync(arguments.GetRequiredValue(Image), output, arguments.GetValue(Format) ?? FormatOf(output), options, cancellationToken);
        });
        return command;
    }

    private static DiskFormat FormatOf(string name) => Path.GetExtension(name).ToLowerInvariant() switch
    {
        ".qcow2" or ".qcow" => DiskFormat.Qcow2,
        ".vhd" or ".vpc" => DiskFormat.Vhd,
        ".vhdx" => DiskFormat.Vhdx,
        ".vmdk" => DiskFormat.Vmdk,
        _ => DiskFormat.Raw,
    };

    private static async Task<int> RunAsync(string input, string output, DiskFormat format, DiskWriteOptions options, CancellationToken cancellationToken)
    {
        var address = ImageAddress.Parse(input);
        using var whole = await address.OpenAsync(cancellationToken);
        using var part = address.Partition is null ? null : await DiskImage.OpenAsync(address.VolumeIn(whole.Volumes).OpenRead(), null, cancellationToken);
        var image = part ?? whole;
        await AnsiConsole.Progress().StartAsync(async screen =>
        {
            var bar = screen.AddTask("writing", maxValue: Math.Max(1, image.Length));
            await image.WriteAsync(output, format, options, new Progress<long>(done => bar.Value = done), cancellationToken);
        });
        return 0;
    }
}
