using Maas.Power.Ipmi.Wire;

namespace Maas.Testing.Controllers;

/// <summary>A session of a simulated controller, from the first request for it.</summary>
internal sealed class BmcSession(uint id, uint consoleId, CipherSuite suite)
{
    private ReplayWindow _window;

    public uint Id => id;

    public uint ConsoleId => consoleId;

    public CipherSuite Suite => suite;

    public RakpTranscript? Transcript { get; set; }

    public SessionCrypto? Crypto { get; set; }

    public byte Privilege { get; set; } = 2;

    public uint Sequence { get; set; }

    public bool HasSerial { get; set; }

    public byte SerialSequence { get; set; }

    public byte SerialLastReceived { get; set; }

    /// <summary>The packet of characters that is not acknowledged yet.</summary>
    public byte[]? SerialUnacknowledged { get; set; }

    public bool TryAccept(uint sequence) => _window.TryAccept(sequence);

    public byte[] Seal(PayloadType type, ReadOnlySpan<byte> payload)
    {
        var datagram = new byte[SessionPacket.Longest];
        return datagram[..Crypto!.Seal(type, ConsoleId, ++Sequence, payload, datagram)]; // a session with traffic has it
    }
}
