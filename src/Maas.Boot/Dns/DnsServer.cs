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

    private readonly DnsServerOptions _options = ServerOptionsValidator.Validated(options);
    private readonly DnsResponder _responder = new(options, hosts);
    private readonly TimeProvider _time = timeProvider ?? TimeProvider.System;
    private readonly ILogger _logger = logger ?? NullLogger<DnsServer>.Instance;
    private readonly FailureLog _failures = new("dns", timeProvider ?? TimeProvider.System, logger ?? NullLogger<DnsServer>.Instance);
    private readonly TaskCompletionSource<IPEndPoint> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The endpoint it listens on, UDP and TCP, once it does.</summary>
    public Task<IPEndPoint> Listening => _listening.Task;

    /// <summary>Answers until cancelled.</summary>
    /// <exception cref="SocketException">The port is taken, or may not be opened; or a socket fails for half a minute.</exception>
    /// <exception cref="InterfaceChangedException">The interface was removed, or created again.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var forwarder = new DnsForwarder(_options, _time);
        using var udp = Sockets.Open(SocketType.Dgram, _options.Listen, _options.Interface);
        using var tcp = Sockets.Open(SocketType.Stream, (IPEndPoint)udp.LocalEndPoint!, _options.Interface); // bound by Open
        tcp.Listen(MaxConnections);
        _listening.TrySetResult((IPEndPoint)tcp.LocalEndPoint!); // bound above

        await ServerLoops.RunAsync(
            [token => ServeUdpAsync(udp, forwarder, token), token => ServeTcpAsync(tcp, forwarder, token), token => InterfaceWatch.RunAsync(_options.Interface, _time, token)],
            cancellationToken).ConfigureAwait(false);
    }

    private async Task ServeUdpAsync(Socket socket, DnsForwarder forwarder, CancellationToken cancellationToken)
    {
        var backoff = new SocketBackoff();
        var buffer = new byte[4096];
        var any = new IPEndPoint(_options.Listen.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (true)
        {
            SocketReceiveFromResult received;
            try
            {
                received = await socket.ReceiveFromAsync(buffer, any, cancellationToken).ConfigureAwait(false);
                backoff.Reset();
            }
            catch (SocketException exception)
            {
                Failed(exception.SocketErrorCode);
                if (!await backoff.TryPauseAsync(exception, _time, cancellationToken).ConfigureAwait(false)) throw;
                continue;
            }

            try
            {
                await AnswerDatagramAsync(socket, (IPEndPoint)received.RemoteEndPoint, buffer.AsMemory(0, received.ReceivedBytes), forwarder, cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException exception)
            {
                Failed(exception.SocketErrorCode);
            }
#pragma warning disable CA1031 // the query is dropped, the server lives on
            catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
            {
                _failures.Add(exception);
            }
        }
    }

    private async ValueTask AnswerDatagramAsync(Socket socket, IPEndPoint client, ReadOnlyMemory<byte> message, DnsForwarder forwarder, CancellationToken cancellationToken)
    {
        if (!DnsQuery.TryParse(message.Span, out var query, out var malformed)) return;
        if (Own(query, malformed, client.Address, overTcp: false) is { } answer)
        {
            var written = new byte[Math.Min(query.UdpSize, DnsAnswer.MaxUdpSize)];
            var length = answer.Write(query, message.Span, _responder.MayAskForOthers(client.Address), written);
            await socket.SendToAsync(written.AsMemory(0, length), client, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            // A slow resolver holds up nobody else; how many may wait is the forwarder's to bound.
            _ = RelayAsync(socket, client, query, message.ToArray(), forwarder, cancellationToken);
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
#pragma warning disable CA1031 // the query is dropped, the server lives on
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _failures.Add(exception);
        }
    }

    private async Task ServeTcpAsync(Socket listener, DnsForwarder forwarder, CancellationToken cancellationToken)
    {
        var places = new SemaphoreSlim(MaxConnections); // not disposed: a connection that ends after the server still gives its place back
        var backoff = new SocketBackoff();
        while (true)
        {
            await places.WaitAsync(cancellationToken).ConfigureAwait(false);
            Socket socket;
            try
            {
                socket = await listener.AcceptAsync(cancellationToken).ConfigureAwait(false);
                backoff.Reset();
            }
            catch (SocketException exception)
            {
                // No descriptor is left, or the client is gone already.
                places.Release();
                Failed(exception.SocketErrorCode);
                if (!await backoff.TryPauseAsync(exception, _time, cancellationToken).ConfigureAwait(false)) throw;
                continue;
            }

            _ = Task.Run(() => ServeConnectionAsync(socket, forwarder, places, cancellationToken), CancellationToken.None);
        }
    }

    private async Task ServeConnectionAsync(Socket socket, DnsForwarder forwarder, SemaphoreSlim places, CancellationToken cancellationToken)
    {
        try
        {
            using var connection = socket;
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
#pragma warning disable CA1031 // the connection ends, the server lives on
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _failures.Add(exception);
        }
        finally
        {
            places.Release();
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
        DnsAnswer? answer;
        try
        {
            answer = malformed ? DnsAnswer.Only(DnsResponseCode.FormatError) : _responder.Respond(query, client, overTcp);
        }
#pragma warning disable CA1031 // the application's directory threw: the client is told that the server failed, and others are served
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _failures.Add(exception);
            answer = DnsAnswer.Only(DnsResponseCode.ServerFailure);
        }

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
