using System.Text;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Advisories;

/// <summary>
/// An image that a reference tool made of an honest tree, and in which names were then overwritten, which no tool would write.
/// </summary>
internal static class ForgedImage
{
    /// <summary>
    /// The formats that names are forged in, each with the command that makes it of <c>tree</c>; all without checksums over names.
    /// </summary>
    public static TheoryData<string> Commands =>
    [
        "mke2fs -q -F -t ext2 -b 1024 -N 64 -d tree image 600K",
        "mke2fs -q -F -t ext4 -O ^metadata_csum,^has_journal -b 1024 -N 64 -d tree image 600K",
        "genisoimage -quiet -R -o image tree",
        "genisoimage -quiet -J -o image tree",
        "mkfs.fat -C image 400 > /dev/null && mcopy -s -i image tree/* ::/",
        "mksquashfs tree image -quiet -no-progress -noI -noD -noF > /dev/null",
        "(cd tree && find . | cpio -o -H newc --quiet) > image",
        "tar --format=ustar -cf image -C tree .",
    ];

    /// <summary>
    /// Makes an image of <c>tree</c> and puts one name in another's place, in ASCII and, as Joliet and FAT have them, in UTF-16.
    /// </summary>
    /// <returns>The image's bytes.</returns>
    public static async Task<byte[]> MakeAsync(TemporaryFolder folder, string command, string honest, string forged)
    {
        honest.Length.Should().Be(forged.Length);
        await Tools.ShellAsync(folder.Path, command);
        var image = await File.ReadAllBytesAsync(folder["image"], TestContext.Current.CancellationToken);
        var replaced = 0;
        foreach (var encoding in (Encoding[])[Encoding.ASCII, Encoding.BigEndianUnicode, Encoding.Unicode])
            replaced += Replace(image, encoding.GetBytes(honest), encoding.GetBytes(forged));
        replaced += ReplaceLongFatName(image, honest, forged);
        replaced.Should().BePositive("{0} keeps names as they are", command);
        if (command.StartsWith("tar ", StringComparison.Ordinal)) SealTar(image);
        return image;
    }

    private static int Replace(Span<byte> image, byte[] from, byte[] to)
    {
        var count = 0;
        for (int at; (at = image.IndexOf(from)) >= 0; image = image[(at + to.Length)..], count++) to.CopyTo(image[at..]);
        return count;
    }

    // A long name's entry (fatgen103): units 1-5 at 1, 6-11 at 14, 12-13 at 28; attributes 0x0F at 11.
    private static int ReplaceLongFatName(byte[] image, string from, string to)
    {
        int[] places = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];
        var count = 0;
        for (var entry = 0; entry + 32 <= image.Length; entry += 32)
        {
            if (image[entry + 11] != 0x0F || !places.Take(from.Length).Select(at => (char)image[entry + at]).SequenceEqual(from)) continue;
            for (var i = 0; i < to.Length; i++) (image[entry + places[i]], image[entry + places[i] + 1]) = ((byte)to[i], 0);
            count++;
        }

        return count;
    }

    private static void SealTar(byte[] image)
    {
        for (var at = 0; at + 512 <= image.Length; at += 512)
        {
            var header = image.AsSpan(at, 512);
            if (!header[257..].StartsWith("ustar"u8)) continue;
            header.Slice(148, 8).Fill((byte)' ');
            var sum = 0;
            foreach (var octet in header) sum += octet;
            Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0").CopyTo(header[148..]);
        }
    }
}
