using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Maas.Images;
using Maas.Images.Archives;
using Maas.Install.Recipes;

namespace Maas.Hosting.BootHttp.Isos;

/// <summary>
/// An ISO with the changes of one machine: <see cref="InstallerIso"/> of Maas.Install, carried out by <see cref="IsoPatch"/> of
/// Maas.Images. The changes are in memory, the rest is read from the ISO. Any number of requests may read at once.
/// </summary>
internal sealed class MachineIso : IDisposable
{
    // Configurations of boot loaders have some kilobytes.
    private const int LargestText = 1 << 20;

    private readonly Lock _position = new();
    private readonly Stream _iso;
    private readonly Stream _image;

    private MachineIso(Stream iso, Stream image, string entityTag) => (_iso, _image, EntityTag) = (iso, image, entityTag);

    /// <summary>The length in bytes.</summary>
    public long Length => _image.Length;

    /// <summary>Tells the ISO from all others, of this machine or another: a strong validator for HTTP, without quotes.</summary>
    public string EntityTag { get; }

    /// <summary>Lays the changes over an ISO.</summary>
    /// <param name="iso">The ISO, seekable; it is closed with the result, and at a failure.</param>
    /// <param name="identity">What changes when the ISO does.</param>
    /// <param name="description">The changes, their places filled in.</param>
    /// <param name="texts">The rendered templates by their names.</param>
    /// <exception cref="InvalidImageException">It is no ISO, or a damaged one.</exception>
    /// <exception cref="IOException">A file to be changed is not there, is too large, or has not the text to be replaced.</exception>
    /// <exception cref="NotSupportedException">The ISO, or a change of it, is of a kind that a patch cannot make.</exception>
    public static MachineIso Open(Stream iso, string identity, InstallerIso description, IReadOnlyDictionary<string, string> texts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(identity);
        var patch = new IsoPatch();
        foreach (var change in description.Changes)
        {
            Add(change.Path);
            switch (change)
            {
                case InstallerIsoChange.AnswerFile file:
                    patch.Write(file.Path, Encoding.UTF8.GetBytes(Add(texts[file.Template])));
                    break;
                case InstallerIsoChange.InitialRamDisk disk:
                    var content = Encoding.UTF8.GetBytes(Add(texts[disk.Template]));
                    Add(disk.Target);
                    patch.Change(disk.Path, old => Initramfs.Append(old, cpio => WriteWithFolders(cpio, disk.Target, content)));
                    break;
                case InstallerIsoChange.Replacement text:
                    Add(text.Search);
                    Add(text.Text);
                    patch.Change(text.Path, old => Replace(old, text));
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }

        try
        {
            return new MachineIso(iso, patch.Open(iso), Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16)));
        }
        catch
        {
            iso.Dispose();
            throw;
        }

        // With the length of each, so that no two lists of changes are the same bytes.
        string Add(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{bytes.Length} ")));
            hash.AppendData(bytes);
            return text;
        }
    }

    /// <summary>Reads up to <paramref name="buffer"/>'s length from <paramref name="offset"/>; fewer only at the end.</summary>
    /// <exception cref="IOException">The ISO has become shorter, or cannot be read.</exception>
    public int Read(long offset, Span<byte> buffer)
    {
        lock (_position)
        {
            try
            {
                _image.Position = offset;
                return _image.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            }
            catch (InvalidImageException shorter)
            {
                throw new IOException($"The ISO was changed while it was served: {shorter.Message}", shorter);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _image.Dispose();
        _iso.Dispose();
    }

    private static void WriteWithFolders(CpioWriter cpio, string path, byte[] content)
    {
        for (var slash = path.IndexOf('/'); slash > 0; slash = path.IndexOf('/', slash + 1)) cpio.WriteDirectory(path[..slash]);
        cpio.WriteFile(path, content, 0b110_000_000); // it may contain the machine's key
    }

    // Byte by byte, so that a file in any encoding stays what it is elsewhere.
    private static MemoryStream Replace(Stream old, InstallerIsoChange.Replacement text)
    {
        using (old)
        {
            if (old.Length > LargestText) throw new IOException($"{text.Path} has more than {LargestText} bytes.");
            var bytes = new byte[old.Length];
            old.ReadExactly(bytes);
            var (before, search) = (Encoding.Latin1.GetString(bytes), Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text.Search)));
            if (!before.Contains(search, StringComparison.Ordinal)) throw new IOException($"{text.Path} does not contain '{text.Search}'.");
            var after = before.Replace(search, Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text.Text)), StringComparison.Ordinal);
            return new MemoryStream(Encoding.Latin1.GetBytes(after), writable: false);
        }
    }
}
