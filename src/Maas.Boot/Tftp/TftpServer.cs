using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;
using Maas.Boot.Diagnostics;
using Maas.Boot.Files;
using Maas.Boot.Net;
using Maas.Boot.Scripts;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Tftp;

/// <summary>
/// A read-only TFTP server (RFC 1350) with blksize, tsize, timeout and windowsize (RFC 2347, 2348, 2349, 7440) and block numbers that roll
/// over.
/// </summary>
/// <remarks>
/// Requests are taken in one loop and opened concurrently; the transfers run on one thread a processor, each waiting for many
/// sockets, and a window leaves in one call of the kernel where the kernel can do that. Nothing is allocated per packet.
/// </remarks>
/// <example>
/// <code>
/// var server = new TftpServer(new TftpServerOptions(), new BootServices { Files = new DirectoryBootFiles("/srv/tftp") });
/// await server.RunAsync(cancellationToken);
/// </code>
/// </example>
public sealed partial class TftpServer : IDisposable
{
    private readonly IBootFiles _files;
    private readonly TftpServerOptions _options;
    private readonly SafeObserver? _observer;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TransferTable _table;
    private readonly FailureLog _failures;
    private readonly NetasciiLengths _netasciiLengths = new();
    private readonly KeyedRateLimiter _busy = new(0); // for saying so once a minute; of the receiving loop
    private readonly TaskCompletionSource<IReadOnlyList<IPEndPoint>> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Socket? _socket;
    private TransferLoop[] _loops = [];
    private int _nextLoop;

    /// <summary>Makes a server; it opens no socket yet.</summary>
    /// <param name="options">Where to listen, and limits.</param>
    /// <param name="services">What it uses of the application.</param>
    /// <exception cref="ArgumentException">There are no files.</exception>
    /// <exception cref="ValidationException">An option is out of its range.</exception>
    public TftpServer(TftpServerOptions options, BootServices services)
    {
        ArgumentNullException.ThrowIfNull(services);
        _options = new TftpServerOptions(new TftpServerOptionsValidator().Validated(options));
        _files = BootServices.Require(services.Files, nameof(services.Files), "A TFTP server needs boot files.");
        _time = services.TimeProvider;
        _logger = services.LoggerFactory.CreateLogger<TftpServer>();
        _observer = SafeObserver.Around(services.Observer, _logger);
        _failures = new FailureLog("tftp", _time, _logger);
        _table = new TransferTable(_options.MaxTransfers, _options.MaxTransfersPerClient, _time);
    }

    /// <summary>How many transfers run now.</summary>
    public int ActiveTransfers => _table.Count;

    /// <summary>Where it listens; completes when <see cref="RunAsync"/> listens, and fails as it fails.</summary>
    public Task<IReadOnlyList<IPEndPoint>> Listening => _listening.Task;

    /// <summary>Opens the listening socket, so that a port in use is known at once; <see cref="RunAsync"/> does it otherwise.</summary>
    /// <returns>Where it listens, with the port the system chose when 0 was asked.</returns>
    /// <exception cref="SocketException">The address is in use or not this host's, or the process may not use the port or the
    /// interface.</exception>
    internal IPEndPoint Bind()
    {
        _socket ??= Open(_options);
        return (IPEndPoint)_socket.LocalEndPoint!; // bound
    }

    /// <summary>Serves until cancelled. Running transfers are then told that the server stops.</summary>
    /// <exception cref="SocketException">The listening socket cannot be opened, or fails for half a minute.</exception>
    /// <exception cref="InterfaceChangedException">The interface was removed, or created again.</exception>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        IPEndPoint listening;
        try
        {
            listening = Bind();
        }
        catch (Exception e)
        {
            _listening.TrySetException(e);
            throw;
        }

