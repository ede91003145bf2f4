using CsCheck;
using Maas.Images.FileTrees;
using Maas.Images.Formats.Fat;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Formats.Fat;

/// <summary>Volumes that are made here; fsck.fat judges them, mtools reads them back.</summary>
public sealed class FatBuilderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, null, null, 12)]
    [InlineData(2, 12, 12_000_000L, 12)]
    [InlineData(3, 16, null, 16)]
    [InlineData(4, 32, null, 32)]
    [InlineData(5, null, 700_000_000L, 32)]
    [InlineData(6, null, 40_000_512L, 16)]
    public async Task A_volume_is_accepted_and_holds_the_tree(int seed, int? bits, long? length, int expected)
    {
        SampleTree.Make(_folder["tree"], seed, TreeFeatures.None);
        var builder = new FatBuilder { Label = "A label", Bits = bits, Length = length, VolumeId = 0xCAFE0001 };
        builder.AddTree(new FolderTree(_folder["tree"]));

        await WriteAsync(builder);

        (await Tools.RunAsync("fsck.fat", "-n", "-v", _folder["image"])).Should().NotContainAny("differ", "Dirty", "uninitialized");
        await Tools.ShellAsync(_folder.Path, "mkdir out && mcopy -s -Q -m -i image '::/*' out && diff -r tree out");
        (await Tools.ShellAsync(_folder.Path, "mdir -i image ::/")).Should().Contain("Volume in drive : is A LABEL").And.Contain(
            "CAFE-0001");
        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);
        var tree = image.OpenTree();
        (tree.Format, tree.Label).Should().Be(($"fat{expected}", "A LABEL"));
        TreeListing.Of(tree, TreeFeatures.None, times: false)
            .Should()
            .Equal(TreeListing.Of(_folder["tree"], TreeFeatures.None, times: false));
        tree.Walk().Where(entry => entry.Kind == FileKind.File).Should().OnlyContain(entry =>
            Math.Abs((entry.ModifiedAt.UtcDateTime - File.GetLastWriteTimeUtc(_folder[$"tree/{entry.Path}"])).TotalSeconds) < 2);
    }

    [Fact]
    public async Task A_file_that_is_a_link_is_what_it_leads_to()
    {
        await File.WriteAllBytesAsync(_folder["program"], new byte[5000], Cancel);
        File.CreateSymbolicLink(_folder["link"], "program");
        var builder = new FatBuilder();
        builder.AddFile("BOOT.EFI", _folder["link"]);

        await WriteAsync(builder);

        (await Tools.RunAsync("mdir", "-i", _folder["image"], "::/")).Should().MatchRegex("BOOT +EFI +5000 ");
        builder.Invoking(it => it.AddFile("absent", _folder["absent"])).Should().Throw<FileNotFoundException>();
    }

    [Fact]
    public async Task The_same_input_gives_the_same_bytes_wherever_it_is_read()
    {
        var builder = new FatBuilder();
        builder.AddFile("EFI/BOOT/BOOTX64.EFI", new byte[100_000]);
        builder.AddFile("b", "b"u8.ToArray());
        var other = new FatBuilder();
        other.AddFile("b", "b"u8.ToArray());
        other.AddFile("EFI/BOOT/BOOTX64.EFI", new byte[100_000]);

        await using var one = builder.Build();
        await using var two = other.Build();
        var (first, second) = (new byte[one.Length], new byte[two.Length]);
        await one.ReadExactlyAsync(first, Cancel);
        two.Position = two.Length / 2;
        await two.ReadExactlyAsync(second.AsMemory((int)two.Position), Cancel);
        two.Position = 0;
        await two.ReadExactlyAsync(second.AsMemory(0, second.Length / 2), Cancel);

        second.Should().Equal(first);
    }

    [Fact]
    public void Any_tree_reads_back_equal() => Gen.Select(
        Gen.Dictionary(Names.List[1, 4], Gen.Byte.Array[0, 9000])[0, 40],
        Gen.Int[0, 3].Select(kind => kind switch { 0 => 12, 1 => 16, 2 => 32, _ => (int?)null })).Sample((files, bits) =>
    {
        var builder = new FatBuilder { Bits = bits };
        var expected = new Dictionary<string, byte[]>(StringComparer.OrdinalIgnoreCase);
        foreach (var (names, content) in files)
        {
            var path = string.Join('/', names);
            if (expected.Keys.Any(other => other.StartsWith(path + "/", StringComparison.OrdinalIgnoreCase)
                || path.StartsWith(other + "/", StringComparison.OrdinalIgnoreCase)))
                continue;
            builder.AddFile(path, content);
            expected[path] = content;
        }

        using var volume = builder.Build();
        using var image = DiskImage.OpenAsync(volume).GetAwaiter().GetResult();
        var tree = image.OpenTree(0);
        var found = tree.Walk().Where(entry => entry.Kind == FileKind.File).ToList();
        found.Should().HaveCount(expected.Count);
        foreach (var entry in found)
        {
            using var content = new MemoryStream();
            using (var stream = tree.OpenRead(entry)) stream.CopyTo(content);
            content.ToArray().Should().Equal(expected[entry.Path]);
        }
    }, iter: 60, threads: 1);

    [Fact]
    public void What_FAT_cannot_hold_is_refused()
    {
        Directory.CreateDirectory(_folder["tree"]);
        File.CreateSymbolicLink(_folder["tree/link"], "elsewhere");

        Refused<NotSupportedException>(fat => fat.AddTree(new FolderTree(_folder["tree"])), "*link*");
        Refused<ArgumentException>(fat => fat.AddFile("a:b", Array.Empty<byte>()), "*a:b*");
        Refused<ArgumentException>(fat => fat.AddFile("a/..", Array.Empty<byte>()), "*..*");
        Refused<ArgumentException>(fat => fat.AddFile("dot.", Array.Empty<byte>()), "*dot.*");
        Refused<ArgumentException>(fat => fat.AddFile(new string('x', 256), Array.Empty<byte>()), "*255*");
        Refused<ArgumentException>(_ => new FatBuilder { Label = "far too long a label" }.Build(), "*label*");
        Refused<NotSupportedException>(_ => new FatBuilder { Bits = 32, Length = 1 << 20 }.Build(), "*FAT32*");
        Refused<NotSupportedException>(_ => new FatBuilder { Bits = 12, Length = 1L << 32 }.Build(), "*FAT12*");
        Refused<IOException>(_ => Full().Build(), "*fit*");

        static void Refused<T>(Action<FatBuilder> act, string reason)
            where T : Exception => new FatBuilder().Invoking(act).Should().Throw<T>().WithMessage(reason);

        static FatBuilder Full()
        {
            var fat = new FatBuilder { Length = 1 << 20 };
            fat.AddFile("big", new byte[(1 << 20) - 10_000]);
            return fat;
        }
    }

    [Fact]
    public async Task Names_that_differ_only_in_case_are_refused_when_a_tree_is_added()
    {
        Directory.CreateDirectory(_folder["tree"]);
        await File.WriteAllTextAsync(_folder["tree/Name"], "", Cancel);
        await File.WriteAllTextAsync(_folder["tree/name"], "", Cancel);

        new FatBuilder().Invoking(fat => fat.AddTree(new FolderTree(_folder["tree"])))
            .Should()
            .Throw<ArgumentException>()
            .WithMessage("*case*");
    }

    internal static Gen<string> Names { get; } =
        Gen.Char["abcdefgABCDEFG0123 .-_äßж☃"].Array[1, 24].Select(units => new string(units).Trim(' ', '.'))
            .Where(name => name.Length > 0);

    private async Task WriteAsync(FatBuilder builder)
    {
        await using var volume = builder.Build();
        await using var file = File.Create(_folder["image"]);
        await volume.CopyToAsync(file, Cancel);
    }
}
