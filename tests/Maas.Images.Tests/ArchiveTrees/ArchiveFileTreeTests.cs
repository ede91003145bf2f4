using Maas.Images.FileTrees;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.ArchiveTrees;

public sealed class ArchiveFileTreeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, "find . -depth -print0 | cpio -0 -o -H newc --quiet > ../image", "cpio")]
    [InlineData(2, "find . -print0 | cpio -0 -o -H crc --quiet > ../image", "cpio")]
    [InlineData(3, "tar --format=gnu -cf ../image .", "tar")]
    [InlineData(4, "tar --format=pax -cf ../image .", "tar")]
    [InlineData(5, "bsdtar --format=pax -cf ../image .", "tar")]
    [InlineData(6, "bsdtar --format=newc -cf ../image .", "cpio")]
    [InlineData(7, "tar --format=pax -czf ../image *", "tar")]
    [InlineData(8, "tar --format=gnu -cJf ../image .", "tar")]
    [InlineData(9, "tar --format=gnu -cf - . | zstd -q > ../image", "tar")]
    [InlineData(10, "tar --format=gnu -S -cf ../image .", "tar")]
    [InlineData(11, "tar --format=pax -S --sparse-version=0.1 -cf ../image .", "tar")]
    [InlineData(12, "tar --format=pax -S -cf ../image .", "tar")]
    public async Task An_archive_that_another_tool_wrote_reads_back_equal(int seed, string line, string format)
    {
        SampleTree.Make(_folder["tree"], seed);
        await Tools.ShellAsync(_folder["tree"], line);

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);
        var tree = image.OpenTree();

        tree.Format.Should().Be(format);
        TreeListing.Of(tree).Should().Equal(TreeListing.Of(_folder["tree"]));
    }

    [Theory]
    [InlineData("tar -P -cf image \"$PWD/d\" 2> log")]
    [InlineData("tar -P -czf image \"$PWD/d\" 2> log")]
    [InlineData("find \"$PWD/d\" | cpio -o -H newc --quiet > image")]
    [InlineData("find \"$PWD/d\" | cpio -o -H newc --quiet | gzip > image")]
    [InlineData("bsdtar -P -cf image \"$PWD/d\"")]
    public async Task Absolute_names_of_an_archive_lose_their_slash(string line)
    {
        await Tools.ShellAsync(_folder.Path, $"mkdir -p d/e && echo hello > d/e/f && ln -s /etc/passwd d/link && {line}");
        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);
        var tree = image.OpenTree();

        var inside = _folder.Path.TrimStart('/');
        tree.Find($"{inside}/d/e/f")!.Length.Should().Be(6);
        tree.Find($"{inside}/d/link")!.LinkTarget.Should().Be("/etc/passwd");
        await tree.ExtractAsync(tree.Root, _folder["out"], null, Cancel);
        (await File.ReadAllTextAsync(Path.Combine(_folder["out"], inside, "d/e/f"), Cancel)).Should().Be("hello\n");
    }

    [Fact]
    public async Task An_absolute_name_cannot_lead_out_of_the_archive()
    {
        await Tools.ShellAsync(_folder.Path, "mkdir d && echo x > d/x && tar -P --transform 's,^,/../../../,' -cf image d/x");

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);
        var open = () => image.OpenTree();

        open.Should().Throw<InvalidImageException>().WithMessage("*leaves the archive*");
    }

    [Theory]
    [InlineData("LIBARCHIVE")]
    [InlineData("SCHILY")]
    [InlineData("all")]
    public async Task Attributes_in_either_form_of_libarchive_are_kept(string form)
    {
        await Tools.ShellAsync(
            _folder.Path,
            "echo x > t && setfattr -n user.testing -v HELLO t && setfattr -n 'user.a b%c' -v 0x00ff00017f t && setfattr -n " +
            "security.capability -v 0x0100000200000000000000000000000000000000 t");
        await Tools.ShellAsync(_folder.Path, $"bsdtar -c --format=pax --options pax:xattrheader={form} --xattrs -f image t");

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);
        var tree = image.OpenTree();
        var attributes = tree.ExtendedAttributes(tree.Find("t")!);

        attributes["user.testing"].ToArray().Should().Equal("HELLO"u8.ToArray());
        if (form != "SCHILY")
            // there bsdtar writes the name in URL encoding, and nothing says so
            attributes["user.a b%c"].ToArray().Should().Equal(0, 0xff, 0, 1, 0x7f);
        attributes.Should().HaveCount(3);
        attributes["security.capability"].ToArray().Should().Equal(Convert.FromHexString("0100000200000000000000000000000000000000"));
    }

    [Fact]
    public async Task An_initrd_of_several_archives_is_one_tree_in_which_the_later_wins()
    {
        Directory.CreateDirectory(_folder["early/kernel"]);
        Directory.CreateDirectory(_folder["main/etc"]);
        await File.WriteAllTextAsync(_folder["early/kernel/microcode"], "m", Cancel);
        await File.WriteAllTextAsync(_folder["early/name"], "early", Cancel);
        await File.WriteAllTextAsync(_folder["main/name"], "main", Cancel);
        await File.WriteAllTextAsync(_folder["main/etc/conf"], "c", Cancel);
        await Tools.ShellAsync(_folder["early"], "find . | cpio -o -H newc --quiet > ../image; head -c 1536 /dev/zero >> ../image");
        await Tools.ShellAsync(_folder["main"], "find . | cpio -o -H newc --quiet | zstd -q >> ../image");

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);
        var tree = image.OpenTree();

        tree.Walk().Select(entry => entry.Path).Should().BeEquivalentTo("kernel", "kernel/microcode", "name", "etc", "etc/conf");
        using var name = new StreamReader(tree.OpenRead("name"));
        (await name.ReadToEndAsync(Cancel)).Should().Be("main");
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("/../evil")]
    [InlineData("a/../../evil")]
    public async Task A_name_that_leaves_the_archive_is_refused(string name)
    {
        await File.WriteAllTextAsync(_folder["file"], "x", Cancel);
        await Tools.ShellAsync(_folder.Path, $"bsdtar -P -s ',file,{name},' -cf image file");

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);

        image.Invoking(hostile => hostile.OpenTree()).Should().Throw<InvalidImageException>();
    }

    [Fact]
    public async Task A_bomb_ends_at_the_limit()
    {
        await Tools.ShellAsync(_folder.Path, "head -c 300000000 /dev/zero | gzip > image");

        var open =
            () => DiskImage.OpenAsync(
                _folder["image"], new() { MostUnpackedBytes = 10_000_000, TemporaryDirectory = _folder.Path }, Cancel);

        await open.Should().ThrowAsync<InvalidImageException>();
        Directory.GetFiles(_folder.Path).Should().ContainSingle("nothing unpacked stays");
    }
}
