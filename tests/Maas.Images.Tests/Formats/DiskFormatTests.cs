using Maas.Images.Formats;
using Maas.Images.Tests.Disks;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Formats;

/// <summary>Images that qemu-img wraps, in every format but qcow2 (which has tests of its own).</summary>
public sealed class DiskFormatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("vpc", "subformat=fixed,force_size=on", DiskFormat.Vhd)]
    [InlineData("vpc", "subformat=fixed", DiskFormat.Vhd)]
    [InlineData("vpc", "subformat=dynamic,force_size=on", DiskFormat.Vhd)]
    [InlineData("vpc", "subformat=dynamic", DiskFormat.Vhd)]
    [InlineData("vhdx", "subformat=dynamic", DiskFormat.Vhdx)]
    [InlineData("vhdx", "subformat=dynamic,block_size=1M", DiskFormat.Vhdx)]
    [InlineData("vhdx", "subformat=fixed", DiskFormat.Vhdx)]
    [InlineData("vmdk", "subformat=monolithicSparse", DiskFormat.Vmdk)]
    [InlineData("vmdk", "subformat=monolithicSparse,zeroed_grain=on", DiskFormat.Vmdk)]
    [InlineData("vmdk", "subformat=streamOptimized", DiskFormat.Vmdk)]
    public async Task The_disk_inside_is_what_qemu_img_reads(string format, string options, DiskFormat expected)
    {
        SampleDisk.Make(_folder["raw"], length: SampleDisk.Length * 4);
        await Tools.RunAsync("qemu-img", "convert", "-f", "raw", "-O", format, "-o", options, _folder["raw"], _folder["image"]);
        await Tools.RunAsync("qemu-img", "convert", "-f", format, "-O", "raw", _folder["image"], _folder["judged"]);

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);

        image.Format.Should().Be(expected);
        image.Length.Should().Be(new FileInfo(_folder["judged"]).Length);
        await using var disk = image.OpenRead();
        (await SampleDisk.DigestAsync(disk)).Should().Be(await SampleDisk.DigestAsync(_folder["judged"]));
    }

    [Theory]
    [InlineData("vpc", "subformat=dynamic", "300G")]
    [InlineData("vhdx", "subformat=dynamic,block_size=16M", "3G")] // qemu-img reads every zero of a VHDX
    [InlineData("vmdk", "subformat=monolithicSparse", "300G")]
    public async Task A_large_disk_with_little_on_it_copies_with_its_holes(string format, string options, string size)
    {
        await Tools.ShellAsync(
            _folder.Path,
            $"qemu-img create -q -f {format} -o {options} image {size} && qemu-io -f {format} -c 'write -P 7 2050M 100k' -c 'write -P " +
            "9 200M 1M' image");

        using (var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel))
            await image.WriteRawAsync(_folder["copy"], null, Cancel);

        await Tools.RunAsync("qemu-img", "compare", "-f", "raw", "-F", format, _folder["copy"], _folder["image"]);
    }

    [Theory]
    [InlineData("qemu-img create -q -f vmdk -o subformat=twoGbMaxExtentSparse image 5G", "image", "other files")]
    [InlineData(
        "qemu-img create -q -f vmdk -o subformat=twoGbMaxExtentSparse x.vmdk 5G && cp x-s001.vmdk image",
        "image",
        "one extent of several")]
    [InlineData("qemu-img create -q -f vmdk -o subformat=monolithicFlat image 5G", "image", "other files")]
    [InlineData("qemu-img create -q -f vmdk base 5G && qemu-img create -q -f vmdk -b base -F vmdk image", "image", "parent")]
    public async Task An_image_that_needs_another_file_is_refused(string line, string image, string reason)
    {
        await Tools.ShellAsync(_folder.Path, line);

        var open = () => DiskImage.OpenAsync(_folder[image], null, Cancel);

        (await open.Should().ThrowAsync<InvalidImageException>()).WithMessage($"*{reason}*");
    }

    [Fact]
    public async Task A_differencing_VHD_is_refused()
    {
        await Tools.ShellAsync(_folder.Path, "qemu-img create -q -f vpc image 5M");
        var bytes = await File.ReadAllBytesAsync(_folder["image"], Cancel);
        foreach (var footer in new[] { 0, bytes.Length - 512 })
        {
            bytes[footer + 63] = 4; // a dynamic disk's 3 and one more: the sum too
            bytes[footer + 67]--;
        }

        var open = () => DiskImage.OpenAsync(new MemoryStream(bytes), null, Cancel);

        (await open.Should().ThrowAsync<InvalidImageException>()).WithMessage("*parent*").Which.Structure.Should().Be("VHD footer");
    }

    [Fact]
    public async Task A_dynamic_VHD_cut_short_of_its_footer_is_read_by_the_copy_in_front()
    {
        SampleDisk.Make(_folder["raw"]);
        await Tools.RunAsync("qemu-img", "convert", "-f", "raw", "-O", "vpc", "-o", "force_size=on", _folder["raw"], _folder["image"]);
        using (var file = File.OpenHandle(_folder["image"], FileMode.Open, FileAccess.Write))
            RandomAccess.SetLength(file, RandomAccess.GetLength(file) - 512);

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);

        await using var disk = image.OpenRead();
        (await SampleDisk.DigestAsync(disk)).Should().Be(await SampleDisk.DigestAsync(_folder["raw"]));
    }

    [Fact]
    public async Task VHD_blocks_that_overlap_are_refused()
    {
        SampleDisk.Make(_folder["raw"]);
        await Tools.RunAsync("qemu-img", "convert", "-f", "raw", "-O", "vpc", _folder["raw"], _folder["image"]);
        var bytes = await File.ReadAllBytesAsync(_folder["image"], Cancel);
        bytes.AsSpan(1536, 4).CopyTo(bytes.AsSpan(1540)); // the first block's place for the second

        var open = () => DiskImage.OpenAsync(new MemoryStream(bytes), null, Cancel);

        (await open.Should().ThrowAsync<InvalidImageException>()).WithMessage("*overlaps another*");
    }
}
