using System.Buffers.Binary;
using System.Text;

namespace Maas.Boot.Dns;

/// <summary>Writes the data of records. Names are not compressed: only CNAME, NS and MX might be (RFC 3597 section 4).</summary>
internal static class DnsRecordData
{
    /// <summary>The longest data that is written; a record with more is left out.</summary>
    public const int MaxLength = 4096;

    private const int LongestText = 255;

    /// <summary>The type of a record.</summary>
    public static DnsRecordType TypeOf(HostRecord record) => record switch
    {
        HostRecord.CanonicalName => DnsRecordType.CanonicalName,
        HostRecord.MailExchange => DnsRecordType.MailExchange,
        HostRecord.NameServer => DnsRecordType.NameServer,
        HostRecord.Service => DnsRecordType.Service,
        HostRecord.SshFingerprint => DnsRecordType.SshFingerprint,
        _ => DnsRecordType.Text,
    };

    /// <summary>Writes a record's data.</summary>
    /// <param name="record">The record.</param>
    /// <param name="destination"><see cref="MaxLength"/> octets.</param>
    /// <returns>The length; -1 when the wire cannot carry the record.</returns>
    public static int Write(HostRecord record, Span<byte> destination)
    {
        switch (record)
        {
            case HostRecord.CanonicalName alias:
                return DnsName.Write(alias.Target, destination);
            case HostRecord.NameServer server:
                return DnsName.Write(server.Target, destination);
            case HostRecord.MailExchange mail:
                BinaryPrimitives.WriteUInt16BigEndian(destination, mail.Preference);
                return After(2, DnsName.Write(mail.Target, destination[2..]));
            case HostRecord.Service service:
                BinaryPrimitives.WriteUInt16BigEndian(destination, service.Priority);
                BinaryPrimitives.WriteUInt16BigEndian(destination[2..], service.Weight);
                BinaryPrimitives.WriteUInt16BigEndian(destination[4..], service.Port);
                return After(6, DnsName.Write(service.Target, destination[6..]));
            case HostRecord.SshFingerprint { Fingerprint.Length: <= 255 } print:
                (destination[0], destination[1]) = (print.Algorithm, print.HashType);
                print.Fingerprint.Span.CopyTo(destination[2..]);
                return 2 + print.Fingerprint.Length;
            case HostRecord.Text text:
                return Write(text.Texts, destination);
            default:
                return -1;
        }
    }

    // RFC 1035 section 3.3.14: one or more texts, each behind its length.
    private static int Write(IReadOnlyList<string> texts, Span<byte> destination)
    {
        var at = 0;
        foreach (var text in texts)
        {
            var length = Encoding.UTF8.GetByteCount(text);
            if (length > LongestText || length + 1 > destination.Length - at) return -1;
            destination[at] = (byte)length;
            Encoding.UTF8.GetBytes(text, destination[(at + 1)..]);
            at += 1 + length;
        }

        return at == 0 ? -1 : at;
    }

    private static int After(int before, int length) => length < 0 ? -1 : before + length;
}
