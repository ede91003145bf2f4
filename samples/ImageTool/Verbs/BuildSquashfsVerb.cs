using System.CommandLine;
using Maas.Images.FileTrees;
using Maas.Images.SquashFs;

namespace ImageTool.Verbs;

/// <summary><c>build-squashfs DIR OUT [--comp gzip|xz|lz4|zstd] [--level N] [--block BYTES] [--all-root]</c>: a squashfs of a directory.</summary>
internal static class BuildSquashfsVerb
{
    private static readonly Argument<string> Folder = new("dir") { Description = "What goes in." };
    private static readonly Argument<string> Output = new("out") { Description = "The squashfs to write." };
    private static readonly Option<string> Compression = new Option<string>("--comp") { Description = "The compression.", DefaultValueFactory = _ => "gzip" }.AcceptOnlyFromAmong("gzip", "xz", "lz4", "zstd");
    private static readonly Option<int?> Level = new("--level") { Description = "The compression's level." };
    private static readonly Option<int> Block = new("--block") { Description = "Bytes a block, a power of two.", DefaultValueFactory = _ => 131072 };
    private static readonly Option<bool> AllRoot = new("--all-root") { Description = "Every file is root's." };

    public static Command Command { get; } = Make();

    private static Command Make()
    {
        var command = new Command("build-squashfs", "Makes a squashfs of a directory.") { Folder, Output, Compression, Level, Block, AllRoot };
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
                BlockSize = arguments.GetRequiredValue(Block),
                Ownership = arguments.GetValue(AllRoot) ? new FileOwnership { UserId = 0, GroupId = 0 } : new FileOwnership(),
            };
            await OutputFile.WriteAsync(arguments.GetRequiredValue(Output), output => builder.WriteAsync(new FolderTree(arguments.GetRequiredValue(Folder)), output, cancellationToken));
            return 0;
        });
        return command;
    }
}
