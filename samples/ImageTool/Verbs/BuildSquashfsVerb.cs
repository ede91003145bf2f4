using System.CommandLine;
using Maas.Images.FileTrees;
using Maas.Images.Formats.SquashFs;
using Maas.Images.Outputs;

namespace ImageTool.Verbs;

/// <summary>
/// <c>build-squashfs DIR OUT [--comp gzip|xz|lz4|zstd] [--level N] [--block BYTES] [--all-root]</c>: a squashfs of a directory.
/// </summary>
internal static class BuildSquashfsVerb
{
    private const int DefaultBlock = 128 << 10;

    private static readonly Argument<string> Folder = new("dir") { Description = "What goes in." };
    private static readonly Argument<string> Output = new("out") { Description = "The squashfs to write." };
    private static readonly Option<string> Compression =
        new Option<string>("--comp") { Description = "The compression.", DefaultValueFactory = _ => "gzip" }.AcceptOnlyFromAmong(
            "gzip", "xz", "lz4", "zstd");
    private static readonly Option<int?> Level = Numbers.Option("--level", "The compression's level.");
    private static readonly Option<long?> Block = Numbers.SizeOption("--block", "A block, a power of two; 128K unless given");
    private static readonly Option<bool> AllRoot = new("--all-root") { Description = "Every file is root's." };
    private static readonly Option<bool> Force = OutputOption.Force();

    public static Command Command { get; } = Make();

    private static Command Make()
    {
        var command = new Command("build-squashfs", "Makes a squashfs of a directory.")
        {
            Folder, Output, Compression, Level, Block, AllRoot, Force
        };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var builder = new SquashBuilder
            {
                Compression = arguments.GetRequiredValue(Compression) switch
                {
                    "xz" => SquashCompression.Xz,
                    "lz4" => SquashCompression.Lz4,
                    "zstd" => SquashCompression.Zstandard,
                    _ => SquashCompression.Gzip,
                },
                Level = arguments.GetValue(Level),
                BlockSize = (int)Math.Min(arguments.GetValue(Block) ?? DefaultBlock, int.MaxValue),
                Ownership = arguments.GetValue(AllRoot) ? new FileOwnership { UserId = 0, GroupId = 0 } : new FileOwnership(),
            };
            var tree = new FolderTree(arguments.GetRequiredValue(Folder));
            await ImageOutput.WriteAsync(
                arguments.GetRequiredValue(Output),
                output => builder.WriteAsync(tree, output, cancellationToken),
                OutputOption.Of(arguments.GetValue(Force)),
                cancellationToken);
            return 0;
        });
        return command;
    }
}
