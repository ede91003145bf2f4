using System.Net;
using System.Text.Json.Serialization;

namespace Maas.Boot;

/// <summary>This happened on the wire. The report from Boot to the application; it must return at once and never throw.</summary>
public interface IBootObserver
{
    /// <summary>Takes note of one thing that happened.</summary>
    void Observe(BootObservation observation);
}

/// <summary>One thing that happened on the wire, with enough to explain a boot later.</summary>
/// <param name="At">When.</param>
/// <param name="Hardware">Whose packet it was, as far as the packet told; <see langword="null"/> when it did not (TFTP, HTTP).</param>
/// <param name="Client">The client's address; <see langword="null"/> before it has one.</param>
public abstract record BootObservation(
    DateTimeOffset At, HardwareAddress? Hardware, [property: JsonConverter(typeof(IPAddressJsonConverter))] IPAddress? Client)
{
    /// <summary>A DHCP message was decided on.</summary>
    /// <param name="At">When.</param>
    /// <param name="Hardware">The client's hardware address.</param>
    /// <param name="Client">The address in question; <see langword="null"/> without one.</param>
    /// <param name="Xid">The transaction id.</param>
    /// <param name="Asked">The message type asked, such as <c>DISCOVER</c>.</param>
    /// <param name="Answered">The message type answered, such as <c>OFFER</c>; <see langword="null"/> for silence.</param>
    /// <param name="Rule">Which rule decided, in words.</param>
    /// <param name="BootFile">The boot file named in the answer; <see langword="null"/> when none.</param>
    /// <param name="Took">From receiving to sending.</param>
    public sealed record DhcpExchange(
        DateTimeOffset At,
        HardwareAddress? Hardware,
        IPAddress? Client,
        uint Xid,
        string Asked,
        string? Answered,
        string Rule,
        string? BootFile,
        TimeSpan Took)
        : BootObservation(At, Hardware, Client)
    {
        /// <summary>The interface or local address it came by; <see langword="null"/> when not told.</summary>
        public string? Link { get; init; }

        /// <summary>The relay it came through; <see langword="null"/> for a client on the link.</summary>
        [JsonConverter(typeof(IPAddressJsonConverter))]
        public IPAddress? Relay { get; init; }

        /// <summary>The relay's circuit (option 82) in hexadecimal; <see langword="null"/> when not told.</summary>
        public string? Circuit { get; init; }

        /// <summary>
        /// The firmware's architecture (option 93, or its vendor class); <see langword="null"/> for a client that is no firmware, or does
        /// not tell.
        /// </summary>
        public BootArchitecture? Architecture { get; init; }

        /// <summary>For how long the address was given; <see langword="null"/> when none was.</summary>
        public TimeSpan? LeaseTime { get; init; }

        /// <summary>The server to fetch the boot file from (<c>siaddr</c>); <see langword="null"/> when none is named.</summary>
        [JsonConverter(typeof(IPAddressJsonConverter))]
        public IPAddress? NextServer { get; init; }

        /// <summary>
        /// What the client does next if all goes well, in words; <see langword="null"/> when nothing can be said. Silence after that is
        /// where the trouble is.
        /// </summary>
        public string? Next { get; init; }
    }

    /// <summary>A bound was met, and further requests like this one are turned away: told once a minute for each place.</summary>
    /// <param name="At">When.</param>
    /// <param name="Hardware">The client that was turned away first; <see langword="null"/> when it was TFTP's, which does not
    /// tell.</param>
    /// <param name="Client">Its address; <see langword="null"/> when it has none.</param>
    /// <param name="Limit">Which bound, and where: the circuit, the relay or the subnet.</param>
    public sealed record LimitReached(DateTimeOffset At, HardwareAddress? Hardware, IPAddress? Client, string Limit)
        : BootObservation(At, Hardware, Client);

    /// <summary>Another DHCP server is on this link: it answered, or a client named it.</summary>
    /// <param name="At">When.</param>
    /// <param name="Hardware">The client it answered; <see langword="null"/> when not told.</param>
    /// <param name="Client">The address it offered.</param>
    /// <param name="Server">The other server's address; <see langword="null"/> when a DHCPv6 client has named it, who knows its identifier
    /// alone.</param>
    public sealed record OtherServerSeen(
        DateTimeOffset At,
        HardwareAddress? Hardware,
        IPAddress? Client,
        [property: JsonConverter(typeof(IPAddressJsonConverter))] IPAddress? Server)
        : BootObservation(At, Hardware, Client)
    {
        /// <summary>The other server's DUID, as octets in hexadecimal with colons; <see langword="null"/> over IPv4.</summary>
        public string? Identifier { get; init; }

        /// <summary>The interface or local address it was seen on; <see langword="null"/> when not told.</summary>
        public string? Link { get; init; }
    }

    /// <summary>Another router advertises itself on this link: told once a minute for each.</summary>
    /// <param name="At">When.</param>
    /// <param name="Hardware">The router's hardware address; <see langword="null"/> when it does not tell.</param>
    /// <param name="Router">Its link-local address.</param>
    public sealed record OtherRouterSeen(
        DateTimeOffset At, HardwareAddress? Hardware, [property: JsonConverter(typeof(IPAddressJsonConverter))] IPAddress Router)
        : BootObservation(At, Hardware, Client: null)
    {
        /// <summary>The interface it was seen on; <see langword="null"/> when not told.</summary>
        public string? Link { get; init; }

        /// <summary>M: whether it sends hosts to DHCPv6 for an address.</summary>
        public bool ManagedAddresses { get; init; }

        /// <summary>O: whether it sends hosts to DHCPv6 for the rest, a boot file among it.</summary>
        public bool OtherConfiguration { get; init; }

        /// <summary>For how long it claims to be a default router; zero when it does not.</summary>
        public TimeSpan RouterLifetime { get; init; }
    }

    /// <summary>A boot script was rendered for a client.</summary>
    /// <param name="At">When.</param>
    /// <param name="Hardware">For which machine.</param>
    /// <param name="Client">Who fetched it.</param>
    /// <param name="Name">The name asked for.</param>
    /// <param name="Instruction">The instruction in words, without its command line (it may hold a one-time token).</param>
    public sealed record ScriptServed(DateTimeOffset At, HardwareAddress? Hardware, IPAddress? Client, string Name, string Instruction)
        : BootObservation(At, Hardware, Client);

    /// <summary>A file transfer ended.</summary>
    /// <param name="At">When it ended.</param>
    /// <param name="Hardware">Always <see langword="null"/>: file transfers do not tell it.</param>
    /// <param name="Client">Who fetched.</param>
    /// <param name="Transport"><c>tftp</c> or <c>http</c>.</param>
    /// <param name="Name">The file's name.</param>
    /// <param name="Bytes">Bytes delivered.</param>
    /// <param name="Outcome"><c>completed</c>, or why not.</param>
    /// <param name="Detail">What was negotiated and how often something was sent again.</param>
    /// <param name="Took">From the request to the end.</param>
    public sealed record FileTransfer(
        DateTimeOffset At,
        HardwareAddress? Hardware,
        IPAddress? Client,
        string Transport,
        string Name,
        long Bytes,
        string Outcome,
        string Detail,
        TimeSpan Took)
        : BootObservation(At, Hardware, Client);

    /// <summary>
    /// A server failed: its port is taken, its interface is gone, another DHCP server answers on the link, or a defect. It is started
    /// again.
    /// </summary>
    /// <param name="At">When.</param>
    /// <param name="Server">Which server; see <see cref="ServerHealth.Server"/>.</param>
    /// <param name="Reason">Why, as a sentence.</param>
    /// <param name="RetryAfter">How long from now it is started again, at the latest.</param>
    public sealed record ServerFailed(DateTimeOffset At, string Server, string Reason, TimeSpan RetryAfter)
        : BootObservation(At, Hardware: null, Client: null);

    /// <summary>A machine logged a line over the network.</summary>
    /// <param name="At">When it arrived.</param>
    /// <param name="Client">Who sent it.</param>
    /// <param name="Line">What it says.</param>
    public sealed record LineLogged(DateTimeOffset At, IPAddress? Client, SyslogMessage Line)
        : BootObservation(At, Hardware: null, Client);
}