        var socket = _socket!; // Bind has opened it
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<TransferLoop> loops = [];
        try
        {
            for (var i = 0; i < Math.Clamp(Environment.ProcessorCount, 1, 16); i++)
            {
                loops.Add(new TransferLoop(_time, SocketPoller.Create(), _failures));
                loops[i].Start($"tftp {listening.Port}/{i}");
            }

            _loops = [.. loops];
            LogListening(listening);
            _listening.TrySetResult([listening]);
            await ServerLoops.RunAsync(
                [
                    token => ReceiveAsync(socket, token),
                    token => InterfaceWatch.RunAsync(_options.Interface, _time, token),
                    .. _loops.Select(l => (Func<CancellationToken, Task>)l.Ended.WaitAsync)
                ],
                stopping.Token).ConfigureAwait(false);
        }
        finally
        {
            await stopping.CancelAsync().ConfigureAwait(false);
            foreach (var loop in loops) loop.Stop();
            await Task.WhenAll(loops.Select(l => l.Ended)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var loop in loops) loop.Dispose();
            Dispose();
        }
    }

    /// <summary>Closes the listening socket of a server that does not run.</summary>
    public void Dispose()
    {
        _socket?.Dispose();
        _socket = null;
    }

    private static Socket Open(TftpServerOptions options) => Sockets.Open(SocketType.Dgram, options.Listen, options.Interface, socket =>
    {
        if (options.Listen.Address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
        // A thousand machines switched on at once ask within milliseconds.
        socket.ReceiveBufferSize = 4 << 20;
        socket.SetSocketOption(
            socket.AddressFamily == AddressFamily.InterNetwork ? SocketOptionLevel.IP : SocketOptionLevel.IPv6,
            SocketOptionName.PacketInformation,
            true);
    });

    private async Task ReceiveAsync(Socket socket, CancellationToken stopping)
    {
        var backoff = new SocketBackoff();
        var buffer = new byte[TftpRequest.MaxLength + 1];
        var anybody = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (true)
        {
            SocketReceiveMessageFromResult received;
            try
            {
                received = await socket.ReceiveMessageFromAsync(buffer, anybody, stopping).ConfigureAwait(false);
                backoff.Reset();
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionRefused
                or SocketError.MessageSize or SocketError.NetworkReset)
            {
                // Windows reports an earlier answer's ICMP error, or a datagram that is larger than any request.
                continue;
            }
            catch (SocketException e)
            {
                LogReceiveFailed(e.SocketErrorCode);
                if (!await backoff.TryPauseAsync(e, _time, stopping).ConfigureAwait(false)) throw;
                continue;
            }

            try
            {
                var client = Plain((IPEndPoint)received.RemoteEndPoint);
                var local = Plain(received.PacketInformation.Address);
                Take(buffer.AsSpan(0, received.ReceivedBytes), client, local, stopping);
            }
#pragma warning disable CA1031 // the datagram is dropped, the server lives on
            catch (Exception e)
#pragma warning restore CA1031
            {
                _failures.Add(e);
            }
        }
    }

    // One datagram from the listening port: a request, or on a shared port anything of a transfer.
    private void Take(ReadOnlySpan<byte> datagram, IPEndPoint client, IPAddress local, CancellationToken stopping)
    {
        if (TftpPacket.Opcode(datagram) is not (TftpPacket.ReadRequest or TftpPacket.WriteRequest))
        {
            if (_options.SinglePort) PassOn(datagram, client);
            return;
        }

        Capture(datagram, client, local, isSent: false);
        if (!TftpRequest.TryParse(datagram, out var request, out var problem)) Refuse(client, TftpErrorCode.IllegalOperation, problem, "");
        else if (request.IsWrite)
            Refuse(client, TftpErrorCode.AccessViolation, "this server is read-only", TftpPacket.Printable(request.Name.Span));
        else if (_table.Find(client) is { } same && Continues(same, request)) return;
        else Begin(client, request, local, stopping);
    }

    private void Begin(IPEndPoint client, TftpRequest request, IPAddress local, CancellationToken stopping)
    {
        var slot = _table.TryTake(client, request, out var displaced, out var bound);
        displaced?.Loop.Post(() => displaced.Session.End(TftpOutcome.Displaced));
        if (slot is not null)
        {
            _ = OpenAsync(slot, local, stopping);
            return;
        }

        TftpMeter.Busy();
        Span<byte> place = stackalloc byte[16];
        var length = 0; // the limit of all transfers has one key for all clients
        if (_table.Count < _options.MaxTransfers) client.Address.TryWriteBytes(place, out length);
        _busy.TryTake(place[..length], _time.GetUtcNow(), out var isFirst);
        if (!isFirst) return;
        LogBusy(client, bound);
        _observer?.Observe(new BootObservation.LimitReached(_time.GetUtcNow(), null, client.Address, $"TFTP: {bound}"));
    }

    // The client asked before from this port. The same again: it had not heard us yet. Something else, or after a silence: it has given up
    // on the first.
    private static bool Continues(TransferSlot earlier, TftpRequest request)
    {
        if (earlier.Running is not { } running) return earlier.Request.Repeats(request);
        if (earlier.Request.Repeats(request) && running.Session.Transfer.IsLateCopy(running.Loop.Now))
        {
            running.Loop.Post(running.Session.RequestRepeated);
            return true;
        }

        running.Loop.Post(() => running.Session.End(TftpOutcome.Superseded));
        return false;
    }

    private void PassOn(ReadOnlySpan<byte> datagram, IPEndPoint client)
    {
        if (_table.Find(client) is not { } slot)
        {
            if (TftpPacket.Opcode(datagram) != TftpPacket.Error)
                Send(client, TftpPacket.WriteError(TftpErrorCode.UnknownTransferId, "unknown transfer"));
            return;
        }

        if (slot.Running is not { } running) return;
        var copy = datagram.ToArray();
        running.Loop.Post(() => running.Session.Receive(copy));
    }

    private async Task OpenAsync(TransferSlot slot, IPAddress local, CancellationToken stopping)
    {
        var began = _time.GetTimestamp();
        // Whatever the application does in its answer, the receiving loop goes on.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        slot.Activity = TftpMeter.Begin(slot);
        if (!BootFileName.TryNormalize(slot.Request.Name.Span, out var name, out var refusal))
        {
            Reject(slot, TftpErrorCode.AccessViolation, refusal, TftpPacket.Printable(slot.Request.Name.Span));
            return;
        }

        BootFile? file = null;
        try
        {
            file = await _files.OpenAsync(new BootFileRequest(name, slot.Client.Address, local), stopping).ConfigureAwait(false);
            if (file is null)
            {
                Reject(slot, TftpErrorCode.FileNotFound, $"no such file: {name}", name);
                return;
            }

            if (slot.Request.IsNetascii)
            {
                if (file.Length > _options.MaxNetasciiBytes)
                {
                    file.Dispose();
                    Reject(slot, TftpErrorCode.NotDefined, "netascii is for texts, and this file is large: ask for octet", name);
                    return;
                }

                file = await NetasciiFile.EncodeAsync(file, name, _netasciiLengths, stopping).ConfigureAwait(false);
            }

            await BeginAsync(slot, file, name, local, began, stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            file?.Dispose();
            slot.Activity?.Dispose();
            _table.Release(slot);
        }
        catch (Exception e)
        {
            file?.Dispose();
            LogUnreadable(e, name, slot.Client);
            Reject(slot, TftpErrorCode.NotDefined, e is BootScriptException ? e.Message : "the file cannot be read", name);
        }
    }

    private async ValueTask BeginAsync(
        TransferSlot slot,
        BootFile file,
        string name,
        IPAddress local,
        long began,
        CancellationToken stopping)
    {
        var socket = _socket ?? throw new OperationCanceledException(stopping);
        TransferSocket transferSocket = _options.SinglePort
            ? new TransferSocket.SharedPort(socket, local, Reached(slot.Client, socket).Serialize())
            : new TransferSocket.OwnPort(local, slot.Client, _options.Interface);
        if (_options.Capture is { } ring)
            // both are bound
            transferSocket = new CapturedSocket(
                transferSocket,
                ring,
                new IPEndPoint(local, ((IPEndPoint)(transferSocket.OwnSocket ?? socket).LocalEndPoint!).Port),
                slot.Client,
                _options.Interface,
                _time);
        TransferSession? session = null;
        try
        {
            var terms = TftpNegotiatedOptions.Agree(
                slot.Request, file.Length, _options, transferSocket.MaxPayload - TftpPacket.DataHeader, _table.WindowBytesFor(_options));
            _table.Reserve(slot, terms.BlockSize * terms.WindowSize);
            var loop = _loops[(uint)Interlocked.Increment(ref _nextLoop) % _loops.Length];
            session = new TransferSession(
                loop, transferSocket, slot.Request, terms, new TftpTransfer(terms, _options.GiveUpAfter), s => Ended(slot, s))
            {
                Client = slot.Client,
                Name = name,
                Began = began,
            };
            await session.OpenAsync(file, _options.ReadAheadBytes / Math.Max(1, _table.Count), stopping).ConfigureAwait(false);
            slot.Running = new RunningTransfer(session, loop); // first: an acknowledgement on the shared port must find the session
            loop.Post(() => loop.Add(session));
        }
        catch
        {
            transferSocket.Dispose();
            session?.Dispose();
            throw;
        }
    }

    private void Ended(TransferSlot slot, TransferSession session)
    {
        _table.Release(slot);
        var transfer = session.Transfer;
        var outcome = transfer.Outcome!; // a session ends with one
        var took = _time.GetElapsedTime(session.Began);
        TftpMeter.Ended(slot.Activity, session, took);
        LogEnded(
            session.Name, session.Client, outcome.Words, transfer.BytesDelivered, session.Terms, transfer.Repeats, took.TotalMilliseconds);
        Observe(
            session.Client,
            session.Name,
            transfer.BytesDelivered,
            outcome.Words,
            $"{session.Terms}, {transfer.Repeats} blocks sent again",
            took);
    }

    private void Observe(IPEndPoint client, string name, long bytes, string outcome, string detail, TimeSpan took) =>
        _observer?.Observe(
            new BootObservation.FileTransfer(_time.GetUtcNow(), null, client.Address, "tftp", name, bytes, outcome, detail, took));

    // A socket for both families sees IPv4 as ::ffff:a.b.c.d; no other code should.
    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static IPEndPoint Plain(IPEndPoint end) => new(Plain(end.Address), end.Port);

    private static IPEndPoint Reached(IPEndPoint client, Socket socket) =>
        socket.AddressFamily == client.AddressFamily ? client : new IPEndPoint(client.Address.MapToIPv6(), client.Port);
}
