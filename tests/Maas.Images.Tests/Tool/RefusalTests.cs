using Maas.Images.Tests.Disks;

namespace Maas.Images.Tests.Tool;

/// <summary>What cannot be done ends with 1 and the reason on standard error, and leaves everything as it was.</summary>
public sealed class RefusalTests(ToolBench bench) : IClassFixture<ToolBench>
{
    [Theory]
    [InlineData("info $absent", "absent")]
    [InlineData("ls $disk:9", "no partition 9")]
    [InlineData("ls $disk:2/absent", "has no absent")]
    [InlineData("ls $new", "it is text, which holds no files")]
    [InlineData("cat $disk:2/absent", "absent")]
    [InlineData("cat $disk:2/etc", "etc")]
    [InlineData("extract $live.iso absent $out", "has no absent")]
    [InlineData("put $disk:2 $absent /etc/hostname", "absent")]
    [InlineData("put $disk:2 $new /no/such/folder", "no/such")]
    [InlineData("put $disk:2 $new /etc", "etc")]
    [InlineData("put $disk.qcow2:2 $new /no/such/folder", "no/such")]
    [InlineData("put $live.iso $new isolinux/txt.cfg", "iso9660")]
    [InlineData("rm $disk:2 /absent", "absent")]
    [InlineData("rm $disk:2 /etc", "etc")]
    [InlineData("mkdir $disk:2 /etc", "etc")]
    [InlineData("mkdir $disk:2 /no/such", "no")]
    [InlineData("grow $disk 1M", "bytes already")]
    [InlineData("grow $disk 12X", "12X is no size")]
    [InlineData("grow $disk:9 1G", "no partition 9")]
    [InlineData("build-iso $absent $out", "absent")]
    [InlineData("build-iso $tree $out --bios absent", "absent")]
    [InlineData("build-ext4 $absent $out", "absent")]
    [InlineData("build-ext4 $tree $out --length 10000", "at least 65536 bytes")]
    [InlineData("build-ext4 $tree $out --length 100", "at least 65536 bytes, not 100")]
    [InlineData("build-ext4 $tree $out --length 2X", "2X is no size")]
    [InlineData("build-fat $plain $out --size 100", "at least 18432 bytes, not 100")]
    [InlineData("build-fat $tree $out --bits many", "many is no whole number")]
    [InlineData("build-squashfs $tree $out --level high", "high is no whole number")]
    [InlineData("build-iso $tree $out --script $new", "--script goes with --ipxe")]
    [InlineData("build-iso $tree $out --with-bios", "--with-bios goes with --ipxe")]
    [InlineData("build-disk $tree $out --script $new --grub $boot.efi", "--script goes with --ipxe")]
    [InlineData("info .", ". is a directory, not an image")]
    [InlineData("ls $blank /", "no partition has files that are read here: 1 holds")]
    [InlineData("rm $disk:2 /", "The root directory is not made, replaced or removed")]
    [InlineData("rm $disk:1 /", "The root directory is not made, replaced or removed")]
    [InlineData("put $disk:2 $tree /etc/tree", "tree is a directory; put takes one file")]
    [InlineData("put $disk:2 $new /etc/hostname --mode 9", "9 is no mode")]
    [InlineData("put $disk:2 @new /etc/hostname", "@new")]
    [InlineData("convert $disk $out.vdi", ".vdi is a format that is not written here")]
    [InlineData("convert $disk $out.raw.gz", ".gz is not written here")]
    [InlineData("convert $disk $out.img.xz", ".xz is not written here")]
    [InlineData("convert $disk $out --format vmdk", "vmdk")]
    [InlineData("convert $disk $tree", "tree is a directory; an image is written to a file or a device")]
    [InlineData("grow $disk:1 64M", "Partition 1 of")]
    [InlineData("patch-iso $live.iso isolinux/txt.cgf=$new", "has no file isolinux/txt.cgf; --add makes a new one")]
    [InlineData("import list $nowhere", "There is no image library in")]
    [InlineData("import drop $tree nosuch", "There is no image library in")]
    [InlineData("build-squashfs $absent $out", "absent")]
    [InlineData("build-squashfs $tree $out --comp lzo", "lzo")]
    [InlineData("build-fat $tree $out", "etc/name")]
    [InlineData("build-disk $tree $out", "which boot loader")]
    [InlineData("build-disk $tree $out --grub $new", "EFI program")]
    [InlineData("convert $absent $out", "absent")]
    [InlineData("convert $disk $out.vmdk", "not written")]
    [InlineData("convert $disk $no/such/out", "no/such")]
    [InlineData("patch-iso $live.iso isolinux/txt.cfg", "not PATH=FILE")]
    [InlineData("patch-iso $live.iso no/such=$new", "no")]
    [InlineData("patch-iso $disk isolinux/txt.cfg=$new", "ISO")]
    [InlineData("seed $out --instance-id i-1 --user-data $absent", "absent")]
    [InlineData("seed $out", "--instance-id")]
    [InlineData("import url $library 12 http://127.0.0.1:1/file", "64 or 128")]
    [InlineData("import iso $library $new", "it is text, which holds no files")]
    [InlineData("import cloud $library nowhere *.img", "begins with http")]
    [InlineData("import isos $library --mirror nowhere", "begins with http")]
    [InlineData("import ephemerals $library --mirror nowhere", "begins with http")]
    [InlineData("frobnicate $disk", "frobnicate")]
    public async Task It_is_said_in_a_line(string line, string reason)
    {
        var before = await StateAsync();

        var said = await bench.RunAsync(line);

        said.ExitCode.Should().Be(1, said.Output + said.Error);
        said.Error.Should().Contain(reason).And.NotContain("   at ").And.NotContain("Exception").And.NotContain(
            "(Parameter").And.NotContain(
            "System.");
        Directory.Exists(bench["nowhere"]).Should().BeFalse("looking for a library does not make one");
        (await StateAsync()).Should().Equal(before);
    }

    private async Task<SortedDictionary<string, string>> StateAsync()
    {
        SortedDictionary<string, string> files = new(StringComparer.Ordinal);
        foreach (var file in Directory.GetFiles(bench.Path)) files.Add(file, await SampleDisk.DigestAsync(file));
        return files;
    }
}
