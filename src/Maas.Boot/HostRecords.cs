using System.Net;

namespace Maas.Boot;

/// <summary>The DNS records of one name.</summary>
public sealed record HostRecords
{
    /// <summary>A name that exists and has no records, such as one between a domain and a longer name.</summary>
    public static HostRecords None { get; } = new();

    /// <summary>Its addresses.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [];

    /// <summary>How long a resolver may keep the addresses; <see langword="null"/> for the server's default.</summary>
    public TimeSpan? AddressTimeToLive { get; init; }

    /// <summary>Its other records. A name with a <see cref="HostRecord.CanonicalName"/> has no other record and no address.</summary>
    public IReadOnlyList<HostRecord> Records { get; init; } = [];
}

/// <summary>A DNS record that is not an address. Names in it are complete; a final dot does not matter.</summary>
public abstract record HostRecord
{
    private HostRecord() { }

    /// <summary>How long a resolver may keep it; <see langword="null"/> for the server's default.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>CNAME: the name is an alias.</summary>
    /// <param name="Target">The name that the alias means.</param>
    public sealed record CanonicalName(string Target) : HostRecord;

    /// <summary>MX: a mail server of the name.</summary>
    /// <param name="Preference">Lower ones are tried first.</param>
    /// <param name="Target">The mail server.</param>
    public sealed record MailExchange(ushort Preference, string Target) : HostRecord;

    /// <summary>NS: a name server of the name.</summary>
    /// <param name="Target">The name server.</param>
    public sealed record NameServer(string Target) : HostRecord;

    /// <summary>SRV: where a service is offered (RFC 2782).</summary>
    /// <param name="Priority">Lower ones are tried first.</param>
    /// <param name="Weight">The share among those of the same priority.</param>
    /// <param name="Port">The port.</param>
    /// <param name="Target">The host; empty for a service that is not offered.</param>
    public sealed record Service(ushort Priority, ushort Weight, ushort Port, string Target) : HostRecord;

    /// <summary>SSHFP: the fingerprint of an SSH host key (RFC 4255).</summary>
    /// <param name="Algorithm">The algorithm of the key.</param>
    /// <param name="HashType">The algorithm of the fingerprint.</param>
    /// <param name="Fingerprint">The fingerprint.</param>
    public sealed record SshFingerprint(byte Algorithm, byte HashType, ReadOnlyMemory<byte> Fingerprint) : HostRecord;

    /// <summary>TXT: texts of at most 255 octets in UTF-8 each.</summary>
    /// <param name="Texts">The texts, at least one.</param>
    public sealed record Text(IReadOnlyList<string> Texts) : HostRecord;
}
