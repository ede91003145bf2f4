using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maas.Boot.Ntp;

/// <summary>Tells the time to machines whose own clock is dead, so that signed requests and certificates hold (RFC 4330, server side).</summary>
/// <example>
/// <code>
/// var server = new SntpServer(new SntpServerOptions { Interface = "eth1" }, TimeProvider.System);
/// await server.RunAsync(cancellationToken);
/// </code>
/// </example>
public sealed partial class SntpServer(SntpServerOptions options, TimeProvider timeProvider, ILogger<SntpServer>? logger = null)
{
    private const int SolSocket = 1;
    private const int SoBindToDevice = 25;

    private readonly ILogger _logger = logger ?? NullLogger<SntpServer>.Instance;
    private readonly TaskCompletionSource<IPEndPoint> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The endpoint it listens on, once it does.</summary>
    public Task<IPEndPoint> Listening => _listening.Task;

    /// <summary>Answers until cancelled.</summary>
    /// <exception cref="SocketException">The port is taken, or may not be opened.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var socket = new Socket(options.Listen.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        if (options.Interface is { } name) socket.SetRawSocketOption(SolSocket, SoBindToDevice, [.. System.Text.Encoding.ASCII.GetBytes(name), 0]);
        socket.Bind(options.Listen);
        _listening.TrySetResult((IPEndPoint)socket.LocalEndPoint!); // bound above
        var clock = new SntpClock(options.Stratum, options.ClockIsSet);
        var buffer = new byte[512];
        var client = new SocketAddress(options.Listen.AddressFamily);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var length = await socket.ReceiveFromAsync(buffer, SocketFlags.None, client, cancellationToken).ConfigureAwait(false);
                var received = timeProvider.GetUtcNow();
                // One buffer is enough: the answer is written into its second half and sent before the next receive.
                if (length > 256 || !SntpResponder.TryRespond(buffer.AsSpan(0, length), received, timeProvider.GetUtcNow(), clock, buffer.AsSpan(256))) continue;
                await socket.SendToAsync(buffer.AsMemory(256, SntpResponder.MessageLength), SocketFlags.None, client, cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException exception)
            {
                SendFailed(exception.SocketErrorCode);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    [LoggerMessage(LogLevel.Debug, "A time request was not answered: {Error}")]
    private partial void SendFailed(SocketError error);
}
