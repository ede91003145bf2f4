using System.Net;
using System.Net.Sockets;
using Maas.Boot.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maas.Boot.Dns;

/// <summary>Names machines: the authority for their domain and their addresses, from a live source; forwards the rest for its own clients (RFC 1035, RFC 2317, RFC 6891).</summary>
/// <example>
/// <code>
/// var options = new DnsServerOptions { Domain = "maas", Networks = { IPNetwork.Parse("10.0.0.0/24") }, Forwarders = { IPEndPoint.Parse("10.0.0.1:53") } };
/// await new DnsServer(options, hosts).RunAsync(cancellationToken);
/// </code>
/// </example>
public sealed partial class DnsServer(DnsServerOptions options, IHostDirectory hosts, TimeProvider? timeProvider = null, ILogger<DnsServer>? logger = null)
{
    private const int MaxConnections = 64;
    private const int RecordsPerTransferMessage = 200;

    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(10);

    private readonly DnsResponder _responder = new(options, hosts);
    private readonly TimeProvider _time = timeProvider ?? TimeProvider.System;
    private readonly ILogger _logger = logger ?? NullLogger<DnsServer>.Instance;
    private readonly TaskCompletionSource<IPEndPoint> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The endpoint it listens on, UDP and TCP, once it does.</summary>
    public Task<IPEndPoint> Listening => _listening.Task;

    /// <summary>Answers until cancelled.</summary>
    /// <exception cref="SocketException">The port is taken, or may not be opened.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var forwarder = new DnsForwarder(options, _time);
        using var udp = Sockets.Open(SocketType.Dgram, options.Listen, options.Interface);
        using var tcp = Sockets.Open(SocketType.Stream, (IPEndPoint)udp.LocalEndPoint!, options.Interface); // bound by Open
        tcp.Listen(MaxConnections);
        _listening.TrySetResult((IPEndPoint)tcp.LocalEndPoint!); // bound above

        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] loops = [ServeUdpAsync(udp, forwarder, stopping.Token), ServeTcpAsync(tcp, forwarder, stopping.Token)];
        var first = await Task.WhenAny(loops).ConfigureAwait(false);
        await stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!first.IsCanceled) await first.ConfigureAwait(false);
    }

    private async Task ServeUdpAsync(Socket socket, DnsForwarder forwarder, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        var any = new IPEndPoint(options.Listen.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (true)
        {
            try
            {
                var received = await socket.ReceiveFromAsync(buffer, any, cancellationToken).ConfigureAwait(false);
                var client = (IPEndPoint)received.RemoteEndPoint;
                if (!DnsQuery.TryParse(buffer.AsSpan(0, received.ReceivedBytes), out var query, out var malformed)) continue;
                if (Own(query, malformed, client.Address, overTcp: false) is { } answer)
                {
                    var written = new byte[Math.Min(query.UdpSize, DnsAnswer.MaxUdpSize)];
                    var length = answer.Write(query, buffer.AsSpan(0, received.ReceivedBytes), _responder.MayAskForOthers(client.Address), written);
                    await socket.SendToAsync(written.AsMemory(0, length), client, cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    // A slow resolver holds up nobody else; how many may wait is the forwarder's to bound.
                    _ = RelayAsync(socket, client, query, buffer.AsMemory(0, received.ReceivedBytes).ToArray(), forwarder, cancellationToken);
                }
            }
            catch (SocketException exception)
            {
                Failed(exception.SocketErrorCode);
            }
        }
    }

    private async Task RelayAsync(Socket socket, IPEndPoint client, DnsQuery query, byte[] message, DnsForwarder forwarder, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await forwarder.AskAsync(query, message, overTcp: false, cancellationToken).ConfigureAwait(false) ?? Failure(query, message);
            await socket.SendToAsync(answer, client, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException exception)
        {
            Failed(exception.SocketErrorCode);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The server stops; the client asks another one.
        }
    }

    private async Task ServeTcpAsync(Socket listener, DnsForwarder forwarder, CancellationToken cancellationToken)
    {
        using var places = new SemaphoreSlim(MaxConnections);
        while (true)
        {
            await places.WaitAsync(cancellationToken).ConfigureAwait(false);
            var socket = await listener.AcceptAsync(cancellationToken).ConfigureAwait(false);
            _ = Task.Run(
                async () =>
                {
                    await ServeConnectionAsync(socket, forwarder, cancellationToken).ConfigureAwait(false);
                    if (!cancellationToken.IsCancellationRequested) places.Release();
                },
                CancellationToken.None);
        }
    }

    private async Task ServeConnectionAsync(Socket socket, DnsForwarder forwarder, CancellationToken cancellationToken)
    {
        try
        {
            using var stream = new NetworkStream(socket, ownsSocket: true);
            var client = ((IPEndPoint)socket.RemoteEndPoint!).Address; // it is connected
            while (true)
            {
                using var patience = new CancellationTokenSource(s_idle, _time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
                if (await DnsTcpFraming.ReadAsync(stream, either.Token).ConfigureAwait(false) is not { } message) return;
                if (!DnsQuery.TryParse(message, out var query, out var malformed)) return;
                await AnswerAsync(stream, client, query, malformed, message, forwarder, either.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or SocketException)
        {
            // Idle, gone, or we stop: the connection ends either way.
        }
    }

    private async Task AnswerAsync(Stream stream, IPAddress client, DnsQuery query, bool malformed, byte[] message, DnsForwarder forwarder, CancellationToken cancellationToken)
    {
        if (Own(query, malformed, client, overTcp: true) is not { } answer)
        {
            await DnsTcpFraming.WriteAsync(stream, await forwarder.AskAsync(query, message, overTcp: true, cancellationToken).ConfigureAwait(false) ?? Failure(query, message), cancellationToken).ConfigureAwait(false);
            return;
        }

        // A whole zone goes in as many messages as it takes (RFC 5936 section 2.2); anything else is one.
        var parts = answer.Records.Chunk(RecordsPerTransferMessage).DefaultIfEmpty([]);
        foreach (var part in parts)
        {
            var written = new byte[ushort.MaxValue];
            var length = (answer with { Records = part }).Write(query, message, _responder.MayAskForOthers(client), written);
            await DnsTcpFraming.WriteAsync(stream, written.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
        }
    }

    private DnsAnswer? Own(DnsQuery query, bool malformed, IPAddress client, bool overTcp)
    {
        var answer = malformed ? DnsAnswer.Only(DnsResponseCode.FormatError) : _responder.Respond(query, client, overTcp);
        ServiceMeter.Query(answer?.Code);
        return answer;
    }

    private static byte[] Failure(DnsQuery query, byte[] message)
    {
        var written = new byte[512];
        return written[..DnsAnswer.Only(DnsResponseCode.ServerFailure).Write(query, message, recursionAvailable: true, written)];
    }

    [LoggerMessage(LogLevel.Debug, "A DNS query was not answered: {Error}")]
    private partial void Failed(SocketError error);
}
