using Maas.Images.Formats;
using Maas.Images.Tests.Disks;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Formats.Qcow2;

public sealed class Qcow2Tests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("-o compat=0.10")]
    [InlineData("-o compat=1.1,cluster_size=512")]
    [InlineData("-o cluster_size=2M")]
    [InlineData("-c")]
    [InlineData("-c -o compression_type=zstd,cluster_size=4k")]
    [InlineData("-c -o compat=0.10,cluster_size=32k")]
    [InlineData("-o extended_l2=on,cluster_size=16k")]
    [InlineData("-o preallocation=metadata,lazy_refcounts=on")]
    public async Task The_disk_inside_is_what_qemu_img_put_there(string options)
    {
        SampleDisk.Make(_folder["raw"]);
        await Tools.RunAsync("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", .. options.Split(' '), _folder["raw"], _folder["image"]]);

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);

        image.Format.Should().Be(DiskFormat.Qcow2);
        image.Length.Should().Be(new FileInfo(_folder["raw"]).Length);
        await using var disk = image.OpenRead();
        (await SampleDisk.DigestAsync(disk)).Should().Be(await SampleDisk.DigestAsync(_folder["raw"]));
    }

    [Theory]
    [InlineData("-o backing_file=raw,backing_fmt=raw", "backing file")]
    [InlineData("-o data_file=elsewhere", "data file")]
    public async Task An_image_that_needs_another_file_is_refused(string options, string reason)
    {
        SampleDisk.Make(_folder["raw"]);
        await Tools.ShellAsync(_folder.Path, $"qemu-img create -q -f qcow2 {options} image 5M");

        var open = () => DiskImage.OpenAsync(_folder["image"], null, Cancel);

        (await open.Should().ThrowAsync<InvalidImageException>()).WithMessage($"*{reason}*");
    }

    [Fact]
    public async Task A_raw_copy_is_equal_and_keeps_its_holes()
    {
        SampleDisk.Make(_folder["raw"]);
        await Tools.RunAsync("qemu-img", "convert", "-c", "-f", "raw", "-O", "qcow2", _folder["raw"], _folder["image"]);

        using (var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel))
            await image.WriteRawAsync(_folder["copy"], null, Cancel);

        await Tools.RunAsync("qemu-img", "compare", "-f", "raw", "-F", "qcow2", _folder["copy"], _folder["image"]);
        (await File.ReadAllBytesAsync(_folder["copy"], Cancel)).Should().Equal(await File.ReadAllBytesAsync(_folder["raw"], Cancel));
        Directory.GetFiles(_folder.Path).Should().BeEquivalentTo([_folder["raw"], _folder["image"], _folder["copy"]]);
    }
}
