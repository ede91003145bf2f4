using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Maas.Judges;

namespace Maas.Hosting.Tests.Link;

/// <summary>A link of this namespace, a bridge with the server's address, and hosts on it in namespaces of their own.</summary>
internal sealed partial class NamespaceLink : IAsyncDisposable
{
    private static int _s_made;
    private readonly List<string> _hosts = [];

    private NamespaceLink(string name) => Bridge = name;

    /// <summary>The interface to serve.</summary>
    public string Bridge { get; }

    public static async Task<NamespaceLink> CreateAsync(params string[] addresses)
    {
        Judge.RequireRoot();
        Judge.Require("ip", "iproute2");
        var link = new NamespaceLink($"mh{Environment.ProcessId % 100_000}x{Interlocked.Increment(ref _s_made)}");
        await Ip("link", "add", link.Bridge, "address", HardwareAddress, "type", "bridge");
        await link.ComeUpAsync(addresses);
        return link;
    }

    /// <summary>Brings the bridge up with its addresses and hosts: one that was just made, made again, or was down.</summary>
    public async Task ComeUpAsync(params string[] addresses)
    {
        await Ip("link", "set", Bridge, "up");
        foreach (var address in addresses)
            await Ip(["addr", "replace", address, "dev", Bridge, .. address.Contains(':', StringComparison.Ordinal) ? new[] { "nodad" }
                : []]);
        foreach (var host in _hosts) await JoinAsync(host);
    }

    /// <summary>Adds a host with one interface, <c>card</c>.</summary>
    public async Task<Host> AddHostAsync(string mac)
    {
        var host = new Host($"{Bridge}h{_hosts.Count}");
        _hosts.Add(host.Name);
        await Ip("netns", "add", host.Name);
        await Ip("link", "add", host.Name, "type", "veth", "peer", "name", "card", "netns", host.Name);
        await Ip("-n", host.Name, "link", "set", "lo", "up");
        await Ip("-n", host.Name, "link", "set", "card", "address", mac, "up");
        await JoinAsync(host.Name);
        return host;
    }

    private async Task JoinAsync(string host)
    {
        await Ip("link", "set", host, "master", Bridge, "up");
        // The kernel takes note of a cable within a second; until then the bridge drops what comes.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!(await Judge.RunAsync("ip", ["-d", "link", "show", host], cancellationToken: patience.Token)).Output.Contains(
            "state forwarding", StringComparison.Ordinal))
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, patience.Token);
    }

    /// <summary>The server's hardware address. A bridge without one of its own changes it as its ports come and go.</summary>
    public const string HardwareAddress = "02:00:00:00:00:01";

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await Judge.RunAsync("ip", ["link", "del", host]);
            await Judge.RunAsync("ip", ["netns", "del", host]);
        }

        await Judge.RunAsync("ip", ["link", "del", Bridge]);
    }

    public static async Task Ip(params string[] arguments) => (await Judge.RunAsync("ip", arguments)).Approved();

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(Microsoft.Win32.SafeHandles.SafeFileHandle handle, int kind);

    /// <summary>A host on the link.</summary>
    internal sealed record Host(string Name)
    {
        /// <summary>A datagram socket of the host's; it belongs to the host wherever it is used.</summary>
        public Socket Socket(EndPoint? bind = null)
        {
            var (socket, failure) = (default(Socket), default(ExceptionDispatchInfo));
            var thread = new Thread(() =>
            {
                try
                {
                    using var handle = File.OpenHandle($"/var/run/netns/{Name}");
                    if (SetNamespace(handle, 0) != 0) throw new IOException($"setns {Name}: {Marshal.GetLastPInvokeErrorMessage()}");
                    socket = new Socket(bind?.AddressFamily ?? AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                    if (socket.AddressFamily == AddressFamily.InterNetwork) socket.EnableBroadcast = true;
                    socket.SetRawSocketOption(1, 25, "card\0"u8); // SO_BINDTODEVICE
                    if (bind is not null) socket.Bind(bind);
                }
                catch (Exception e)
                {
                    failure = ExceptionDispatchInfo.Capture(e);
                }
            });
            thread.Start();
            thread.Join();
            failure?.Throw();
            return socket!; // made, or the failure was thrown
        }

        public Task Ip(params string[] arguments) => NamespaceLink.Ip(["-n", Name, .. arguments]);
    }
}
