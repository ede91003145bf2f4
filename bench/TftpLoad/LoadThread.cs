using System.Diagnostics;
using Maas.Boot.Tftp;

namespace TftpLoad;

/// <summary>A thread that drives its share of the clients, all at once.</summary>
internal sealed class LoadThread(IReadOnlyList<LoadClient> clients)
{
    private readonly Thread _thread = new(() => Run(clients));

    public void Start() => _thread.Start();

    public void Join() => _thread.Join();

    private static void Run(IReadOnlyList<LoadClient> clients)
    {
        using var poller = SocketPoller.Create();
        var clock = Stopwatch.StartNew();
        var buffer = new byte[70_000];
        var ready = new int[256];
        for (var i = 0; i < clients.Count; i++)
        {
            clients[i].Start(clock.Elapsed);
            poller.Add(clients[i].Socket, i);
        }

        var left = clients.Count;
        var sweep = TimeSpan.Zero;
        while (left > 0)
        {
            var count = poller.Wait(TimeSpan.FromMilliseconds(50), ready);
            var now = clock.Elapsed;
            for (var i = 0; i < count; i++) Step(ready[i], c => c.Readable(buffer, now));
            if (now < sweep) continue;
            sweep = now + TimeSpan.FromMilliseconds(50);
            for (var i = 0; i < clients.Count; i++)
                if (!clients[i].Ended && clients[i].Deadline < now) Step(i, c => c.Expire(now));
        }

        void Step(int index, Action<LoadClient> step)
        {
            var client = clients[index];
            if (client.Ended) return;
            var socket = client.Socket;
            step(client);
            if (client.Ended)
            {
                left--;
                poller.Remove(socket, index);
                socket.Dispose();
            }
            else if (client.Socket != socket)
            {
                poller.Add(client.Socket, index);
            }
        }
    }
}
