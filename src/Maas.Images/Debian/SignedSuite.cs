using System.Text;
using Maas.Images.Downloads;

namespace Maas.Images.Debian;

/// <summary>A suite of an archive, as its signed <c>InRelease</c> describes it.</summary>
/// <param name="Mirror">The archive's folder.</param>
/// <param name="Folder">The suite's folder, which the paths in <paramref name="Release"/> start from.</param>
/// <param name="Release">What was signed.</param>
internal sealed record SignedSuite(Uri Mirror, Uri Folder, ReleaseFile Release)
{
    private const int LargestRelease = 16 << 20;

    public static async Task<SignedSuite> FetchAsync(
        Downloader downloader,
        DebianSource source,
        string keyring,
        TimeSpan tolerance,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var mirror = RemotePath.Folder(source.Mirror);
        var folder = new Uri(mirror, $"dists/{source.Suite}/");
        var address = new Uri(folder, "InRelease");
        var keys = OpenPgpKeyring.Load(source.Keyring ?? keyring);
        var message =
            Encoding.UTF8.GetString(await downloader.FetchSmallAsync([address], LargestRelease, cancellationToken).ConfigureAwait(false));
        var text = keys.Verify(message, address.AbsoluteUri, now + tolerance);
        return new SignedSuite(mirror, folder, ReleaseFile.Read(text, address.AbsoluteUri, source.Suite, now, tolerance));
    }
}
