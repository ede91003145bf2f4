using CsCheck;
using Maas.Images.Disks;
using Maas.Images.Formats;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Disks;

/// <summary>Images that are written here; qemu-img is the judge of what they are and hold.</summary>
public sealed class DiskWriteTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(DiskCompression.None)]
    [InlineData(DiskCompression.Deflate)]
    [InlineData(DiskCompression.Zstandard)]
    public async Task A_qcow2_passes_the_check_and_holds_the_disk(DiskCompression compression)
    {
        SampleDisk.Make(_folder["raw"], length: (SampleDisk.Length * 8) + 1024);
        // far matches
        using (var disk = File.OpenHandle(_folder["raw"], FileMode.Open, FileAccess.Write))
            RandomAccess.Write(disk, Repeating(3 << 20, period: 40_000), 30 << 20);

        await WriteAsync(_folder["raw"], _folder["image"], DiskFormat.Qcow2, new() { Compression = compression });

        await Tools.RunAsync("qemu-img", "check", "-f", "qcow2", _folder["image"]); // fails on a leaked cluster too
        await Tools.RunAsync("qemu-img", "compare", "-f", "raw", "-F", "qcow2", _folder["raw"], _folder["image"]);
        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);
        await using var inside = image.OpenRead();
        (await SampleDisk.DigestAsync(inside)).Should().Be(await SampleDisk.DigestAsync(_folder["raw"]));
        if (compression != DiskCompression.None) new FileInfo(_folder["image"]).Length.Should().BeLessThan(4_600_000);
    }

    [Theory]
    [InlineData(DiskCompression.None)]
    [InlineData(DiskCompression.Deflate)]
    public async Task A_qcow2_of_a_disk_of_terabytes_takes_what_its_data_take(DiskCompression compression)
    {
        await Tools.ShellAsync(
            _folder.Path,
            "truncate -s 5T raw && for at in 0 600M 2T 4999G; do head -c 100000 /dev/urandom | dd of=raw bs=64K oflag=seek_bytes " +
            "seek=$at conv=notrunc status=none; done");
        await Tools.ShellAsync(_folder.Path, "qemu-img convert -f raw -O qcow2 raw theirs");

        await WriteAsync(_folder["theirs"], _folder["image"], DiskFormat.Qcow2, new() { Compression = compression });

        await Tools.RunAsync("qemu-img", "check", "-f", "qcow2", _folder["image"]);
        await Tools.RunAsync("qemu-img", "compare", "-f", "qcow2", "-F", "qcow2", _folder["theirs"], _folder["image"]);
        new FileInfo(_folder["image"]).Length.Should().BeLessThan(2_000_000);
    }

    [Fact]
    public async Task A_fixed_VHD_is_the_disk_and_a_footer()
    {
        SampleDisk.Make(_folder["raw"]);

        await WriteAsync(_folder["raw"], _folder["image"], DiskFormat.Vhd, new() { Id = new Guid("00112233-4455-6677-8899-aabbccddeeff") });

        await Tools.RunAsync("qemu-img", "compare", "-f", "raw", "-F", "vpc", _folder["raw"], _folder["image"]);
        (await Tools.RunAsync("qemu-img", "info", "-f", "vpc", "--output=json", _folder["image"])).Should()
            .Contain($"\"virtual-size\": {SampleDisk.Length},");
        var bytes = await File.ReadAllBytesAsync(_folder["image"], Cancel);
        bytes.Should().HaveCount((int)SampleDisk.Length + 512);
        Convert.ToHexString(bytes[^444..^428]).Should().Be("00112233445566778899AABBCCDDEEFF");
        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);
        (image.Format, image.Length).Should().Be((DiskFormat.Vhd, SampleDisk.Length));
    }

    [Fact]
    public void The_same_disk_gives_the_same_bytes_in_every_format() => Gen.Select(
        Gen.Int[0, 400_000], Gen.Enum<DiskCompression>(), Gen.Int, Gen.Int[0, 10]).Sample(
        (length, compression, seed, holes) =>
    {
        var random = new Random(seed);
        var content = new byte[length + 1];
        random.NextBytes(content);
        for (; holes > 0; holes--)
            content.AsSpan(random.Next((content.Length / 2) + 1))[..Math.Min(random.Next(90_000), content.Length / 2)].Clear();
        File.WriteAllBytes(_folder["property"], content);

        foreach (var copy in new[] { "1", "2" })
            WriteAsync(_folder["property"], _folder[copy], DiskFormat.Qcow2, new() { Compression = compression }).GetAwaiter().GetResult();

        File.ReadAllBytes(_folder["1"]).Should().Equal(File.ReadAllBytes(_folder["2"]));
        using var image = DiskImage.OpenAsync(_folder["1"]).GetAwaiter().GetResult();
        using var back = new MemoryStream();
        using (var inside = image.OpenRead()) inside.CopyTo(back);
        back.ToArray().AsSpan().SequenceEqual(content).Should().BeTrue();
    }, iter: 40, threads: 1);

    [Fact]
    public async Task What_is_not_written_here_is_refused_and_leaves_nothing()
    {
        SampleDisk.Make(_folder["raw"]);

        await Refused(DiskFormat.Vmdk, new());
        await Refused(DiskFormat.Vhdx, new());
        await Refused(DiskFormat.Raw, new() { Compression = DiskCompression.Deflate });
        await Refused(DiskFormat.Vhd, new() { Compression = DiskCompression.Zstandard });
        Directory.GetFiles(_folder.Path).Should().ContainSingle();

        Task Refused(DiskFormat format, DiskWriteOptions options) =>
            ((Func<Task>)(() => WriteAsync(_folder["raw"], _folder["image"], format, options))).Should()
                .ThrowAsync<NotSupportedException>();
    }

    [Fact]
    public async Task An_image_that_is_damaged_in_its_middle_leaves_what_was_there()
    {
        SampleDisk.Make(_folder["raw"]);
        await Tools.RunAsync("qemu-img", "convert", "-c", "-f", "raw", "-O", "qcow2", _folder["raw"], _folder["image"]);
        using (var file = File.OpenHandle(_folder["image"], FileMode.Open, FileAccess.Write))
            RandomAccess.Write(file, Repeating(5000, 256), RandomAccess.GetLength(file) / 2);
        await File.WriteAllTextAsync(_folder["kept"], "before", Cancel);

        var write = () => WriteAsync(_folder["image"], _folder["kept"], DiskFormat.Qcow2, new());

        await write.Should().ThrowAsync<InvalidImageException>();
        (await File.ReadAllTextAsync(_folder["kept"], Cancel)).Should().Be("before");
        Directory.GetFiles(_folder.Path).Should().BeEquivalentTo([_folder["raw"], _folder["image"], _folder["kept"]]);
    }

    private static byte[] Repeating(int length, int period)
    {
        var bytes = new byte[length];
        var random = new Random(1);
        random.NextBytes(bytes.AsSpan(0, period));
        for (var i = period; i < length; i++) bytes[i] = bytes[i - period];
        return bytes;
    }

    private static async Task WriteAsync(string from, string to, DiskFormat format, DiskWriteOptions options)
    {
        using var image = await DiskImage.OpenAsync(from);
        await image.WriteAsync(to, format, options);
    }
}
