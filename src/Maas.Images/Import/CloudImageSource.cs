using System.Text;
using Maas.Images.Debian;
using Maas.Images.Downloads;

namespace Maas.Images.Import;

/// <summary>How a list of hashes is vouched for.</summary>
public enum ChecksumSignature
{
    /// <summary>An OpenPGP signature in a file of its own (Ubuntu: <c>SHA256SUMS.gpg</c>; Debian: <c>SHA512SUMS.sign</c>).</summary>
    Detached,

    /// <summary>An OpenPGP signature in the list itself (Fedora, Rocky: <c>…-CHECKSUM</c>).</summary>
    Clear,

    /// <summary>None: the server's certificate is trusted instead, so every mirror must be https (Debian's cloud images).</summary>
    None,
}

/// <summary>
/// A folder of images with a list of their hashes, as distributions publish their cloud images:
/// <c>cloud-images.ubuntu.com/noble/current/</c>,
/// <c>cloud.debian.org/images/cloud/bookworm/latest/</c>, Fedora's and Rocky's.
/// </summary>
/// <example><code>
/// var source = new CloudImageSource
/// {
///     Name = "noble", Mirrors = [new("https://cloud-images.ubuntu.com/noble/current/")], Files = ["noble-server-cloudimg-amd64.img"],
///     Keyring = OpenPgpKeyring.Load("/usr/share/keyrings/ubuntu-cloudimage-keyring.gpg"),
/// };
/// </code></example>
public sealed class CloudImageSource : IImageSource
{
    private const int MostListBytes = 4 << 20;

    /// <inheritdoc/>
    public required string Name { get; init; }

    /// <summary>The folder: http or https; more than one are mirrors of it, the preferred one first.</summary>
    public required IReadOnlyList<Uri> Mirrors { get; init; }

    /// <summary>The names that are wanted; <c>*</c> and <c>?</c> stand for any characters and any one, but no <c>/</c>.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>The list of SHA-256 or SHA-512 hashes. Default <c>SHA256SUMS</c>.</summary>
    public string Checksums { get; init; } = "SHA256SUMS";

    /// <summary>How it is vouched for. Default <see cref="ChecksumSignature.Detached"/>.</summary>
    public ChecksumSignature Signature { get; init; }

    /// <summary>The detached signature's name. Default <see langword="null"/>: the list's with <c>.gpg</c>.</summary>
    public string? SignatureFile { get; init; }

    /// <summary>The keys that may sign; needed unless <see cref="Signature"/> is <see cref="ChecksumSignature.None"/>.</summary>
    public OpenPgpKeyring? Keyring { get; init; }

    /// <summary>How old the signature may be. Default <see langword="null"/>: any age, but never older than what was seen before.</summary>
    public TimeSpan? MaximumAge { get; init; }

    /// <summary>How far the signer's clock may be ahead of ours. Default 1 day.</summary>
    public TimeSpan ClockTolerance { get; init; } = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    public string Selection => string.Join(' ', Files.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    /// <inheritdoc/>
    public async Task<SourceListing> ListAsync(SourceContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var (list, marks) = Signature == ChecksumSignature.None
            ? (await FetchUnsignedAsync(context, cancellationToken).ConfigureAwait(false), context.Marks)
            : Fresh(await FetchSignedAsync(context, cancellationToken).ConfigureAwait(false), context);
        List<SourceFile> files =
        [
            .. ChecksumList.Select(ChecksumList.Parse(list, RemotePath.Shown(Mirrors[0])), Files)
                .Select(entry =>
                    new SourceFile.Remote { Name = entry.Name, Locations = SignedText.Resolve(Mirrors, entry.Name), Hash = entry.Hash }),
        ];
        return files.Count > 0
            ? new SourceListing(files, marks)
            : throw new FileNotFoundException($"{RemotePath.Shown(Mirrors[0])}{Checksums} names no {string.Join(", no ", Files)}.");
    }

    private Task<SignedText> FetchSignedAsync(SourceContext context, CancellationToken cancellationToken)
    {
        var keyring = Keyring ?? throw new InvalidOperationException($"The source {Name} has a signature and no keyring.");
        return Signature == ChecksumSignature.Clear
            ? SignedText.FetchClearSignedAsync(context, Mirrors, Checksums, keyring, MostListBytes, ClockTolerance, cancellationToken)
            : SignedText.FetchDetachedAsync(
                context,
                Mirrors,
                Checksums,
                SignatureFile ?? Checksums + ".gpg",
                keyring,
                MostListBytes,
                ClockTolerance,
                cancellationToken);
    }

    private async Task<string> FetchUnsignedAsync(SourceContext context, CancellationToken cancellationToken)
    {
        if (Mirrors.FirstOrDefault(mirror => mirror.Scheme != Uri.UriSchemeHttps) is { } plain)
            throw new UntrustedArchiveException(RemotePath.Shown(plain), "its list of hashes is not signed, and it is not https either");
        return Encoding.UTF8.GetString(
            await context.FetchAsync(SignedText.Resolve(Mirrors, Checksums), MostListBytes, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The list has no date of its own; its signature has.</summary>
    private (string List, IReadOnlyDictionary<string, string> Marks) Fresh(SignedText signed, SourceContext context) =>
        (signed.Text, SignatureRollbackCheck.Advance(context, signed.SignedAt, MaximumAge, signed.Location, Checksums));
}
