using System.Diagnostics;
using System.Security.Cryptography;

namespace Maas.Power.Ipmi.Wire;

/// <summary>
/// Algorithms that belong together (IPMI 2.0 table 22-20). Only suites that authenticate and encrypt every datagram are here; suite 0,
/// which accepts any password, is not.
/// </summary>
internal sealed record CipherSuite
{
    private const byte AesCbc128 = 1;

    private CipherSuite(byte id, byte authentication, byte integrity, int codeLength, int checkLength) =>
        (Id, Authentication, Integrity, KeyExchangeCodeLength, CheckLength) = (id, authentication, integrity, codeLength, checkLength);

    /// <summary>HMAC-SHA256, HMAC-SHA256-128, AES-CBC-128.</summary>
    public static CipherSuite Sha256 { get; } = new(17, 3, 4, 32, 16);

    /// <summary>HMAC-SHA1, HMAC-SHA1-96, AES-CBC-128.</summary>
    public static CipherSuite Sha1 { get; } = new(3, 1, 1, 20, 12);

    /// <summary>HMAC-MD5, HMAC-MD5-128, AES-CBC-128; used only where it is asked for.</summary>
    public static CipherSuite Md5 { get; } = new(8, 2, 2, 16, 16);

    /// <summary>All, the strongest first.</summary>
    public static IReadOnlyList<CipherSuite> All { get; } = [Sha256, Sha1, Md5];

    public byte Id { get; }

    public byte Authentication { get; }

    public byte Integrity { get; }

    public byte Confidentiality { get; } = AesCbc128;

    /// <summary>The length of the codes in RAKP messages 2 and 3.</summary>
    public int KeyExchangeCodeLength { get; }

    /// <summary>The length of the check value in RAKP message 4, and of each datagram's code.</summary>
    public int CheckLength { get; }

    /// <summary>The suite of a number; <see langword="null"/> for one that is not supported.</summary>
    public static CipherSuite? Find(int id) => All.FirstOrDefault(suite => suite.Id == id);

    /// <summary>The keyed hash of some bytes, in full length.</summary>
    public byte[] Hmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data) => Authentication switch
    {
        3 => HMACSHA256.HashData(key, data),
#pragma warning disable CA5350, CA5351 // the algorithms that IPMI 2.0 prescribes
        1 => HMACSHA1.HashData(key, data),
        2 => HMACMD5.HashData(key, data),
#pragma warning restore CA5350, CA5351
        _ => throw new UnreachableException(),
    };
}
