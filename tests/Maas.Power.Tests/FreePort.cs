using System.Net;
using System.Net.Sockets;

namespace Maas.Power.Tests;

/// <summary>
/// A UDP port for a program that cannot choose one by itself. It is below those that the kernel gives to sockets without one, so that no
/// other test gets it in between.
/// </summary>
internal static class FreePort
{
    private const int First = 20_000;
    private const int Last = 30_000;

    private static int s_next = Random.Shared.Next(First, Last);

    public static int Find()
    {
        while (true)
        {
            var port = First + (Interlocked.Increment(ref s_next) % (Last - First));
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // The next one.
            }
        }
    }
}
