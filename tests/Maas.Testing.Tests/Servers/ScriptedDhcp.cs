using System.Net;
using System.Net.Sockets;
using Maas.Boot.Dhcp4.Wire;

namespace Maas.Testing.Tests.Servers;

/// <summary>A DHCP server of few words on a loopback port: what it says to a message is up to the test.</summary>
internal sealed class ScriptedDhcp : IAsyncDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<DhcpMessage, DhcpMessage?> _answer;
    private readonly Task _run;

    public ScriptedDhcp(Func<DhcpMessage, DhcpMessage?> answer)
    {
        _answer = answer;
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        EndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        _run = RunAsync();
    }

    public IPEndPoint EndPoint { get; }

    public List<DhcpMessage> Heard { get; } = [];

    /// <summary>An OFFER or ACK of an address, with or without something to boot.</summary>
    public static DhcpMessage Lease(DhcpMessage asked, string address, string bootFile = "", string server = "127.0.0.1")
    {
        var answer = Answer(asked, asked.Type == DhcpMessageType.Discover ? DhcpMessageType.Offer : DhcpMessageType.Ack, server);
        answer.YourAddress = IPAddress.Parse(address);
        answer.NextServerAddress = IPAddress.Loopback;
        answer.Options.Set(DhcpOptionCode.LeaseTime, 3600u);
        if (bootFile.Length > 0) answer.Options.Set(DhcpOptionCode.BootFileName, bootFile);
        if (asked.Options.GetText(DhcpOptionCode.VendorClass) is { } vendor && vendor.StartsWith("HTTPClient", StringComparison.Ordinal))
            answer.Options.Set(DhcpOptionCode.VendorClass, "HTTPClient");
        return answer;
    }

    public static DhcpMessage Answer(DhcpMessage asked, DhcpMessageType type, string server = "127.0.0.1")
    {
        var answer = new DhcpMessage
        {
            Operation = DhcpOperation.Reply,
            TransactionId = asked.TransactionId,
            Hardware = asked.Hardware,
            Flags = asked.Flags,
            RelayAddress = asked.RelayAddress,
            Type = type
        };
        answer.Options.Set(DhcpOptionCode.ServerIdentifier, IPAddress.Parse(server));
        return answer;
    }

    /// <summary>Whether a message is iPXE's.</summary>
    public static bool IsIpxe(DhcpMessage asked) => asked.Options.GetText(DhcpOptionCode.UserClass) == "iPXE";

    public static bool IsFirmware(DhcpMessage asked) => asked.Options.Contains(DhcpOptionCode.ClientArchitecture);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var buffer = new byte[2000];
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                if (!DhcpMessage.TryParse(buffer.AsSpan(0, received.ReceivedBytes), out var asked)) continue;
                lock (Heard) Heard.Add(asked);
                if (_answer(asked) is not { } answer) continue;
                if (asked.Options.TryGet(DhcpOptionCode.RelayAgentInformation, out var relay))
                    answer.Options.Set(DhcpOptionCode.RelayAgentInformation, relay);
                var datagram = new byte[1472];
                if (answer.TryWrite(datagram, out var length))
                    await _socket.SendToAsync(datagram.AsMemory(0, length), received.RemoteEndPoint, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
    }
}
