using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using VmLab.Machines;
using VmLab.Networks;

namespace VmLab.Power;

/// <summary>
/// Stands in for the NICs of machines that are off: a virtual machine without power has no process that could hear the
/// magic packet, so this listens on the link (UDP port 9) and switches on the machine it names.
/// </summary>
public sealed class WakeOnLanStandIn : IAsyncDisposable
{
    private const int DiscardPort = 9;

    private readonly Socket socket;
    private readonly IReadOnlyList<IRackMachine> machines;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task listening;

    private WakeOnLanStandIn(Socket socket, IReadOnlyList<IRackMachine> machines)
    {
        (this.socket, this.machines) = (socket, machines);
        listening = ListenAsync();
    }

    public static WakeOnLanStandIn Start(LabNetwork network, IReadOnlyList<IRackMachine> machines)
    {
        var ear = network.OpenSocket(SocketType.Dgram, ProtocolType.Udp);
        ear.Bind(new IPEndPoint(IPAddress.Any, DiscardPort));
        return new WakeOnLanStandIn(ear, machines);
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await listening;
        socket.Dispose();
        stopping.Dispose();
    }

    private async Task ListenAsync()
    {
        var buffer = new byte[1500];
        try
        {
            while (true)
            {
                var length = await socket.ReceiveAsync(buffer, stopping.Token);
                foreach (var machine in machines.Where(machine => MagicPacket.Wakes(buffer.AsSpan(0, length), PhysicalAddress.Parse(machine.MacAddress))))
                    await machine.TurnOnAsync(stopping.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }
}
