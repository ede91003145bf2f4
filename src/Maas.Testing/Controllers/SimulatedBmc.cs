using System.Net;
using System.Net.Sockets;
using Maas.Power.Ipmi.Wire;
using Maas.Testing.Network;
using Maas.Testing.Virtual;

namespace Maas.Testing.Controllers;

/// <summary>
/// A management controller that speaks IPMI 2.0 (RMCP+, cipher suites 17, 3 and 8) on a UDP port: chassis, boot device, sensors, event
/// log, inventory and serial over LAN. <c>ipmitool -I lanplus</c> accepts it.
/// </summary>
/// <example><code>
/// await using var bmc = new SimulatedBmc();
/// var target = new PowerTarget("ipmi", new Dictionary&lt;string, string&gt;
/// {
///     ["power_address"] = bmc.Address.ToString(), ["power_user"] = "admin", ["power_pass"] = "secret",
/// });
/// </code></example>
public sealed class SimulatedBmc : IAsyncDisposable
{
    private const int IpmiPort = 623;

    private readonly FaultyPath _path;
    private readonly BmcResponder _responder;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _serving;

    /// <summary>Starts a controller.</summary>
    /// <param name="options">What it has; null for the defaults.</param>
    /// <param name="chassis">The machine behind it; null for one of its own.</param>
    public SimulatedBmc(SimulatedBmcOptions? options = null, SimulatedChassis? chassis = null)
        : this(options ?? new(), chassis ?? new SimulatedChassis(), Bind((options ?? new()).ListenOn))
    {
    }

    /// <summary>Starts a controller on a network in memory.</summary>
    internal SimulatedBmc(VirtualHost host, SimulatedBmcOptions options, SimulatedChassis chassis)
        : this(options, chassis, Open(host, options.ListenOn.Port))
    {
    }

    private SimulatedBmc(SimulatedBmcOptions options, SimulatedChassis chassis, (ClientSocket Socket, IPEndPoint Address) port)
    {
        (Chassis, Address) = (chassis, port.Address);
        Serial = new SimulatedSerialPort();
        _path = new FaultyPath(port.Socket, options.Faults);
        _responder = new BmcResponder(options, Address.Port, Chassis, Serial);
        _serving = ServeAsync();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address { get; }

    /// <summary>The machine behind it.</summary>
    public SimulatedChassis Chassis { get; }

    /// <summary>The machine's serial port.</summary>
    public SimulatedSerialPort Serial { get; }

    /// <summary>How many sessions are open.</summary>
    public int OpenSessions => _responder.OpenSessions;

    /// <summary>How many datagrams arrived.</summary>
    public int Received { get; private set; }

    /// <summary>Stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _serving.ConfigureAwait(false);
        _path.Dispose();
        _end.Dispose();
    }

    private static (ClientSocket Socket, IPEndPoint Address) Bind(IPEndPoint local)
    {
        var socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(local);
        return (ClientSocket.Of(socket), (IPEndPoint)socket.LocalEndPoint!); // it is bound
    }

    private static (ClientSocket Socket, IPEndPoint Address) Open(VirtualHost host, int port)
    {
        var local = host.EndPoint(port == 0 ? IpmiPort : port);
        return (new MemorySocket(host, local), local);
    }

    private async Task ServeAsync()
    {
        var buffer = new byte[SessionPacket.Longest + 1];
        IPEndPoint? console = null;
        try
        {
            var receiving = _path.ReceiveAsync(buffer, _end.Token).AsTask();
            var printing = Serial.WaitToPrintAsync(_end.Token);
            while (true)
            {
                await Task.WhenAny(receiving, printing).ConfigureAwait(false);
                if (receiving.IsCompleted)
                {
                    var (length, from) = await receiving.ConfigureAwait(false);
                    Received++;
                    foreach (var reply in _responder.Respond(buffer.AsSpan(0, length)))
                        await _path.SendAsync(reply, from, _end.Token).ConfigureAwait(false);
                    if (_responder.HasConsole) console = from;
                    receiving = _path.ReceiveAsync(buffer, _end.Token).AsTask();
                }

                if (!printing.IsCompleted) continue;
                await printing.ConfigureAwait(false);
                if (console is not null && _responder.TakePrinted() is { } packet)
                    await _path.SendAsync(packet, console, _end.Token).ConfigureAwait(false);
                printing = Serial.WaitToPrintAsync(_end.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }
}
