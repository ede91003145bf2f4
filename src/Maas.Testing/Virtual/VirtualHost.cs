using System.Net;
using System.Net.Sockets;
using Maas.Boot;

namespace Maas.Testing.Virtual;

/// <summary>A host on a <see cref="VirtualNetwork"/>: servers attach to it, and it has UDP ports, an HTTP server and a link.</summary>
public sealed class VirtualHost
{
    private const int FirstEphemeralPort = 49152, LastPort = 65535;

    /// <summary>The name of a host's interface in options that name one.</summary>
    public const string InterfaceName = "eth0";

    private readonly Lock _lock = new();
    private readonly Dictionary<int, List<VirtualUdpPort>> _ports = [];
    private readonly Dictionary<int, HttpMessageInvoker> _http = [];
    private readonly List<IPAddress> _addresses = [];
    private readonly LinkDirection _outwards, _inwards;
    private long _forwardsAt;
    private int _nextPort = FirstEphemeralPort;

    internal VirtualHost(VirtualNetwork network, string name, string segment)
    {
        Network = network;
        Name = name;
        Segment = segment;
        Random = new SeededRandom(network.Seed, name);
        _outwards = new LinkDirection(new SeededRandom(network.Seed, name + " out"));
        _inwards = new LinkDirection(new SeededRandom(network.Seed, name + " in"));
    }

    /// <summary>The host's name.</summary>
    public string Name { get; }

    /// <summary>The segment that it is on; empty unless it was added to one.</summary>
    public string Segment { get; }

    /// <summary>Its addresses, the first one first.</summary>
    public IReadOnlyList<IPAddress> Addresses
    {
        get
        {
            lock (_lock) return [.. _addresses];
        }
    }

    /// <summary>Its first address; any while it has none.</summary>
    public IPAddress Address
    {
        get
        {
            lock (_lock) return _addresses.Count > 0 ? _addresses[0] : IPAddress.Any;
        }
    }

    /// <summary>What its link does to datagrams; may be changed at any time.</summary>
    public LinkConditions Link { get; set; } = LinkConditions.Lan;

    internal VirtualNetwork Network { get; }

    /// <summary>The host's own random numbers.</summary>
    internal SeededRandom Random { get; }

    /// <summary>An address and port of the host, for options.</summary>
    public IPEndPoint EndPoint(int port) => new(Address, port);

    /// <summary>
    /// Services with which a server of <c>Maas.Boot</c> runs on this host: on the network instead of on sockets, and by its clock. DHCP,
    /// DHCPv6 and TFTP can; options may name the interface <see cref="InterfaceName"/>, or addresses of the host.
    /// </summary>
    /// <param name="services">What the servers use of the application; the clock is replaced.</param>
    public BootServices Attach(BootServices services)
    {
        ArgumentNullException.ThrowIfNull(services);
        var loop = Network.Loop;
        return services with
        {
            Network = new HostNetwork(this),
            TimeProvider = Network.TimeProvider,
            Policy = services.Policy is { } policy ? new OutsidePolicy(loop, policy) : null,
            Files = services.Files is { } files ? new OutsideFiles(loop, files) : null,
            Addresses = services.Addresses is { } addresses ? new OutsideAddresses(loop, addresses) : null,
            Addresses6 = services.Addresses6 is { } addresses6 ? new OutsideAddresses6(loop, addresses6) : null,
        };
    }

    /// <summary>Opens a UDP port, for a server of a test's own.</summary>
    /// <param name="port">The port; 0 takes a free one.</param>
    /// <param name="received">Takes over each datagram; on the network's loop.</param>
    /// <exception cref="SocketException">The port is taken.</exception>
    public VirtualUdpPort OpenUdp(int port, Action<VirtualUdpPort, VirtualDatagram> received)
    {
        ArgumentNullException.ThrowIfNull(received);
        return Open(new IPEndPoint(IPAddress.Any, port), received);
    }

    /// <summary>
    /// Serves HTTP: simulated machines' requests to this host go to the handler, such as that of ASP.NET Core's <c>TestServer</c>
    /// (<c>server.CreateHandler()</c>). The client's address is in the header <c>X-Forwarded-For</c>.
    /// </summary>
    /// <param name="handler">Answers; disposed of by the caller.</param>
    /// <param name="port">The TCP port; 80.</param>
    public void ServeHttp(HttpMessageHandler handler, int port = 80)
    {
        lock (_lock) _http[port] = new HttpMessageInvoker(handler, disposeHandler: false);
    }

    internal HttpMessageInvoker? HttpServerAt(int port)
    {
        lock (_lock) return _http.GetValueOrDefault(port);
    }

    internal void AddAddress(IPAddress address)
    {
        lock (_lock)
            if (!_addresses.Contains(address)) _addresses.Add(address);
    }

