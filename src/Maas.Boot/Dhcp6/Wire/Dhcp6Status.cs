namespace Maas.Boot.Dhcp6.Wire;

/// <summary>The status codes of option 13 (RFC 8415 section 21.13).</summary>
internal enum Dhcp6Status : ushort
{
    Success = 0,
    UnspecifiedFailure = 1,
    NoAddressesAvailable = 2,
    NoBinding = 3,
    NotOnLink = 4,
    UseMulticast = 5,
    NoPrefixAvailable = 6,
}
