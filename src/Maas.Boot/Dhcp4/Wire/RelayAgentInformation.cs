using System.Net;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Wire;

/// <summary>Relay agent information (option 82, RFC 3046): what a relay says about where a client is attached.</summary>
/// <remarks>The server echoes the option unread, as the last one; this type is for reading it, and for relays.</remarks>
public sealed record RelayAgentInformation
{
    private const byte CircuitIdCode = 1, RemoteIdCode = 2, LinkSelectionCode = 5, ServerOverrideCode = 11, SourcePortCode = 19;

    /// <summary>The circuit the request came in by, opaque (sub-option 1); empty when not told.</summary>
    public ReadOnlyMemory<byte> CircuitId { get; init; }

    /// <summary>The remote end of the circuit, opaque (sub-option 2); empty when not told.</summary>
    public ReadOnlyMemory<byte> RemoteId { get; init; }

    /// <summary>
    /// The subnet to allocate from, when it is not that of <c>giaddr</c> (sub-option 5, RFC 3527); <see langword="null"/> when not told.
    /// </summary>
    public IPAddress? LinkSelection { get; init; }

    /// <summary>
    /// The server identifier to answer with, so that renewals pass the relay (sub-option 11, RFC 5107); <see langword="null"/> when not
    /// told.
    /// </summary>
    public IPAddress? ServerIdentifierOverride { get; init; }

    /// <summary>Whether the relay wants its answers at the UDP port it sends from instead of 67 (sub-option 19, RFC 8357).</summary>
    public bool UsesSourcePort { get; init; }

    /// <summary>Reads the option's value; what is malformed counts as not told.</summary>
    public static RelayAgentInformation Parse(ReadOnlySpan<byte> value) => new()
    {
        CircuitId = Find(value, CircuitIdCode, out var circuit) ? circuit.ToArray() : default(ReadOnlyMemory<byte>),
        RemoteId = Find(value, RemoteIdCode, out var remote) ? remote.ToArray() : default(ReadOnlyMemory<byte>),
        LinkSelection = FindAddress(value, LinkSelectionCode).ToIPAddressOrNull(),
        ServerIdentifierOverride = FindAddress(value, ServerOverrideCode).ToIPAddressOrNull(),
        UsesSourcePort = Find(value, SourcePortCode, out _),
    };

    /// <summary>Puts the option into a message's options.</summary>
    /// <exception cref="ArgumentException">The circuit or remote id is longer than 255 octets.</exception>
    public void AddTo(DhcpOptions options)
    {
        Span<byte> value = stackalloc byte[1024];
        var length = 0;
        if (!CircuitId.IsEmpty) length += Write(value[length..], CircuitIdCode, CircuitId.Span);
        if (!RemoteId.IsEmpty) length += Write(value[length..], RemoteIdCode, RemoteId.Span);
        Span<byte> address = stackalloc byte[4];
        if (LinkSelection is not null && LinkSelection.TryWriteBytes(address, out _))
            length += Write(value[length..], LinkSelectionCode, address);
        if (ServerIdentifierOverride is not null && ServerIdentifierOverride.TryWriteBytes(address, out _))
            length += Write(value[length..], ServerOverrideCode, address);
        if (UsesSourcePort) length += Write(value[length..], SourcePortCode, default);
        options.Set(DhcpOptionCode.RelayAgentInformation, value[..length]);
    }

    /// <summary>The subnet a relay selects by sub-option 5, without allocating; 0.0.0.0 when it does not.</summary>
    internal static IPv4Address LinkSelectionOf(DhcpMessage message) =>
        FindAddress(message.Options.Get(DhcpOptionCode.RelayAgentInformation), LinkSelectionCode);

    internal static IPv4Address ServerOverrideOf(DhcpMessage message) =>
        FindAddress(message.Options.Get(DhcpOptionCode.RelayAgentInformation), ServerOverrideCode);

    internal static bool UsesSourcePortIn(DhcpMessage message) =>
        Find(message.Options.Get(DhcpOptionCode.RelayAgentInformation), SourcePortCode, out _);

    internal static ReadOnlySpan<byte> CircuitIdOf(DhcpMessage message) =>
        Find(message.Options.Get(DhcpOptionCode.RelayAgentInformation), CircuitIdCode, out var circuit) ? circuit : default;

    private static IPv4Address FindAddress(ReadOnlySpan<byte> value, byte code) =>
        Find(value, code, out var found) && found.Length == 4 ? IPv4Address.Read(found) : default;

    // Sub-options have no PAD and no END (RFC 3046 section 2.0).
    private static bool Find(ReadOnlySpan<byte> value, byte code, out ReadOnlySpan<byte> found)
    {
        while (value.Length >= 2 && value.Length >= 2 + value[1])
        {
            if (value[0] == code)
            {
                found = value.Slice(2, value[1]);
                return true;
            }

            value = value[(2 + value[1])..];
        }

        found = default;
        return false;
    }

    private static int Write(Span<byte> destination, byte code, ReadOnlySpan<byte> value)
    {
        if (value.Length > 255) throw new ArgumentException("A sub-option holds at most 255 octets.", nameof(value));
        destination[0] = code;
        destination[1] = (byte)value.Length;
        value.CopyTo(destination[2..]);
        return 2 + value.Length;
    }
}
