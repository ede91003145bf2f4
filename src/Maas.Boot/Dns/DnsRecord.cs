using System.Net;

namespace Maas.Boot.Dns;

/// <summary>A resource record that this server is the authority for.</summary>
/// <param name="Name">Its owner's name.</param>
/// <param name="TimeToLive">For how many seconds a resolver may keep it.</param>
internal abstract record DnsRecord(string Name, uint TimeToLive)
{
    /// <summary>The record's type.</summary>
    public abstract DnsRecordType Type { get; }

    /// <summary>An address.</summary>
    public sealed record Address(string Name, uint TimeToLive, IPAddress Value) : DnsRecord(Name, TimeToLive)
    {
        /// <inheritdoc/>
        public override DnsRecordType Type => Value.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? DnsRecordType.A : DnsRecordType.Aaaa;
    }

    /// <summary>A name: of an address (PTR), of a name server (NS), or the true name of an alias (CNAME).</summary>
    public sealed record Target(string Name, uint TimeToLive, DnsRecordType Kind, string Value) : DnsRecord(Name, TimeToLive)
    {
        /// <inheritdoc/>
        public override DnsRecordType Type => Kind;
    }

    /// <summary>The start of a zone (RFC 1035 section 3.3.13); in a negative answer its last field says how long that may be kept (RFC 2308).</summary>
    public sealed record Authority(string Name, uint TimeToLive, string Server, string Mailbox, uint Serial, uint NegativeTimeToLive) : DnsRecord(Name, TimeToLive)
    {
        /// <inheritdoc/>
        public override DnsRecordType Type => DnsRecordType.StartOfAuthority;
    }
}
