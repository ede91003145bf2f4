using System.Security.Cryptography;
using Maas.Images.FileTrees;

namespace Maas.Images.Tests.Trees;

/// <summary>A tree as lines that can be compared: path, kind, mode, time, link and the digest of the content.</summary>
public static class TreeListing
{
    public static IReadOnlyList<string> Of(IFileTree tree, TreeFeatures features = TreeFeatures.All, bool times = true) =>
        [.. tree.Walk().Where(entry => entry.Path != "lost+found").Select(entry => Line(
            entry.Path, entry.Kind, features.HasFlag(TreeFeatures.Modes) && entry.Kind != FileKind.SymbolicLink ? entry.Mode : default,
            times && entry.Kind == FileKind.File ? entry.ModifiedAt.ToUnixTimeSeconds() : 0,
            entry.LinkTarget, entry.Kind == FileKind.File ? Digest(tree.OpenRead(entry), entry.Length) : ""))
                .Order(StringComparer.Ordinal)];

    public static IReadOnlyList<string> Of(string folder, TreeFeatures features = TreeFeatures.All, bool times = true) =>
        [.. new DirectoryInfo(folder).EnumerateFileSystemInfos(
            "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = default, ReturnSpecialDirectories = false })
            .Select(entry =>
            {
                var link = entry.LinkTarget;
                var kind = link is not null ? FileKind.SymbolicLink : entry is DirectoryInfo ? FileKind.Directory : FileKind.File;
                return Line(
                    Path.GetRelativePath(folder, entry.FullName), kind,
                    features.HasFlag(TreeFeatures.Modes) && kind != FileKind.SymbolicLink && !OperatingSystem.IsWindows()
                        ? entry.UnixFileMode
                        : default,
                    times && kind == FileKind.File ? new DateTimeOffset(entry.LastWriteTimeUtc).ToUnixTimeSeconds() : 0,
                    link, kind == FileKind.File ? Digest(File.OpenRead(entry.FullName), ((FileInfo)entry).Length) : "");
            }).Order(StringComparer.Ordinal)];

    private static string Line(string path, FileKind kind, UnixFileMode mode, long time, string? link, string digest) =>
        $"{path}|{kind}|{Convert.ToString((int)mode, 8)}|{time}|{link}|{digest}".Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Digest(Stream content, long length)
    {
        using (content)
        {
            content.Length.Should().Be(length);
            return Convert.ToHexString(SHA256.HashData(content))[..16];
        }
    }
}
