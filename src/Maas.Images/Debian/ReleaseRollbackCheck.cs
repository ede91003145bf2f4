using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Maas.Images.Downloads;
using Maas.Images.Primitives;

namespace Maas.Images.Debian;

/// <summary>
/// The date of the newest Release file of a suite that was seen, kept in the archive's cache. A mirror, or an attacker in front of it, may
/// show an old state with its good signature, and Debian's stable suites have no Valid-Until: what is older than the mark was rolled back.
/// </summary>
internal static class ReleaseRollbackCheck
{
    /// <summary>Checks a suite against its mark, and moves the mark.</summary>
    /// <exception cref="UntrustedArchiveException">A newer state of the suite has been seen.</exception>
    public static async Task AdvanceAsync(string cache, SignedSuite suite, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        // By mirror and suite: another mirror may lag behind, which is no attack.
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(suite.Folder.AbsoluteUri)));
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(cache, "marks")).FullName, name);
        using var held =
            await FileLock.AcquireAsync(
                Path.Combine(Directory.CreateDirectory(Path.Combine(cache, "locks")).FullName, name), timeProvider, cancellationToken)
                .ConfigureAwait(false);
        if (File.Exists(path)
            && DateTimeOffset.TryParseExact(
                await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false),
                "O",
                CultureInfo.InvariantCulture,
                DateTimeStyles.RoundtripKind,
                out var newest))
        {
            if (suite.Release.MadeAt < newest)
                throw new UntrustedArchiveException(
                    new Uri(suite.Folder, "InRelease").AbsoluteUri,
                    $"it was rolled back: dated {suite.Release.MadeAt:u}, and {newest:u} has been seen");
            if (suite.Release.MadeAt == newest) return;
        }

        var text = Encoding.ASCII.GetBytes(suite.Release.MadeAt.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture));
        AtomicFile.Write(path, output => output.Write(text));
    }
}
