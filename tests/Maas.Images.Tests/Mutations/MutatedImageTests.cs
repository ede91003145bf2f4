using System.Diagnostics;
using Maas.Images.FileTrees;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Mutations;

/// <summary>
/// Small real images with bits flipped, fields overwritten and ends cut off: whatever comes of it, the only exception is
/// <see cref="InvalidImageException"/>, and it comes soon. <c>MAAS_FUZZ_ROUNDS</c> makes it a longer search.
/// </summary>
public sealed class MutatedImageTests : IDisposable
{
    private static readonly int Rounds = int.TryParse(Environment.GetEnvironmentVariable("MAAS_FUZZ_ROUNDS"), out var rounds)
        ? rounds
        : 150;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ext4", "mke2fs -q -F -t ext4 -O ^metadata_csum,^has_journal,inline_data -b 1024 -N 64 -d tree image 600K")]
    [InlineData("ext4", "mke2fs -q -F -t ext4 -O metadata_csum -b 1024 -N 64 -J size=1 -d tree image 8M")]
    [InlineData("ext2", "mke2fs -q -F -t ext2 -b 1024 -N 64 -d tree image 600K")]
    [InlineData("iso9660", "genisoimage -quiet -R -J -o image tree")]
    [InlineData("iso9660", "xorriso -outdev image -joliet on -zisofs default -map tree / -set_filter_r --zisofs / -- -end 2> /dev/null")]
    [InlineData("fat12", "mkfs.fat -C image 400 > /dev/null && mcopy -s -i image tree/* ::/")]
    [InlineData("squashfs", "mksquashfs tree image -quiet -no-progress -comp gzip -noI")]
    [InlineData("squashfs", "mksquashfs tree image -quiet -no-progress -comp zstd -b 4096")]
    [InlineData("squashfs", "mksquashfs tree image -quiet -no-progress -comp xz")]
    [InlineData("squashfs", "mksquashfs tree image -quiet -no-progress -comp lz4")]
    [InlineData("squashfs", "mksquashfs tree image -quiet -no-progress -comp lzo -b 4096")]
    [InlineData("cpio", "(cd tree && find . | cpio -o -H newc --quiet) > image")]
    [InlineData("tar", "tar --format=pax -S -cf image tree")]
    [InlineData("ext4", "mke2fs -q -F -t ext4 -b 1024 -N 64 -d tree raw 1M && qemu-img convert -c -O qcow2 raw image")]
    [InlineData("ext4", "mke2fs -q -F -t ext4 -b 1024 -N 64 -d tree raw 1M && qemu-img convert -O vpc raw image")]
    [InlineData("ext4", "mke2fs -q -F -t ext4 -b 1024 -N 64 -d tree raw 1M && qemu-img convert -O vhdx -o block_size=1M raw image")]
    [InlineData("ext4", "mke2fs -q -F -t ext4 -b 1024 -N 64 -d tree raw 1M && qemu-img convert -O vmdk raw image")]
    [InlineData(
        "ext4", "mke2fs -q -F -t ext4 -b 1024 -N 64 -d tree raw 1M && qemu-img convert -O vmdk -o subformat=streamOptimized raw image")]
    [InlineData("", "truncate -s 300K image && printf 'label: dos\\n64,100\\n200,,E\\n220,50\\n300,50\\n' | sfdisk -q image")]
    [InlineData("", "truncate -s 300K image && sgdisk -a 1 -n 1:40:+10 -n 2:60:+10 image > /dev/null")]
    public async Task Only_the_image_is_to_blame(string content, string line)
    {
        await Tools.ShellAsync(
            _folder.Path,
            "mkdir -p tree/dir/sub && echo hello > tree/dir/file && head -c 9000 /dev/urandom > tree/dir/big && seq 9000 > tree/text " +
            "&& truncate -s 20K tree/sparse && for i in 1 2 3 4 5 6; do echo $i > \"tree/dir/sub/a longer name $i\"; done");
        if (content is not "fat12") await Tools.ShellAsync(_folder.Path, "ln -s ../some/where tree/link");
        await Tools.ShellAsync(_folder.Path, line);
        var original = await File.ReadAllBytesAsync(_folder["image"], TestContext.Current.CancellationToken);
        using (var whole = await DiskImage.OpenAsync(new MemoryStream(original), null, TestContext.Current.CancellationToken))
            whole.Volumes[0].Content.Should().Be(content);

        var used = Enumerable.Range(0, original.Length).Where(at => original[at] != 0).ToArray();
        var random = new Random(original.Length);
        for (var round = 0; round < Rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            var mutated = Mutate(original, used, random);
            await ReadAllAsync(mutated, $"round {round} of {line}");
            clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(20), "round {0} of {1}", round, line);
        }
    }

    private static byte[] Mutate(byte[] original, int[] used, Random random)
    {
        var bytes = original.ToArray();
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            var at = random.Next(3) == 0
                ? random.Next(bytes.Length)
                : used[random.Next(Math.Min(used.Length, random.Next(2) == 0 ? 400 : used.Length))];
            switch (random.Next(4))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes.AsSpan(at, Math.Min(4, bytes.Length - at)).Fill((byte)(random.Next(2) * 255)); break;
                default: bytes.AsSpan(random.Next(bytes.Length - 8), 8).CopyTo(bytes.AsSpan(Math.Min(at, bytes.Length - 8))); break;
            }
        }

        return random.Next(20) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }

    private static async Task ReadAllAsync(byte[] bytes, string round)
    {
        try
        {
            using var image = await DiskImage.OpenAsync(new MemoryStream(bytes), new() { MostUnpackedBytes = 1 << 24 });
            foreach (var volume in image.Volumes.Where(volume => volume.HasTree)) ReadTree(volume.OpenTree());
            await using var disk = image.OpenRead();
            ReadSome(disk);
        }
        catch (InvalidImageException)
        {
            // What damage should come to.
        }
        catch (Exception wrong)
        {
            throw new InvalidOperationException($"{round}: {wrong.Message}", wrong);
        }
    }

    private static void ReadTree(IFileTree tree)
    {
        var entries = 0;
        foreach (var entry in tree.Walk())
        {
            if (++entries > 10_000) return;
            tree.ExtendedAttributes(entry);
            if (entry.Kind != FileKind.File) continue;
            using var content = tree.OpenRead(entry);
            ReadSome(content);
        }
    }

    private static void ReadSome(Stream content)
    {
        var buffer = new byte[100_000];
        _ = content.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        content.Position = Math.Max(0, content.Length - 100);
        _ = content.ReadAtLeast(buffer, 100, throwOnEndOfStream: false);
    }
}
