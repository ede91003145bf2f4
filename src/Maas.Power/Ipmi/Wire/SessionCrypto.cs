using System.Security.Cryptography;

namespace Maas.Power.Ipmi.Wire;

/// <summary>Encrypts and authenticates the datagrams of a session (IPMI 2.0 sections 13.28.4, 13.29 and 13.32).</summary>
internal sealed class SessionCrypto : IDisposable
{
    private const int BlockLength = 16;
    private const int ConstantLength = 20;

    private readonly CipherSuite _suite;
    private readonly byte[] _integrityKey;
    private readonly Aes _aes;

    public SessionCrypto(CipherSuite suite, ReadOnlySpan<byte> sessionKey)
    {
        _suite = suite;
        Span<byte> constant = stackalloc byte[ConstantLength];
        constant.Fill(1);
        _integrityKey = suite.Hmac(sessionKey, constant);
        constant.Fill(2);
        _aes = Aes.Create();
        _aes.Key = suite.Hmac(sessionKey, constant)[..BlockLength];
    }

    /// <summary>Makes a datagram of a payload.</summary>
    /// <returns>The datagram's length.</returns>
    public int Seal(PayloadType type, uint sessionId, uint sequence, ReadOnlySpan<byte> payload, Span<byte> datagram)
    {
        // | IV 16 | encrypted: payload, padding 01 02 03 …, pad length 1 |
        var pad = (BlockLength - ((payload.Length + 1) % BlockLength)) % BlockLength;
        Span<byte> plain = stackalloc byte[payload.Length + pad + 1];
        payload.CopyTo(plain);
        for (var i = 1; i <= pad; i++) plain[payload.Length + i - 1] = (byte)i;
        plain[^1] = (byte)pad;

        Span<byte> sealedPayload = stackalloc byte[BlockLength + plain.Length];
        RandomNumberGenerator.Fill(sealedPayload[..BlockLength]);
        _aes.EncryptCbc(plain, sealedPayload[..BlockLength], sealedPayload[BlockLength..], PaddingMode.None);

        var length = SessionPacket.WriteRmcpPlus(type, isProtected: true, sessionId, sequence, sealedPayload, datagram);
        length = SessionPacket.WriteTrailer(datagram, length);
        Code(datagram[4..length]).CopyTo(datagram[length..]);
        return length + _suite.CheckLength;
    }

    /// <summary>Checks a datagram's code and decrypts its payload; <see langword="false"/> when it is not of this session.</summary>
    public bool TryOpen(in SessionPacket packet, Span<byte> plain, out int length)
    {
        length = 0;
        if (!packet.IsAuthenticated || !packet.IsEncrypted || packet.Trailer.Length < _suite.CheckLength + 2) return false;
        var code = packet.Trailer[^_suite.CheckLength..];
        if (!CryptographicOperations.FixedTimeEquals(Code(packet.AfterRmcp[..^_suite.CheckLength]), code)) return false;

        var payload = packet.Payload;
        if (payload.Length < 2 * BlockLength || payload.Length % BlockLength != 0 || payload.Length - BlockLength > plain.Length)
            return false;
        length = _aes.DecryptCbc(payload[BlockLength..], payload[..BlockLength], plain, PaddingMode.None);
        var pad = plain[length - 1];
        if (pad >= BlockLength) return false;
        length -= pad + 1;
        return true;
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_integrityKey);
        _aes.Dispose();
    }

    private ReadOnlySpan<byte> Code(ReadOnlySpan<byte> bytes) => _suite.Hmac(_integrityKey, bytes).AsSpan(0, _suite.CheckLength);
}
