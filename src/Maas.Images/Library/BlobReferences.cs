namespace Maas.Images.Library;

/// <summary>The reasons to keep blobs, one empty file each.</summary>
internal static class BlobReferences
{
    public static void Add(LibraryLayout layout, Sha256Digest digest, string name)
    {
        var folder = layout.ReferencesTo(digest);
        Directory.CreateDirectory(folder);
        using (File.Create(layout.Reference(digest, name)))
        {
        }

        DirectorySync.Flush(folder);
        DirectorySync.Flush(layout.References);
    }

    public static void Remove(LibraryLayout layout, Sha256Digest digest, string name)
    {
        if (Directory.Exists(layout.ReferencesTo(digest))) File.Delete(layout.Reference(digest, name));
    }

    public static IReadOnlyList<string> Of(LibraryLayout layout, Sha256Digest digest)
    {
        var folder = layout.ReferencesTo(digest);
        return Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder).Select(LibraryLayout.NameOf).Order(StringComparer.Ordinal)]
            : [];
    }
}
