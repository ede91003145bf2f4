using System.Globalization;

namespace Maas.Images.Primitives;

/// <summary>
/// What a path that is to be written to leads to. An output is a place, not a name: links are followed, and a device or a pipe is not
/// replaced by a file.
/// </summary>
internal abstract record OutputTarget(string Path)
{
    /// <summary>A file, there or not, under its own name: what is written takes its place when it is whole.</summary>
    public sealed record Replaced(string Path) : OutputTarget(Path);

    /// <summary>A pipe, a character device or an open file of this process: it takes bytes in one direction.</summary>
    /// <param name="Path">The path.</param>
    /// <param name="Descriptor">The number of an open file of this process; <see langword="null"/> for what has a name.</param>
    public sealed record Sequential(string Path, int? Descriptor) : OutputTarget(Path);

    /// <summary>A disk, a partition, a logical volume.</summary>
    public sealed record Block(string Path) : OutputTarget(Path);

    /// <exception cref="IOException">It is a directory or a socket, or its links lead nowhere.</exception>
    public static OutputTarget Of(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        if (Directory.Exists(path)) throw new IOException($"{path} is a directory; an image is written to a file or a device.");
        switch (FileStatus.OfTarget(path)?.Kind)
        {
            case FileKind.BlockDevice: return new Block(path);
            case FileKind.CharacterDevice or FileKind.Pipe: return new Sequential(path, DescriptorOf(path));
            case FileKind.Socket: throw new IOException($"{path} is a socket; an image is written to a file or a device.");
            case FileKind.File when DescriptorOf(path) is { } descriptor: return new Sequential(path, descriptor);
        }

        return new Replaced(ResolveLinks(path));
    }

    /// <summary>The name that a path's links end at, whether a file is there or not.</summary>
    public static string ResolveLinks(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return path;
        }
    }

    /// <summary>
    /// The number of the open file that a path stands for (<c>/dev/stdout</c>, <c>/dev/fd/3</c>); null for any other path. Replacing such
    /// a name would not reach the file,
    /// and opening it anew would begin at its start, over what is there.
    /// </summary>
    private static int? DescriptorOf(string path)
    {
        const int MostLinks = 8;
        if (!OperatingSystem.IsLinux()) return null;
        for (var links = 0; links < MostLinks; links++)
        {
            foreach (var folder in (ReadOnlySpan<string>)["/proc/self/fd/", $"/proc/{Environment.ProcessId}/fd/", "/dev/fd/"])
            {
                if (path.StartsWith(folder, StringComparison.Ordinal)
                    && int.TryParse(path.AsSpan(folder.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                    return number;
            }

            if (new FileInfo(path).LinkTarget is not { } target) return null;
            path = System.IO.Path.GetFullPath(target, System.IO.Path.GetDirectoryName(path) ?? "/");
        }

        return null;
    }
}
