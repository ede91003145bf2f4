using CsCheck;
using Maas.Images.Archives;
using Maas.Images.FileTrees;
using Maas.Images.Formats.Ext;
using Maas.Images.Formats.Iso;
using Maas.Images.Formats.SquashFs;
using Maas.Images.Outputs;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.FileTrees;

/// <summary>A name is bytes: one that is not UTF-8 is the same name in every format, on the way in and on the way out.</summary>
public sealed class RawNameTests : IAsyncLifetime
{
    // Latin-1, a cut-off UTF-8 sequence, an overlong slash, an encoded surrogate, and a directory, a link and a target of such names.
    private const string MakeTree = "mkdir tree && cd tree && "
        + "printf one >\"$(printf 'caf\\351.txt')\" && printf two >\"$(printf 'caf\\352.txt')\" && printf three >\"$(printf " +
            "'cut\\303')\" && printf four >\"$(printf 'x\\300\\257y')\" && "
        + "printf five >\"$(printf '\\355\\240\\200')\" && mkdir \"$(printf 'd\\377')\" && printf six >\"$(printf 'd\\377/f\\376')\" " +
            "&& ln -s \"$(printf 'caf\\351.txt')\" \"$(printf 'l\\377')\" && printf plain >plain";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await Tools.ShellAsync(_folder.Path, "rm -rf tree got out"); // .NET cannot remove what it cannot name
        _folder.Dispose();
    }

    [Theory]
    [InlineData("tar -C tree -cf image .")]
    [InlineData("tar -C tree --format=pax -cf image .")]
    [InlineData("(cd tree && find . | cpio -o -H newc --quiet) >image")]
    [InlineData("truncate -s 4M image && mke2fs -q -F -t ext4 -d tree image")]
    [InlineData("mksquashfs tree image -quiet -no-progress")]
    [InlineData("genisoimage -quiet -R -o image tree 2>log")]
    public async Task What_other_programs_packed_is_extracted_to_the_same_names(string pack)
    {
        await Tools.ShellAsync(_folder.Path, $"{MakeTree} && cd .. && {pack}");
        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);
        var tree = image.OpenTree();

        var report = await tree.ExtractAsync(tree.Root, _folder["out"], null, Cancel);

        report.Files.Should().Be(7, "lost+found is a directory");
        await Tools.ShellAsync(_folder.Path, "rm -rf out/lost+found && diff -r --no-dereference tree out");
    }

    [Theory]
    [InlineData("ext4", "mkdir got && debugfs -R 'rdump / got' image >log 2>&1 && rm -rf got/lost+found")]
    [InlineData("squashfs", "unsquashfs -quiet -no-progress -d got image >log")]
    [InlineData("iso", "mkdir got && bsdtar -C got -xf image")]
    [InlineData("cpio", "mkdir got && cd got && cpio -i --quiet <../image")]
    public async Task What_is_built_of_such_a_folder_has_the_same_names_for_other_programs(string format, string unpack)
    {
        await Tools.ShellAsync(_folder.Path, MakeTree);
        var tree = new FolderTree(_folder["tree"]);

        switch (format)
        {
            case "ext4":
                await new Ext4Builder().BuildAsync(tree, _folder["image"], null, Cancel);
                break;
            case "squashfs":
                await ImageOutput.WriteAsync(
                    _folder["image"], stream => new SquashBuilder().WriteAsync(tree, stream, Cancel), null, Cancel);
                break;
            case "cpio":
                using (var cpio = new CpioWriter(File.Create(_folder["image"]))) Write(cpio, tree);
                break;
            default:
                var iso = new IsoBuilder();
                iso.AddTree(tree);
                await using (var built = iso.Build()) await ImageOutput.WriteAsync(_folder["image"], built, null, Cancel);
                break;
        }

        await Tools.ShellAsync(_folder.Path, $"{unpack}; cd '{_folder.Path}' && diff -r --no-dereference tree got");
    }

    [Fact]
    public async Task A_FAT_whose_names_are_text_refuses_such_a_name_and_says_which()
    {
        await Tools.ShellAsync(_folder.Path, MakeTree);
        var fat = new Maas.Images.Formats.Fat.FatBuilder();

        fat.Invoking(it => it.AddTree(new FolderTree(_folder["tree"])))
            .Should()
            .Throw<Exception>()
            .Where(refused => refused is ArgumentException || refused is NotSupportedException);
    }

    [Fact]
    public void Every_name_survives_being_read_and_written() =>
        Gen.Byte.Array[0, 40].Sample(bytes => FileName.Encode(FileName.Decode(bytes)).AsSpan().SequenceEqual(bytes));

    [Theory]
    [InlineData("a\u001b[31mb\u009bc\nd", "a?[31mb?c?d")]
    [InlineData("a\u202eb", "a?b")]
    [InlineData("grün 🙂", "grün 🙂")]
    public void A_name_is_shown_without_what_steers_a_terminal(string name, string shown) => FileName.Printable(name).Should().Be(shown);

    [Fact]
    public void A_byte_that_is_not_UTF8_is_shown_as_a_question_mark() =>
        FileName.Printable(FileName.Decode([0x63, 0xE9, 0x2E])).Should().Be("c?.");

    private static void Write(CpioWriter cpio, FolderTree tree)
    {
        foreach (var entry in tree.Walk())
        {
            if (entry.Kind == FileKind.Directory)
            {
                cpio.WriteDirectory(entry.Path);
            }
            else if (entry.Kind == FileKind.SymbolicLink)
            {
                cpio.WriteSymbolicLink(entry.Path, entry.LinkTarget!); // a link has one
            }
            else
            {
                using var content = tree.OpenRead(entry);
                var bytes = new byte[entry.Length];
                content.ReadExactly(bytes);
                cpio.WriteFile(entry.Path, bytes);
            }
        }
    }
}
