using Maas.Images.Downloads;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace Maas.Images.Debian;

/// <summary>
/// The OpenPGP keys that may sign an archive, and the check of a clear-signed message (RFC 9580 section 7) or a detached signature (section
/// 10.4) against them.
/// </summary>
public sealed class OpenPgpKeyring
{
    private readonly List<PgpPublicKeyRing> _rings;
    private readonly bool _archived;

    private OpenPgpKeyring(List<PgpPublicKeyRing> rings, bool archived = false) => (_rings, _archived) = (rings, archived);

    /// <summary>Reads a keyring, binary (<c>.gpg</c>) or armored (<c>.asc</c>).</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidImageException">It is not a keyring.</exception>
    public static OpenPgpKeyring Load(string path)
    {
        using var file = File.OpenRead(path);
        return Read(file);
    }

    /// <summary>Reads a keyring, binary or armored, from a stream that stays the caller's.</summary>
    /// <exception cref="InvalidImageException">It is not a keyring.</exception>
    public static OpenPgpKeyring Read(Stream stream)
    {
        try
        {
            var rings = new PgpPublicKeyRingBundle(PgpUtilities.GetDecoderStream(stream)).GetKeyRings().ToList();
            return rings.Count > 0 ? new OpenPgpKeyring(rings) : throw new InvalidImageException("OpenPGP keyring", "it holds no key");
        }
        catch (Exception fault) when (fault is not (InvalidImageException or OperationCanceledException or FileNotFoundException))
        {
            throw new InvalidImageException("OpenPGP keyring", "it cannot be read", null, fault);
        }
    }

    /// <summary>
    /// The same keys for archived content, which is not signed again: a key that has expired since counts if the signature says that it is
    /// older. The owner of such a key can backdate a signature, so this is for content that is also verified by other means.
    /// </summary>
    public OpenPgpKeyring ForArchivedContent() => new(_rings, archived: true);

    /// <summary>
    /// The text that was signed, if at least one signature by a key of this ring is good. Keys that are not in the ring are
    /// passed over (an archive is signed by several); text outside the signed part is refused, never used.
    /// </summary>
    /// <param name="message">A clear-signed message, as the file <c>InRelease</c>.</param>
    /// <param name="file">The name to use in the exception.</param>
    /// <param name="now">Signatures from after this moment, or expired by it, do not count.</param>
    /// <exception cref="UntrustedArchiveException">No good signature, or no clear-signed message at all.</exception>
    public string Verify(string message, string file, DateTimeOffset now) => VerifyClearSigned(message, file, now).Text;

    /// <summary>
    /// Checks a detached signature (<c>.gpg</c>, <c>.sign</c>, <c>.asc</c>) over a file, by the same rules as <see cref="Verify"/>.
    /// </summary>
    /// <param name="content">The file's bytes.</param>
    /// <param name="signature">The signature's, binary or armored.</param>
    /// <param name="file">The name to use in the exception.</param>
    /// <param name="now">Signatures from after this moment, or expired by it, do not count.</param>
    /// <returns>When it was signed.</returns>
    /// <exception cref="UntrustedArchiveException">No good signature.</exception>
    public DateTimeOffset VerifyDetached(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature, string file, DateTimeOffset now) =>
        FindGood(signature.ToArray(), content.ToArray(), file, now);

    /// <summary>As <see cref="Verify"/>, with the moment of the signature.</summary>
    internal (string Text, DateTimeOffset SignedAt) VerifyClearSigned(string message, string file, DateTimeOffset now)
    {
        var (text, armor) = ClearSignedMessage.Split(message, file);
        return (text, FindGood(armor, ClearSignedMessage.Canonical(text), file, now));
    }

    /// <summary>When the first good signature by a key of this ring was made.</summary>
    private DateTimeOffset FindGood(byte[] signatures, byte[] signed, string file, DateTimeOffset now)
    {
        var reason = "it is signed by no key of the keyring";
        foreach (var signature in Signatures(signatures, file))
        {
            if (FindKey(signature.KeyId) is not { } key) continue;
            if (Refusal(signature, key, now, _archived) is { } refusal) reason = $"key {key.KeyId:X16}: {refusal}";
            else if (IsGood(signature, key, signed)) return MadeAt(signature);
            else reason = $"the signature by key {key.KeyId:X16} does not fit the text";
        }

        throw new UntrustedArchiveException(file, reason);
    }

    private PgpPublicKey? FindKey(long id) => _rings.Select(ring => ring.GetPublicKey(id)).FirstOrDefault(key => key is not null);

    private static string? Refusal(PgpSignature signature, PgpPublicKey key, DateTimeOffset now, bool archived)
    {
        var made = MadeAt(signature);
        var born = new DateTimeOffset(DateTime.SpecifyKind(key.CreationTime, DateTimeKind.Utc));
        var lifetime = signature.GetHashedSubPackets()?.GetSignatureExpirationTime() ?? 0;
        if (signature.SignatureType is not (PgpSignature.BinaryDocument or PgpSignature.CanonicalTextDocument))
            return "its signature is not over a document";
        if (signature.HashAlgorithm is not (HashAlgorithmTag.Sha256 or HashAlgorithmTag.Sha384 or HashAlgorithmTag.Sha512))
            return $"its signature uses the weak hash {signature.HashAlgorithm}";
        if (made > now) return $"its signature is dated {made:u}, in the future";
        if (lifetime > 0 && made.AddSeconds(lifetime) < now) return "its signature has expired";
        if (key.HasRevocation()) return "it is revoked";
        if (key.GetValidSeconds() is not (> 0 and var seconds)) return null;
        if (born.AddSeconds(seconds) < made) return "it had expired when it signed";
        return born.AddSeconds(seconds) < now && !archived ? "it has expired" : null;
    }

    private static DateTimeOffset MadeAt(PgpSignature signature) => new(DateTime.SpecifyKind(signature.CreationTime, DateTimeKind.Utc));

    private static bool IsGood(PgpSignature signature, PgpPublicKey key, byte[] signed)
    {
        try
        {
            signature.InitVerify(key);
            signature.Update(signed);
            return signature.Verify();
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // BouncyCastle throws many kinds over malformed numbers; none of them is a good signature.
            return false;
        }
    }

    private static List<PgpSignature> Signatures(byte[] bytes, string file)
    {
        try
        {
            List<PgpSignature> found = [];
            var factory = new PgpObjectFactory(PgpUtilities.GetDecoderStream(new MemoryStream(bytes)));
            while (found.Count < 64 && factory.NextPgpObject() is { } item)
            {
                if (item is not PgpSignatureList list) continue;
                for (var i = 0; i < list.Count; i++) found.Add(list[i]);
            }

            return found;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            throw new UntrustedArchiveException(file, "its signature cannot be read", fault);
        }
    }
}
