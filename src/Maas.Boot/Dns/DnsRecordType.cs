namespace Maas.Boot.Dns;

/// <summary>The record and query types that this server interprets (IANA "DNS Resource Record TYPEs"); others are only compared.</summary>
internal enum DnsRecordType : ushort
{
    A = 1,
    NameServer = 2,
    CanonicalName = 5,
    StartOfAuthority = 6,
    Pointer = 12,
    MailExchange = 15,
    Text = 16,
    Aaaa = 28,
    Service = 33,
    Options = 41,
    SshFingerprint = 44,
    IncrementalTransfer = 251,
    Transfer = 252,
    Any = 255,
}

/// <summary>The response codes that this server gives (RFC 1035 section 4.1.1; the last one is extended, RFC 6891 section 6.1.3).</summary>
internal enum DnsResponseCode : byte
{
    NoError = 0,
    FormatError = 1,
    ServerFailure = 2,
    NoSuchName = 3,
    NotImplemented = 4,
    Refused = 5,
    BadVersion = 16,
}
