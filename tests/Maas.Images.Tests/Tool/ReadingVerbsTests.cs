namespace Maas.Images.Tests.Tool;

public sealed class ReadingVerbsTests(ToolBench bench) : IClassFixture<ToolBench>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("disk", "Raw")]
    [InlineData("disk.qcow2", "Qcow2")]
    public async Task Info_tells_the_wrapping_the_partitions_and_the_system(string image, string format)
    {
        var said = await bench.DoAsync($"info ${image}");

        said.Should().StartWith(format).And.Contain("GPT").And.MatchRegex("2 .*ext4 .*root").And.Contain(
            "system        Debian").And.Contain(
            "kernel        boot/vmlinuz, amd64 6.1.0-18-amd64");
    }

    [Fact]
    public async Task Info_tells_what_an_installer_boots() =>
        (await bench.DoAsync("info $live.iso")).Should().Contain("iso9660").And.Contain(
            "DebianInstaller: LIVE; kernel install.amd/vmlinuz, initrd install.amd/initrd.gz");

    [Theory]
    [InlineData("ls $disk:2/etc")]
    [InlineData("ls $disk:2 /etc")]
    [InlineData("ls $disk.qcow2 etc")]
    public async Task Ls_lists_like_ls(string line)
    {
        var lines = (await bench.DoAsync(line)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        lines.Select(text => text[0]).Should().BeEquivalentTo(['d', '-', '-', 'l']);
        lines.Should()
            .ContainSingle(
                text => text.StartsWith("-rw", StringComparison.Ordinal) && text.EndsWith(" hostname", StringComparison.Ordinal));
        lines.Should().ContainSingle(text => text.EndsWith(" name -> hostname", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ls_goes_down_when_asked() =>
        (await bench.DoAsync("ls $disk:1 -R")).Split('\n')
            .Select(line => line.Split(' ')[^1])
            .Should()
            .Equal("EFI", "EFI/BOOT", "EFI/BOOT/BOOTX64.EFI", "");

    [Theory]
    [InlineData("cat $disk:2/etc/hostname")]
    [InlineData("cat $disk:2 /etc/name")]
    [InlineData("cat $disk.qcow2:/etc/hostname")]
    [InlineData("cat $root.ext4 etc/hostname")]
    public async Task Cat_writes_a_file_and_nothing_else(string line) => (await bench.DoAsync(line)).Should().Be("before\n");

    [Fact]
    public async Task Extract_takes_kernel_and_initrd_out_of_an_ISO()
    {
        (await bench.DoAsync("extract $live.iso install.amd $out")).Should().StartWith("2 files, ");

        (await File.ReadAllBytesAsync(bench["out/vmlinuz"], Cancel)).Should()
            .Equal(await File.ReadAllBytesAsync(bench["tree/boot/vmlinuz"], Cancel));
        File.Exists(bench["out/initrd.gz"]).Should().BeTrue();
    }

    [Fact]
    public async Task Extract_takes_a_whole_tree()
    {
        await bench.DoAsync("extract $disk:2 / $all");

        (await File.ReadAllTextAsync(bench["all/etc/name"], Cancel)).Should().Be("before\n");
        new FileInfo(bench["all/etc/name"]).LinkTarget.Should().Be("hostname");
    }
}
