namespace Maas.Boot.Dhcp6.Wire;

/// <summary>The options that this package reads or writes (IANA "DHCPv6 Option Codes"); others are kept by their number.</summary>
internal enum Dhcp6OptionCode : ushort
{
    ClientIdentifier = 1,
    ServerIdentifier = 2,
    NonTemporaryAddresses = 3,
    TemporaryAddresses = 4,
    Address = 5,
    OptionRequest = 6,
    Preference = 7,
    ElapsedTime = 8,
    RelayMessage = 9,
    StatusCode = 13,
    RapidCommit = 14,
    UserClass = 15,
    VendorClass = 16,
    InterfaceId = 18,
    DnsServers = 23,          // RFC 3646
    DomainSearchList = 24,    // RFC 3646
    DelegatedPrefixes = 25,
    NtpServer = 56,           // RFC 5908
    BootFileUrl = 59,         // RFC 5970, this and the next three
    BootFileParameters = 60,
    ClientArchitecture = 61,
    NetworkInterfaceIdentifier = 62,
    ClientLinkLayerAddress = 79, // RFC 6939
    RelayPort = 135,          // RFC 8357
}
