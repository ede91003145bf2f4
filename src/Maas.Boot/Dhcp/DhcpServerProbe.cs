using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp;

/// <summary>Looks for other DHCP servers before this one begins to lease addresses, whichever IP it speaks.</summary>
internal static class DhcpServerProbe
{
    /// <summary>The hardware address of the client that asks: locally administered, and no machine has it.</summary>
    public static readonly HardwareAddress Client = HardwareAddress.Parse("02:00:00:6d:61:61");

    private const int Attempts = 2, LongestDatagram = 4096;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(750);

    /// <summary>Asks all links at once, and once more without an answer: a question may get lost.</summary>
    /// <param name="links">The links.</param>
    /// <param name="ask">Asks one, and listens until cancelled.</param>
    /// <param name="isFound">Whether a server has answered.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public static async Task RunAsync<TLink>(
        IReadOnlyList<TLink> links,
        Func<TLink, CancellationToken, Task> ask,
        Func<bool> isFound,
        TimeProvider timeProvider,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts && !isFound(); attempt++)
        {
            using var ended = new CancellationTokenSource(Patience, timeProvider);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(ended.Token, cancellationToken);
            await Task.WhenAll(links.Select(l => ask(l, stop.Token))).ConfigureAwait(false);
        }
    }

    /// <summary>Opens a client's port on a link.</summary>
    /// <exception cref="SocketException">It is another program's.</exception>
    public static Socket OpenClient(IPEndPoint local, NetworkInterface device) =>
        Sockets.Open(SocketType.Dgram, local, device.Name, socket =>
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        if (local.AddressFamily == AddressFamily.InterNetwork) socket.EnableBroadcast = true;
    });

    /// <summary>
    /// Sends a question; where that fails the link is down, or its address is still being tried out, and no server can be found yet.
    /// </summary>
    public static void Send(Socket socket, ReadOnlySpan<byte> question, IPEndPoint to)
    {
        try
        {
            socket.SendTo(question, SocketFlags.None, to);
        }
        catch (SocketException)
        {
            // Asked again in the next attempt.
        }
    }

    /// <summary>Hands over what comes, until cancelled.</summary>
    public static async Task ListenAsync(
        Socket client,
        Action<ReadOnlyMemory<byte>, IPEndPoint> received,
        CancellationToken cancellationToken)
    {
        var datagram = new byte[LongestDatagram];
        var anybody = new IPEndPoint(client.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        try
        {
            while (true)
            {
                var result = await client.ReceiveFromAsync(datagram, SocketFlags.None, anybody, cancellationToken).ConfigureAwait(false);
                received(datagram.AsMemory(0, result.ReceivedBytes), (IPEndPoint)result.RemoteEndPoint);
            }
        }
        catch (OperationCanceledException)
        {
            // Long enough.
        }
    }

    /// <summary>Waits while another receives, until cancelled.</summary>
    public static async Task WaitAsync(TimeProvider timeProvider, CancellationToken cancellationToken) =>
        await Task.Delay(Timeout.InfiniteTimeSpan, timeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
