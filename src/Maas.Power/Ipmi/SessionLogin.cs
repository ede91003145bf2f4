using Maas.Power.Ipmi.Wire;

namespace Maas.Power.Ipmi;

/// <summary>
/// A step machine: it has a datagram to send, and takes what comes back. It knows neither socket nor clock; its owner sends the datagram
/// again when nothing comes.
/// </summary>
internal interface ISessionLogin
{
    /// <summary>What to send now.</summary>
    ReadOnlyMemory<byte> Datagram { get; }

    /// <summary>Takes a datagram.</summary>
    LoginStep Receive(ReadOnlySpan<byte> datagram);

    /// <summary>What it means that nothing answers to <see cref="Datagram"/>, however often it is sent.</summary>
    IpmiException OnSilence();
}

/// <summary>What a datagram leads to.</summary>
internal abstract record LoginStep
{
    private LoginStep() { }

    /// <summary>It is not the answer: wait on.</summary>
    public sealed record Ignored : LoginStep;

    /// <summary>The next datagram is to be sent.</summary>
    public sealed record Next : LoginStep;

    /// <summary>The session is open.</summary>
    public sealed record Opened(ISessionCodec Codec) : LoginStep;

    /// <summary>The controller's capabilities are known.</summary>
    public sealed record Capable(ChannelCapabilities Capabilities) : LoginStep;

    /// <summary>There will be no session.</summary>
    public sealed record Refused(IpmiException Reason) : LoginStep;
}

/// <summary>Makes datagrams of a session's messages and the reverse.</summary>
internal interface ISessionCodec : IDisposable
{
    /// <summary>The controller's id of the session, which ends it.</summary>
    uint ControllerSessionId { get; }

    /// <summary>Makes a datagram with the next sequence number.</summary>
    int Seal(PayloadType type, ReadOnlySpan<byte> payload, Span<byte> datagram);

    /// <summary>Checks and decrypts; <see langword="false"/> for a datagram that is not of this session, or came before.</summary>
    bool TryOpen(ReadOnlySpan<byte> datagram, Span<byte> plain, out PayloadType type, out int length);
}
