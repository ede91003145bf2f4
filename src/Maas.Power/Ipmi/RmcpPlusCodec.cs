using Maas.Power.Ipmi.Wire;

namespace Maas.Power.Ipmi;

/// <summary>A session of IPMI 2.0: every datagram is encrypted and authenticated.</summary>
internal sealed class RmcpPlusCodec(CipherSuite suite, ReadOnlySpan<byte> sessionKey, uint consoleSessionId, uint controllerSessionId)
    : ISessionCodec
{
    private readonly SessionCrypto _crypto = new(suite, sessionKey);
    private readonly Lock _lock = new();
    private ReplayWindow _window;
    private uint _sequence;

    /// <inheritdoc/>
    public uint ControllerSessionId { get; } = controllerSessionId;

    /// <inheritdoc/>
    public int Seal(PayloadType type, ReadOnlySpan<byte> payload, Span<byte> datagram)
    {
        lock (_lock) return _crypto.Seal(type, ControllerSessionId, ++_sequence, payload, datagram);
    }

    /// <inheritdoc/>
    public bool TryOpen(ReadOnlySpan<byte> datagram, Span<byte> plain, out PayloadType type, out int length)
    {
        (type, length) = (default, 0);
        if (!SessionPacket.TryParse(datagram, out var packet)
            || packet.Authentication != AuthenticationType.RmcpPlus
            || packet.SessionId != consoleSessionId)
            return false;
        lock (_lock)
        {
            if (!_crypto.TryOpen(packet, plain, out length) || !_window.TryAccept(packet.Sequence)) return false;
        }

        type = packet.Type;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _crypto.Dispose();
}
