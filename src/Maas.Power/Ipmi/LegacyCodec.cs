using System.Security.Cryptography;
using Maas.Power.Ipmi.Wire;

namespace Maas.Power.Ipmi;

/// <summary>A session of IPMI 1.5: datagrams are authenticated where the controller wants it, and not encrypted.</summary>
internal sealed class LegacyCodec(byte[] password, AuthenticationType authentication, uint sessionId, uint firstOutbound) : ISessionCodec
{
    private readonly Lock _lock = new();
    private ReplayWindow _window;
    private uint _sequence = firstOutbound;

    /// <inheritdoc/>
    public uint ControllerSessionId => sessionId;

    /// <inheritdoc/>
    public int Seal(PayloadType type, ReadOnlySpan<byte> payload, Span<byte> datagram)
    {
        lock (_lock)
        {
            var sequence = _sequence;
            if (++_sequence == 0) _sequence = 1;
            var code = authentication == AuthenticationType.Md5 ? LegacyCode.Md5(password, sessionId, sequence, payload) : [];
            return SessionPacket.WriteLegacy(authentication, sessionId, sequence, code, payload, datagram);
        }
    }

    /// <inheritdoc/>
    public bool TryOpen(ReadOnlySpan<byte> datagram, Span<byte> plain, out PayloadType type, out int length)
    {
        (type, length) = (PayloadType.IpmiMessage, 0);
        if (!SessionPacket.TryParse(datagram, out var packet)
            || packet.Authentication == AuthenticationType.RmcpPlus
            || packet.SessionId != sessionId
            || packet.Payload.Length > plain.Length)
            return false;
        if (authentication == AuthenticationType.Md5)
        {
            // After activation a controller may leave codes out where per-message authentication is off; here it was asked for.
            if (packet.Authentication != AuthenticationType.Md5
                || !CryptographicOperations.FixedTimeEquals(
                    packet.LegacyCode, LegacyCode.Md5(password, sessionId, packet.Sequence, packet.Payload))
                || !_window.TryAccept(packet.Sequence))
                return false;
        }

        packet.Payload.CopyTo(plain);
        length = packet.Payload.Length;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
