using System.Net;
using System.Net.Sockets;

namespace Maas.Boot.Net;

/// <summary>
/// A network in memory that servers run on instead of the system's sockets. Everything runs on the network's loop, one step after the
/// other: servers start no thread and queue no work to the thread pool there.
/// </summary>
internal interface IDatagramNetwork
{
    /// <summary>Opens a UDP port.</summary>
    /// <param name="local">The address, or any, and the port; 0 takes a free one.</param>
    /// <param name="received">Takes a datagram over; on the network's loop.</param>
    /// <exception cref="SocketException">The address is not this host's, or the port is taken.</exception>
    IDatagramPort Open(IPEndPoint local, DatagramReceived received);

    /// <summary>This host's address on an interface.</summary>
    /// <param name="name">The interface.</param>
    /// <param name="family">Whether IPv4 or IPv6.</param>
    /// <exception cref="ArgumentException">This host has no such interface, or no such address on it.</exception>
    IPAddress AddressOf(string name, AddressFamily family);

    /// <summary>Runs something later, on the network's loop.</summary>
    void Post(Action action);
}

/// <summary>A datagram was received.</summary>
/// <param name="datagram">What it holds; valid during the call.</param>
/// <param name="source">Who sent it.</param>
/// <param name="destination">To which address and port.</param>
internal delegate void DatagramReceived(ReadOnlySpan<byte> datagram, IPEndPoint source, IPEndPoint destination);

/// <summary>A UDP port of a host on a network in memory.</summary>
internal interface IDatagramPort : IDisposable
{
    /// <summary>The address, or any, and the port that it was opened with or that was free.</summary>
    IPEndPoint EndPoint { get; }

    /// <summary>Sends a datagram. What reaches no host is lost, as on a wire.</summary>
    /// <exception cref="ObjectDisposedException">The port is closed.</exception>
    void Send(ReadOnlySpan<byte> datagram, IPEndPoint to);
}
