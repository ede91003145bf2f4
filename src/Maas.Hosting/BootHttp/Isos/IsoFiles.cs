using System.Globalization;
using Maas.Hosting.FirstStart;
using Maas.Images;
using Maas.Images.Library;
using Maas.Install.Recipes;

namespace Maas.Hosting.BootHttp.Isos;

/// <summary>The ISOs that recipes name: among the boot files, or in the image library.</summary>
internal sealed class IsoFiles(DataDirectory data, ImageLibrary library)
{
    /// <summary>Opens an ISO.</summary>
    /// <param name="file">As <see cref="InstallerIso.File"/>.</param>
    /// <returns>The ISO, and what changes when it does.</returns>
    /// <exception cref="IOException">It is not there, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The host may not read it.</exception>
    public (Stream Iso, string Identity) Open(string file)
    {
        if (file.StartsWith(InstallerIso.DigestPrefix, StringComparison.Ordinal))
        {
            var digest = Sha256Digest.Parse(file[InstallerIso.DigestPrefix.Length..].ToLowerInvariant());
            return library.OpenRead(digest) is { } blob ? (blob, $"{digest}")
                : throw new FileNotFoundException("The image library of this host has no such blob.");
        }

        var path = Path.Combine(data.Of("boot"), file);
        if (!File.Exists(path)) throw new FileNotFoundException("The boot files of this host have no such ISO.");
        var iso = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0,
            FileOptions.RandomAccess);
        var written = File.GetLastWriteTimeUtc(iso.SafeFileHandle).Ticks;
        return (iso, string.Create(CultureInfo.InvariantCulture, $"{iso.Length:x}-{written:x}"));
    }
}