    /// <summary>The machine takes the address that it was leased.</summary>
    internal void Use(IPAddress leased)
    {
        lock (_lock)
        {
            _addresses.Clear();
            _addresses.Add(leased);
        }

        Network.Take(this, leased);
    }

    /// <summary>The link comes up.</summary>
    internal void Connect() => _forwardsAt = Network.Loop.Now + Link.ForwardingDelay.Ticks;

    internal VirtualUdpPort Open(
        IPEndPoint local,
        Action<VirtualUdpPort, VirtualDatagram> received,
        HardwareAddress? client = null)
    {
        lock (_lock)
        {
            if (!IsAny(local.Address) && !_addresses.Contains(local.Address))
                throw new SocketException((int)SocketError.AddressNotAvailable, $"{Name} does not have the address {local.Address}.");
            var number = local.Port == 0 ? FreePort() : local.Port;
            if (!_ports.TryGetValue(number, out var ports)) _ports.Add(number, ports = []);
            if (ports.Exists(p => p.EndPoint.Address.Equals(local.Address)))
                throw new SocketException(
                    (int)SocketError.AddressAlreadyInUse, $"UDP port {number} of {local.Address} on {Name} is taken.");
            var port = new VirtualUdpPort(this, new IPEndPoint(local.Address, number), received) { Client = client };
            ports.Add(port);
            Network.Opened(this, number, client);
            return port;
        }
    }

    internal void Close(VirtualUdpPort port)
    {
        lock (_lock)
        {
            var number = port.EndPoint.Port;
            if (!_ports.TryGetValue(number, out var ports) || !ports.Remove(port)) return;
            if (ports.Count == 0) _ports.Remove(number);
            Network.Closed(this, number, port.Client);
        }
    }

    internal void Send(VirtualUdpPort port, ReadOnlySpan<byte> payload, IPEndPoint to)
    {
        var from = IsAny(port.EndPoint.Address) ? SourceFor(to) : port.EndPoint.Address;
        Network.Send(this, new IPEndPoint(from, port.EndPoint.Port), to, payload);
    }

    /// <summary>What is sent leaves the link, at the times told; or is lost.</summary>
    internal int Leave(long now, Span<long> left) => now < _forwardsAt ? 0 : _outwards.Pass(Link, [now], left);

    /// <summary>A datagram enters the link towards the host.</summary>
    internal void Enter(VirtualDatagram datagram, ReadOnlySpan<long> at)
    {
        if (Link.Drops?.Invoke(datagram.Destination, datagram.Payload) is true) return;
        Span<long> arrivals = stackalloc long[LinkDirection.MostArrivals];
        var count = _inwards.Pass(Link, at, arrivals);
        foreach (var due in arrivals[..count]) Network.Loop.Add(due, new Arrival(this, datagram));
    }

    /// <summary>How long one segment to another host takes now.</summary>
    /// <returns><see langword="false"/> when it is lost.</returns>
    internal bool TryReach(VirtualHost other, out TimeSpan takes)
    {
        Span<long> left = stackalloc long[LinkDirection.MostArrivals], arrivals = stackalloc long[LinkDirection.MostArrivals];
        var now = Network.Loop.Now;
        var count = now < other._forwardsAt ? 0 : other._inwards.Pass(other.Link, left[..Leave(now, left)], arrivals);
        takes = count > 0 ? TimeSpan.FromTicks(arrivals[0] - now) : default;
        return count > 0;
    }

    private void Deliver(VirtualDatagram datagram)
    {
        if (Network.Loop.Now < _forwardsAt) return;
        VirtualUdpPort? port;
        lock (_lock)
        {
            if (!_ports.TryGetValue(datagram.Destination.Port, out var ports)) return;
            var (address, isToMany) = (datagram.Destination.Address, datagram.Destination.Address.IsIPv6Multicast);
            isToMany |= address.Equals(IPAddress.Broadcast);
            port = ports.Find(p => isToMany || p.EndPoint.Address.Equals(address))
                ?? ports.Find(p => IsAny(p.EndPoint.Address) && _addresses.Contains(address));
        }

        port?.Receive(datagram with { At = Network.Elapsed });
    }

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private IPAddress SourceFor(IPEndPoint to)
    {
        lock (_lock) return _addresses.Find(a => a.AddressFamily == to.AddressFamily)
            ?? (to.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any);
    }

    private int FreePort()
    {
        for (var tried = 0; tried <= LastPort - FirstEphemeralPort; tried++)
        {
            var port = _nextPort;
            _nextPort = port == LastPort ? FirstEphemeralPort : port + 1;
            if (!_ports.ContainsKey(port)) return port;
        }

        throw new SocketException((int)SocketError.AddressAlreadyInUse, $"{Name} has no free UDP port.");
    }

    private sealed class Arrival(VirtualHost host, VirtualDatagram datagram) : ScheduledEvent
    {
        public override void Run() => host.Deliver(datagram);
    }
}
