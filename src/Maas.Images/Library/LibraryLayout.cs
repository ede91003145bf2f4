namespace Maas.Images.Library;

/// <summary>
/// Where things are in a library's directory.
/// <code>
/// lock                          held shared to publish, alone to collect
/// blobs/ab/abcd…                finished content, read-only, named by its SHA-256
/// references/abcd…/NAME         an empty file for each reason to keep a blob
/// uploads/ID/session            digest and length that were promised
/// uploads/ID/data               what has arrived; its length is where to go on
/// damaged/abcd…                 content that failed a later verification
/// downloads/SOURCE/abcd…        the received part of a file, named by its expected hash
/// imports/SOURCE.json           what was imported from a source, and how new its metadata was
/// imports/SOURCE.lock           held by the one that imports from it
/// </code>
/// </summary>
internal sealed class LibraryLayout
{
    public LibraryLayout(string root)
    {
        Root = Path.GetFullPath(root);
        foreach (var directory in new[] { Root, Blobs, References, Uploads, Damaged, Downloads, Imports })
            Directory.CreateDirectory(directory);
        MakeLock(Lock);
    }

    public string Root { get; }

    public string Lock => Path.Combine(Root, "lock");

    public string Blobs => Path.Combine(Root, "blobs");

    public string References => Path.Combine(Root, "references");

    public string Uploads => Path.Combine(Root, "uploads");

    public string Damaged => Path.Combine(Root, "damaged");

    public string Downloads => Path.Combine(Root, "downloads");

    public string Imports => Path.Combine(Root, "imports");

    public string Blob(Sha256Digest digest)
    {
        var name = digest.ToString();
        return Path.Combine(Blobs, name[..2], name);
    }

    public string ReferencesTo(Sha256Digest digest) => Path.Combine(References, digest.ToString());

    public string Reference(Sha256Digest digest, string name) => Path.Combine(ReferencesTo(digest), FileNameOf(name, nameof(name)));

    public string Upload(string id) => Path.Combine(Uploads, FileNameOf(id, nameof(id)));

    /// <summary>The folder of a source's unfinished downloads.</summary>
    public string DownloadsOf(string source) => Path.Combine(Downloads, FileNameOf(source, nameof(source)));

    /// <summary>The record of a source's imports.</summary>
    public string Import(string source) => Path.Combine(Imports, FileNameOf(source, nameof(source)) + ".json");

    /// <summary>The lock file of a source, which is made if it is not there.</summary>
    public string ImportLock(string source)
    {
        var path = Path.Combine(Imports, FileNameOf(source, nameof(source)) + ".lock");
        MakeLock(path);
        return path;
    }

    public static string NameOf(string file) => Uri.UnescapeDataString(Path.GetFileName(file));

    private static void MakeLock(string path)
    {
        if (File.Exists(path)) return;
        try
        {
            using var made = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process made it in the same moment.
        }
    }

    /// <summary>Any name as one file name: a dot and everything unusual is percent-encoded, so no name is a path.</summary>
    private static string FileNameOf(string name, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(name, parameter);
        var file = Uri.EscapeDataString(name).Replace(".", "%2E", StringComparison.Ordinal);
        return file.Length <= 255 ? file : throw new ArgumentException("The name is too long.", parameter);
    }
}
