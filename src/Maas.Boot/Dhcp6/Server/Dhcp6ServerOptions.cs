using Maas.Boot.Dhcp;
using Maas.Boot.Dhcp6.Wire;
using Microsoft.Extensions.Options;

namespace Maas.Boot.Dhcp6.Server;

/// <summary>Where and how a <see cref="Dhcp6Server"/> answers.</summary>
public sealed class Dhcp6ServerOptions : DhcpLinkOptions
{
    /// <summary>The defaults.</summary>
    public Dhcp6ServerOptions()
        : base(port: 547, clientPort: 546, maxInFlight: 1024)
    {
    }

    /// <summary>A copy.</summary>
    internal Dhcp6ServerOptions(Dhcp6ServerOptions other)
        : base(other)
    {
        ServerIdentifier = other.ServerIdentifier;
        RapidCommit = other.RapidCommit;
        Preference = other.Preference;
    }

    /// <summary>
    /// What this server calls itself, for ever: clients renew with it by that name. <see langword="null"/> makes it of the first
    /// interface's hardware address.
    /// </summary>
    public Duid? ServerIdentifier { get; set; }

    /// <summary>
    /// Whether a client that offers to take an address at once (option 14) gets it at once. Off unless told otherwise: where two servers do
    /// so, each keeps an address for every client.
    /// </summary>
    public bool RapidCommit { get; set; }

    /// <summary>
    /// Option 7: how much clients shall prefer this server to others; 0, the default, leaves it out, and at 255 they wait for no other.
    /// </summary>
    public byte Preference { get; set; }
}

[OptionsValidator]
internal sealed partial class Dhcp6ServerOptionsValidator : IValidateOptions<Dhcp6ServerOptions>;
