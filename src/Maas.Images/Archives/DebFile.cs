using System.Diagnostics.CodeAnalysis;

namespace Maas.Images.Archives;

/// <summary>
/// A Debian binary package (deb(5), format 2.0) opened for reading: its control file and the files it would install.
/// Members may be plain, gzip, xz, zstd or bzip2. Nothing is unpacked to disk and no maintainer script is run.
/// </summary>
/// <example><code>
/// await using var file = File.OpenRead("busybox-static.deb");
/// var deb = new DebFile(file);
/// foreach (var entry in deb.ReadFiles()) Console.WriteLine(entry.Path);
/// </code></example>
[SuppressMessage("Naming", "CA1711", Justification = "It is a .deb file.")]
public sealed class DebFile
{
    private const int LongestControl = 1 << 20;

    // The largest real package's data is under 3 GB; a kernel's debug package 5 GB.
    private const long LargestData = 16L << 30;
    private readonly Stream _stream;

    /// <summary>Opens the package in <paramref name="stream"/>, which must seek and stays the caller's.</summary>
    public DebFile(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanSeek) throw new ArgumentException("A package is read more than once: the stream must seek.", nameof(stream));
        _stream = stream;
    }

    /// <summary>The fields of the package's <c>control</c> file.</summary>
    /// <exception cref="InvalidImageException">The package is damaged, or has no control file.</exception>
    public ControlParagraph ReadControl()
    {
        foreach (var entry in Read("control.tar", LongestControl * 16L))
        {
            if (entry.Path != "control" || entry.Kind != ArchiveEntryKind.File) continue;
            using var text = new StreamReader(new MemoryStream(entry.ReadAll(LongestControl)));
            return ControlParagraph.ReadAll(text).FirstOrDefault()
                ?? throw new InvalidImageException("control file", "it is empty");
        }

        throw new InvalidImageException("deb package", "it has no control file");
    }

    /// <summary>The package's files in their order, each valid until the next is taken.</summary>
    /// <exception cref="InvalidImageException">The package is damaged (thrown while enumerating).</exception>
    public IEnumerable<ArchiveEntry> ReadFiles() => Read("data.tar", LargestData);

    private IEnumerable<ArchiveEntry> Read(string member, long limit)
    {
        _stream.Position = 0;
        var ar = new ArReader(_stream);
        var first = true;
        while (ar.Next() is var (name, _, content))
        {
            if (first && name != "debian-binary")
                throw new InvalidImageException("deb package", $"its first member is {name}, not debian-binary", 8);
            first = false;
            if (name != member && !name.StartsWith(member + ".", StringComparison.Ordinal)) continue;

            // A size that lies about a member longer than the file is found by the reader at the end of the file.
            using var tarStream = Compression.OpenRead(content, limit);
            var tar = new TarArchiveReader(tarStream);
            while (tar.Next() is { } entry) yield return entry;
            yield break;
        }

        throw new InvalidImageException("deb package", $"it has no {member}");
    }
}
