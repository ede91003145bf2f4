using System.Text;
using Maas.Images.Debian;
using Maas.Images.Downloads;

namespace Maas.Images.Import;

/// <summary>A text that a key of the keyring has signed.</summary>
/// <param name="Text">What was signed.</param>
/// <param name="SignedAt">When.</param>
/// <param name="Location">Where it was got, for messages.</param>
internal sealed record SignedText(string Text, DateTimeOffset SignedAt, string Location)
{
    private const int LargestSignature = 64 << 10;

    /// <summary>Fetches a text with its signature around it, from the first mirror that has a good one.</summary>
    public static Task<SignedText> FetchClearSignedAsync(
        SourceContext context, IReadOnlyList<Uri> mirrors, string path, OpenPgpKeyring keyring, int limit, TimeSpan tolerance,
        CancellationToken cancellationToken)
    {
        var texts = Resolve(mirrors, path);
        return FirstGoodAsync(mirrors.Count, async mirror =>
        {
            var message = await context.FetchAsync([texts[mirror]], limit, cancellationToken).ConfigureAwait(false);
            var (text, signedAt) = keyring.VerifyClearSigned(
                Encoding.UTF8.GetString(message), RemotePath.Shown(texts[mirror]), context.Time.GetUtcNow() + tolerance);
            return new SignedText(text, signedAt, RemotePath.Shown(texts[mirror]));
        });
    }

    /// <summary>
    /// Fetches a text and the signature beside it, from the first mirror where they fit: one that is being updated may show two that do
    /// not.
    /// </summary>
    public static Task<SignedText> FetchDetachedAsync(
        SourceContext context, IReadOnlyList<Uri> mirrors, string path, string signaturePath, OpenPgpKeyring keyring, int limit,
        TimeSpan tolerance, CancellationToken cancellationToken)
    {
        var (texts, signatures) = (Resolve(mirrors, path), Resolve(mirrors, signaturePath));
        return FirstGoodAsync(mirrors.Count, async mirror =>
        {
            var content = await context.FetchAsync([texts[mirror]], limit, cancellationToken).ConfigureAwait(false);
            var signature = await context.FetchAsync([signatures[mirror]], LargestSignature, cancellationToken).ConfigureAwait(false);
            var signedAt = keyring.VerifyDetached(
                content, signature, RemotePath.Shown(texts[mirror]), context.Time.GetUtcNow() + tolerance);
            return new SignedText(Encoding.UTF8.GetString(content), signedAt, RemotePath.Shown(texts[mirror]));
        });
    }

    /// <summary>The places of a path that metadata names, on every mirror.</summary>
    /// <exception cref="UntrustedArchiveException">It leaves the mirror.</exception>
    public static IReadOnlyList<Uri> Resolve(IReadOnlyList<Uri> mirrors, string path) =>
        [.. mirrors.Select(mirror => RemotePath.TryResolve(mirror, path)
            ?? throw new UntrustedArchiveException(RemotePath.Shown(mirror), $"it names the path {Shown(path)}, which leaves it"))];

    private static async Task<SignedText> FirstGoodAsync(int mirrors, Func<int, Task<SignedText>> fetch)
    {
        for (var mirror = 0; ; mirror++)
        {
            try
            {
                return await fetch(mirror).ConfigureAwait(false);
            }
            catch (Exception fault) when (mirror + 1 < mirrors && MirrorRotation.IsOfMirror(fault))
            {
                continue;
            }
        }
    }

    private static string Shown(string path) => new([.. path.Take(100).Select(letter => char.IsControl(letter) ? '?' : letter)]);
}
