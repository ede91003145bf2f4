using System.Text.Json.Serialization;
using Maas.Core.Records;

namespace Maas.Core.Topology;

/// <summary>A DNS record of a <see cref="DnsResource"/> that is not an address.</summary>
public sealed record DnsRecord : StoredRecord
{
    /// <summary>Id of the <see cref="DnsResource"/>.</summary>
    public long ResourceId { get; init; }

    /// <summary>The type.</summary>
    public DnsRecordKind Type { get; init; }

    /// <summary>
    /// The data as in a zone file, in one form: single blanks between fields, lower case but for texts. A host name of a single label is
    /// below the domain of the record; one with dots is complete.
    /// </summary>
    public required string Data { get; init; }

    /// <summary>Time to live in seconds; <see langword="null"/> for the domain's. Equal for records of the same name and type.</summary>
    public int? Ttl { get; init; }

    /// <summary>The fields of <see cref="Data"/>; of a TXT record its texts, without quotes.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Fields => DnsData.FieldsOf(Type, Data);

    /// <summary>A host name in <see cref="Data"/> with its domain, without the final dot.</summary>
    /// <param name="host">The name.</param>
    /// <param name="domain">The name of the record's domain.</param>
    public static string CompleteName(string host, string domain)
    {
        ArgumentNullException.ThrowIfNull(host);
        return host == DnsResource.Apex ? domain : host.Contains('.', StringComparison.Ordinal) ? host.TrimEnd('.') : $"{host}.{domain}";
    }
}

/// <summary>The type of a DNS record that is not an address. The numbers are IANA's.</summary>
public enum DnsRecordKind
{
    /// <summary>NS: a name server.</summary>
    Ns = 2,

    /// <summary>CNAME: the name is an alias.</summary>
    Cname = 5,

    /// <summary>MX: a mail server.</summary>
    Mx = 15,

    /// <summary>TXT: texts.</summary>
    Txt = 16,

    /// <summary>SRV: where a service is offered.</summary>
    Srv = 33,

    /// <summary>SSHFP: the fingerprint of an SSH host key.</summary>
    Sshfp = 44,
}
