using System.Text;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Security;

namespace Maas.Images.Tests.Debian;

/// <summary>A real OpenPGP key, made for one test, that signs as an archive does.</summary>
internal sealed class SigningKey
{
    private readonly PgpSecretKey _key;

    /// <summary>Makes a key of 2020.</summary>
    /// <param name="lifetime">How long it is valid; <see langword="null"/> for ever.</param>
    public SigningKey(TimeSpan? lifetime = null)
    {
        var generator = new RsaKeyPairGenerator();
        generator.Init(new RsaKeyGenerationParameters(BigInteger.ValueOf(65537), new SecureRandom(), 2048, 12));
        var pair = new PgpKeyPair(
            PublicKeyAlgorithmTag.RsaGeneral, generator.GenerateKeyPair(), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        _key = new PgpSecretKey(
            PgpSignature.DefaultCertification,
            pair,
            "Archive <archive@example.org>",
            SymmetricKeyAlgorithmTag.Null,
            Array.Empty<char>(),
            true,
            Lifetime(lifetime),
            null,
            new SecureRandom());
    }

    private static PgpSignatureSubpacketVector? Lifetime(TimeSpan? lifetime)
    {
        if (lifetime is not { } time) return null;
        var packets = new PgpSignatureSubpacketGenerator();
        packets.SetKeyExpirationTime(true, (long)time.TotalSeconds);
        return packets.Generate();
    }

    public byte[] Keyring(bool armored)
    {
        using var stream = new MemoryStream();
        if (!armored)
        {
            _key.PublicKey.Encode(stream);
            return stream.ToArray();
        }

        using (var armor = new ArmoredOutputStream(stream)) _key.PublicKey.Encode(armor);
        return stream.ToArray();
    }

    /// <summary>Signs a text in the clear, as <c>InRelease</c> is.</summary>
    public string Sign(string text, DateTimeOffset at, HashAlgorithmTag hash = HashAlgorithmTag.Sha256, TimeSpan? lifetime = null)
    {
        var lines = text.TrimEnd('\n').Split('\n');
        var signed = Encoding.UTF8.GetBytes(string.Join("\r\n", lines.Select(line => line.TrimEnd())));
        var armor = Encoding.ASCII.GetString(Signature(signed, PgpSignature.CanonicalTextDocument, at, hash, lifetime, armored: true));
        var body = string.Concat(lines.Select(line => (line.StartsWith('-') ? "- " : "") + line + "\n"));
        return $"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{body}{armor}";
    }

    /// <summary>Signs a file's bytes apart, as <c>SHA256SUMS.gpg</c> is.</summary>
    public byte[] SignDetached(byte[] content, DateTimeOffset at, bool armored = false, TimeSpan? lifetime = null) =>
        Signature(content, PgpSignature.BinaryDocument, at, HashAlgorithmTag.Sha512, lifetime, armored);

    private byte[] Signature(byte[] content, int type, DateTimeOffset at, HashAlgorithmTag hash, TimeSpan? lifetime, bool armored)
    {
        var generator = new PgpSignatureGenerator(PublicKeyAlgorithmTag.RsaGeneral, hash);
        generator.InitSign(type, _key.ExtractPrivateKey([]));
        var packets = new PgpSignatureSubpacketGenerator();
        packets.SetSignatureCreationTime(true, at.UtcDateTime);
        if (lifetime is { } ends) packets.SetSignatureExpirationTime(true, (long)ends.TotalSeconds);
        generator.SetHashedSubpackets(packets.Generate());
        generator.Update(content);
        using var signature = new MemoryStream();
        if (!armored)
        {
            generator.Generate().Encode(signature);
            return signature.ToArray();
        }

        using (var armor = new ArmoredOutputStream(signature)) generator.Generate().Encode(armor);
        return signature.ToArray();
    }
}
