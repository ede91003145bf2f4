using Maas.Images;
using Maas.Images.ByteSources;
using Maas.Images.FileTrees;

namespace Maas.Fuzz.Tests.Images;

/// <summary>Reads what there is to read, up to a measure, and lets nothing through but what damage should come to.</summary>
internal static class Reading
{
    private const int MostEntries = 300;
    private const int MostOfAFile = 20_000;

    private static readonly byte[] s_buffer = new byte[MostOfAFile];

    /// <summary>The most that a reader of a small image may allocate: a few caches of blocks, and a decoder's window.</summary>
    public const long MostAllocated = 48 << 20;

    /// <summary>A target whose inputs are changes of images.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="read">Reads an image.</param>
    /// <param name="samples">The images; the input's first octet chooses.</param>
    public static FuzzTarget Of(string name, Action<RandomAccessSource> read, params SampleImage[] samples) =>
        new(name, input =>
        {
            if (input.IsEmpty) return;
            var sample = samples[input[0] % samples.Length];
            sample.Change(input[1..]);
            try
            {
                read(new MemoryBytes(sample.Bytes));
            }
            catch (InvalidImageException)
            {
                // What damage should come to.
            }
            finally
            {
                sample.Restore();
            }
        })
        {
            Seeds = [.. Enumerable.Range(0, samples.Length).SelectMany(i => (byte[][])[[(byte)i], [(byte)i, 0, 16, 0, 0, 1, 0, 0, 0]])],
            Words = s_changes,
            Longest = 1 + (16 * SampleImage.ChangeLength),
            MostAllocated = MostAllocated,
            Cases = 6_000,
        };

    /// <summary>The case that nothing but <see cref="InvalidImageException"/> escapes from.</summary>
    public static FuzzCase Case(FuzzCase read) => input =>
    {
        try
        {
            read(input);
        }
        catch (InvalidImageException)
        {
            // What damage should come to.
        }
    };

    /// <summary>A disk image of any kind: how it is divided, the trees on it, and some of its bytes.</summary>
    public static void Disk(RandomAccessSource bytes)
    {
        using var image = DiskImage.OpenAsync(bytes.OpenStream(), new() { MostUnpackedBytes = 1 << 20 }).GetAwaiter().GetResult();
        foreach (var volume in image.Volumes)
        {
            if (volume.Content.Length > 100) throw new InvalidOperationException("a format with a name that long");
            if (volume.HasTree) Tree(volume.OpenTree());
        }

        using var disk = image.OpenRead();
        Some(disk);
    }

    /// <summary>A tree: every entry, its attributes, and some of its content.</summary>
    public static void Tree(IFileTree tree)
    {
        var left = MostEntries;
        foreach (var entry in tree.Walk())
        {
            if (left-- == 0) break;
            if (entry.Name.Contains('/') || entry.Name is "" or "." or ".." || entry.Name.Contains('\0'))
                throw new InvalidOperationException($"'{entry.Name}' is no name");
            tree.ExtendedAttributes(entry);
            if (entry.Kind != FileKind.File) continue;
            using var content = tree.OpenRead(entry);
            if (content.Length != entry.Length)
                throw new InvalidOperationException($"{entry.Path} has {content.Length} bytes, not {entry.Length}");
            Some(content);
        }
    }

    /// <summary>A stream's beginning and, if it can seek, its end.</summary>
    public static void Some(Stream content)
    {
        _ = content.ReadAtLeast(s_buffer, s_buffer.Length, throwOnEndOfStream: false);
        if (!content.CanSeek) return;
        content.Position = Math.Max(0, content.Length - 100);
        _ = content.ReadAtLeast(s_buffer, 100, throwOnEndOfStream: false);
    }

    private static readonly byte[][] s_changes =
    [
        [3, 0, 0, 0, 0xff, 0xff, 0xff, 0xff],
        [5, 0, 0, 0, 0xff, 0xff, 0xff, 0xff],
        [5, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f],
        [4, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f],
        [2, 0, 0, 0, 0xff, 0xff, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0],
        [1, 0, 0, 0, 0xff, 0, 0, 0],
        [6, 0, 0, 0, 0, 0, 3, 0],
        [6, 0, 0, 0, 0, 0, 31, 0],
        [7, 0, 0, 0, 0, 0, 0, 0],
        [7, 0, 0, 0, 15, 0, 0, 16],
        [3, 0, 0, 0, 1, 0, 0, 0],
    ];
}
