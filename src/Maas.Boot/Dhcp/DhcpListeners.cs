using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp;

/// <summary>
/// The listeners of a DHCP server, whichever IP it speaks: opened together, each with a thread that receives, and closed together.
/// </summary>
/// <typeparam name="TLink">What the server knows of a link.</typeparam>
internal sealed class DhcpListeners<TLink> : IDisposable
{
    private readonly List<DhcpListener<TLink>> _listeners = [];
    private readonly List<ReceiveLoop> _receivers = [];
    private readonly List<InterfaceWatch> _watches = [];

    private DhcpListeners()
    {
    }

    public IReadOnlyList<DhcpListener<TLink>> All => _listeners;

    /// <summary>
    /// Opens the listeners that the options ask for, of which an interface or an address may have several; none is left open when one
    /// fails.
    /// </summary>
    /// <exception cref="ArgumentException">An interface does not exist.</exception>
    public static DhcpListeners<TLink> Open(
        DhcpLinkOptions options,
        Func<NetworkInterface, IEnumerable<DhcpListener<TLink>>> onDevice,
        Func<IPEndPoint, IEnumerable<DhcpListener<TLink>>> onAddress)
    {
        var opened = new DhcpListeners<TLink>();
        try
        {
            foreach (var name in options.Interfaces)
            {
                var device = NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(i => i.Name == name)
                    ?? throw new ArgumentException($"There is no network interface {name}.", nameof(options));
                foreach (var listener in onDevice(device)) opened._listeners.Add(listener);
            }

            if (options.ListenOn is { } local)
                foreach (var listener in onAddress(local)) opened._listeners.Add(listener);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Begins to receive, on a thread for each listener, and to watch the interfaces.</summary>
    /// <param name="protocol">The protocol in the threads' names.</param>
    /// <param name="receiver">Makes what receives one datagram of a listener and hands it over.</param>
    /// <param name="failed">Told when receiving failed on a link; must not throw.</param>
    /// <param name="server">This server's address on a link.</param>
    /// <param name="timeProvider">The clock.</param>
    public void Start(
        string protocol,
        Func<DhcpListener<TLink>, Action> receiver,
        Action<TLink, Exception> failed,
        Func<TLink, IPAddress> server,
        TimeProvider timeProvider)
    {
        foreach (var listener in _listeners)
        {
            if (InterfaceWatch.Of(listener.Device, server(listener.Link), timeProvider) is { } watch) _watches.Add(watch);
            var loop = new ReceiveLoop($"{protocol} {listener.Name}", listener, receiver(listener), e => failed(listener.Link, e));
            _receivers.Add(loop);
            loop.Start();
        }
    }

    /// <summary>Waits until receiving fails lastingly, an interface changes, or it is cancelled.</summary>
    /// <exception cref="SocketException">Receiving fails lastingly.</exception>
    /// <exception cref="InterfaceChangedException">An interface was removed, created again, or lost the server's address.</exception>
    public Task WaitAsync(CancellationToken cancellationToken) => ServerLoops.RunAsync(
        [
            .. _receivers.Select(r => (Func<CancellationToken, Task>)r.WaitAsync),
            .. _watches.Select(w => (Func<CancellationToken, Task>)w.RunAsync)
        ],
        cancellationToken);

    /// <summary>Closes the sockets and waits for the threads to end.</summary>
    public void Dispose()
    {
        foreach (var receiver in _receivers) receiver.Dispose(); // and its listener
        foreach (var watch in _watches) watch.Dispose();
        foreach (var listener in _listeners.Skip(_receivers.Count)) listener.Dispose();
    }
}
