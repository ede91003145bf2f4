using System.Globalization;

namespace Maas.Images.Library;

public sealed partial class ImageLibrary
{
    /// <summary>Begins an upload, or resumes it: the same name with the same expected digest continues at its current length.</summary>
    /// <param name="id">Any name of yours for it, at most 80 characters or so.</param>
    /// <param name="digest">The SHA-256 that the whole will have.</param>
    /// <param name="length">The bytes that the whole will have.</param>
    /// <exception cref="InvalidOperationException">An upload of this name promised something else.</exception>
    public BlobUpload BeginUpload(string id, Sha256Digest digest, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (FindUpload(id) is { } known)
        {
            return known.Digest == digest && known.Length == length
                ? known
                : throw new InvalidOperationException($"The upload {id} was begun for {known.Digest} of {known.Length} bytes.");
        }

        var folder = _layout.Upload(id);
        var preparing = _layout.Upload($"beginning-{Guid.CreateVersion7():n}");
        Directory.CreateDirectory(preparing);
        using (File.Create(Path.Combine(preparing, "data")))
        {
        }

        using (var session = new FileStream(Path.Combine(preparing, "session"), FileMode.CreateNew, FileAccess.Write))
        {
            session.Write(System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{digest} {length}\n")));
            session.Flush(flushToDisk: true);
        }

        try
        {
            Directory.Move(preparing, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            Directory.Delete(preparing, recursive: true);
            return BeginUpload(id, digest, length);
        }

        DirectorySync.Flush(_layout.Uploads);
        return new BlobUpload(_layout, _lock, _time, id, digest, length);
    }

    /// <summary>An upload that was begun and is neither complete nor cancelled, or <see langword="null"/>.</summary>
    public BlobUpload? FindUpload(string id)
    {
        string session;
        try
        {
            session = File.ReadAllText(Path.Combine(_layout.Upload(id), "session"));
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        var fields = session.Trim().Split(' ');
        return fields.Length == 2
            && Sha256Digest.TryParse(fields[0], out var digest)
            && long.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                ? new BlobUpload(_layout, _lock, _time, id, digest, length)
                : throw new InvalidDataException($"The session file of the upload {id} is damaged.");
    }

    /// <summary>The uploads that are under way.</summary>
    public IEnumerable<BlobUpload> Uploads() =>
        Directory.EnumerateDirectories(_layout.Uploads).Select(LibraryLayout.NameOf).Select(FindUpload).OfType<BlobUpload>();
}
