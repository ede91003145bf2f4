using System.Net;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Leases;

/// <summary>The answer to an <see cref="AddressRequest"/>: an address, a refusal, or nothing.</summary>
public readonly struct AddressResult
{
    private AddressResult(AddressResultKind kind, IPv4Address address, DhcpSubnet? subnet, TimeSpan leaseTime, string rule)
    {
        Kind = kind;
        IPv4 = address;
        Subnet = subnet;
        LeaseTime = leaseTime;
        Rule = rule;
    }

    /// <summary>Which of the three it is.</summary>
    public AddressResultKind Kind { get; }

    /// <summary>The address granted; 0.0.0.0 when none is.</summary>
    public IPAddress Address => IPv4.ToIPAddress();

    /// <summary>The subnet whose parameters the client gets; <see langword="null"/> unless granted.</summary>
    public DhcpSubnet? Subnet { get; }

    /// <summary>For how long; zero for the parameters alone (INFORM).</summary>
    public TimeSpan LeaseTime { get; private init; }

    /// <summary>Which rule decided, in words; it is reported and logged.</summary>
    public string Rule { get; }

    /// <summary>The name the client is given (option 12); <see langword="null"/> for none.</summary>
    public string? HostName { get; init; }

    /// <summary>
    /// Whether the address is new to the client, so that the server asks the link by ARP whether another host uses it.
    /// </summary>
    public bool IsUntried { get; init; }

    /// <summary>Whether a DISCOVER was answered with a lease instead of an offer (rapid commit, RFC 4039).</summary>
    public bool IsCommitted { get; init; }

    /// <summary>
    /// Which bound was met, in words for the observer; <see langword="null"/> for none, or when it has been told within this minute.
    /// </summary>
    public string? Limit { get; init; }

    /// <summary>Whether no subnet served is the client's: what an operator most often has to know.</summary>
    internal bool IsUnplaced { get; init; }

    /// <summary>Whether every address that this server could offer is held.</summary>
    internal bool IsExhausted { get; init; }

    internal IPv4Address IPv4 { get; }

    /// <summary>The client may have the address.</summary>
    public static AddressResult Grant(IPAddress address, DhcpSubnet subnet, TimeSpan leaseTime, string rule) =>
        Grant(address.ToIPv4(), subnet, leaseTime, rule);

    /// <summary>The client gets the subnet's parameters, without an address.</summary>
    public static AddressResult Inform(DhcpSubnet subnet, string rule) =>
        new(AddressResultKind.Grant, default, subnet, TimeSpan.Zero, rule);

    /// <summary>The client must not use the address: NAK.</summary>
    public static AddressResult Refuse(string rule) => new(AddressResultKind.Refuse, default, null, TimeSpan.Zero, rule);

    /// <summary>Nothing to say: the server stays silent.</summary>
    public static AddressResult Silent(string rule) => new(AddressResultKind.Silent, default, null, TimeSpan.Zero, rule);

    /// <summary>The same answer, with a lease that is no longer than this.</summary>
    internal AddressResult AtMost(TimeSpan longest) => LeaseTime > longest ? this with { LeaseTime = longest } : this;

    internal static AddressResult Grant(IPv4Address address, DhcpSubnet subnet, TimeSpan leaseTime, string rule) =>
        new(AddressResultKind.Grant, address, subnet, leaseTime, rule);
}

/// <summary>The three kinds of <see cref="AddressResult"/>.</summary>
public enum AddressResultKind
{
    /// <summary>Nothing to say.</summary>
    Silent,

    /// <summary>The client may have it.</summary>
    Grant,

    /// <summary>The client must not use it.</summary>
    Refuse,
}
