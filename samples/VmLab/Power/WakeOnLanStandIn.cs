using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using VmLab.Machines;
using VmLab.Networks;

namespace VmLab.Power;

/// <summary>
/// Replaces the NICs of machines that are off: a virtual machine without power has no process that could hear the
/// magic packet, so this listens on the link (UDP port 9) and switches on the machine it names.
/// </summary>
public sealed class WakeOnLanStandIn : IAsyncDisposable
{
    private const int DiscardPort = 9;

    private readonly Socket _socket;
    private readonly IReadOnlyList<IRackMachine> _machines;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _listening;

    private WakeOnLanStandIn(Socket socket, IReadOnlyList<IRackMachine> machines)
    {
        (_socket, _machines) = (socket, machines);
        _listening = ListenAsync();
    }

    public static WakeOnLanStandIn Start(LabNetwork network, IReadOnlyList<IRackMachine> machines)
    {
        var ear = network.OpenSocket(SocketType.Dgram, ProtocolType.Udp);
        ear.Bind(new IPEndPoint(IPAddress.Any, DiscardPort));
        return new WakeOnLanStandIn(ear, machines);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _listening;
        _socket.Dispose();
        _stopping.Dispose();
    }

    private async Task ListenAsync()
    {
        var buffer = new byte[1500];
        try
        {
            while (true)
            {
                var length = await _socket.ReceiveAsync(buffer, _stopping.Token);
                foreach (var machine in _machines.Where(
                    machine => MagicPacket.Wakes(buffer.AsSpan(0, length), PhysicalAddress.Parse(machine.MacAddress))))
                    await machine.TurnOnAsync(_stopping.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }
}
