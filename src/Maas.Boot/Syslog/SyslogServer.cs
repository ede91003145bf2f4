using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maas.Boot.Syslog;

/// <summary>Receives what machines log over UDP (RFC 3164, RFC 5424, RFC 5426) and reports each line with its sender.</summary>
/// <example>
/// <code>
/// var server = new SyslogServer(new SyslogServerOptions { Interface = "eth1" }, observer, TimeProvider.System);
/// await server.RunAsync(cancellationToken);
/// </code>
/// </example>
public sealed partial class SyslogServer(SyslogServerOptions options, IBootObserver observer, TimeProvider timeProvider, ILogger<SyslogServer>? logger = null)
{
    private const int SolSocket = 1;
    private const int SoBindToDevice = 25;

    /// <summary>The longest line that is read; the rest of a longer one is dropped (RFC 5426 section 3.2 asks for 2048).</summary>
    public const int MaximumLength = 8192;

    private readonly ILogger _logger = logger ?? NullLogger<SyslogServer>.Instance;
    private readonly TaskCompletionSource<IPEndPoint> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The endpoint it listens on, once it does.</summary>
    public Task<IPEndPoint> Listening => _listening.Task;

    /// <summary>Receives until cancelled.</summary>
    /// <exception cref="SocketException">The port is taken, or may not be opened.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var socket = new Socket(options.Listen.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        if (options.Interface is { } name) socket.SetRawSocketOption(SolSocket, SoBindToDevice, [.. Encoding.ASCII.GetBytes(name), 0]);
        socket.Bind(options.Listen);
        _listening.TrySetResult((IPEndPoint)socket.LocalEndPoint!); // bound above
        var budget = new LineBudget(options.LinesPerSender, options.Window, options.Senders);
        var buffer = new byte[MaximumLength];
        var any = new IPEndPoint(options.Listen.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var received = await socket.ReceiveFromAsync(buffer, SocketFlags.None, any, cancellationToken).ConfigureAwait(false);
                var sender = ((IPEndPoint)received.RemoteEndPoint).Address;
                var now = timeProvider.GetUtcNow();
                if (budget.TryTake(sender, now)) observer.Observe(new BootObservation.LineLogged(now, sender, SyslogMessage.Parse(buffer.AsSpan(0, received.ReceivedBytes))));
                else LineDropped(sender);
            }
            catch (SocketException exception)
            {
                ReceiveFailed(exception.SocketErrorCode);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    [LoggerMessage(LogLevel.Debug, "{Client} logs more lines than it may; one was dropped")]
    private partial void LineDropped(IPAddress client);

    [LoggerMessage(LogLevel.Debug, "A log line was not received: {Error}")]
    private partial void ReceiveFailed(SocketError error);
}
