using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;
using Maas.Boot.Diagnostics;
using Maas.Boot.Files;
using Maas.Boot.Net;
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
    private readonly TftpServerOptions _options;
    private readonly BootServices _services;
    private readonly IBootFiles _files;
    private readonly ILogger _logger;
    private readonly TransferAdmission _admission;
    private readonly ListeningEndPoints _listening = new();
    private TftpListener? _listener;

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
        _services = services;
        _logger = services.LoggerFactory.CreateLogger<TftpServer>();
        _admission = new TransferAdmission(_options, services.TimeProvider);
    }

    /// <summary>How many transfers run now.</summary>
    public int ActiveTransfers => _admission.Count;

    /// <summary>Where it listens; completes when <see cref="RunAsync"/> listens, and fails as it fails.</summary>
    public Task<IReadOnlyList<IPEndPoint>> Listening => _listening.Task;

    /// <summary>Opens the listening socket, so that a port in use is known at once; <see cref="RunAsync"/> does it otherwise.</summary>
    /// <returns>Where it listens, with the port the system chose when 0 was asked.</returns>
    /// <exception cref="SocketException">The address is in use or not this host's, or the process may not use the port or the
    /// interface.</exception>
    internal IPEndPoint Bind() => (_listener ??= new TftpListener(_options, _services.TimeProvider, _logger)).EndPoint;

    /// <summary>Serves until cancelled. Running transfers are then told that the server stops.</summary>
    /// <exception cref="SocketException">The listening socket cannot be opened, or fails for half a minute.</exception>
    /// <exception cref="InterfaceChangedException">The interface was removed, or created again.</exception>
    public Task RunAsync(CancellationToken cancellationToken = default) => _listening.RunAsync(ServeAsync, cancellationToken);

    private async Task ServeAsync(CancellationToken cancellationToken)
    {
        if (_services.Network is { } network)
        {
            await ServeOnAsync(network, cancellationToken).ConfigureAwait(false);
            return;
        }

        Bind();
        var listener = _listener!; // Bind has opened it
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var time = _services.TimeProvider;
        var failures = new FailureLog("tftp", time, _logger);
        List<TransferLoop> loops = [];
        try
        {
            for (var i = 0; i < Math.Clamp(Environment.ProcessorCount, 1, 16); i++)
            {
                loops.Add(new TransferLoop(time, SocketPoller.Create(), failures));
                loops[i].Start($"tftp {listener.EndPoint.Port}/{i}");
            }

            var telemetry = new TftpTelemetry(_services.Observer, time, _logger);
            var handler = new TftpRequestHandler(_options, _files, listener, _admission, loops, telemetry, time, stopping.Token);
            LogListening(listener.EndPoint);
            _listening.Set(listener.EndPoint);
            await ServerLoops.RunAsync(
                [
                    token => listener.ReceiveAsync(handler.Handle, failures, token),
                    token => InterfaceWatch.RunAsync(_options.Interface, time, token),
                    .. loops.Select(l => (Func<CancellationToken, Task>)l.Ended.WaitAsync)
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
        _listener?.Dispose();
        _listener = null;
    }

    [LoggerMessage(EventId = 60, Level = LogLevel.Information, Message = "TFTP listens on {Endpoint}")]
    private partial void LogListening(IPEndPoint endpoint);
}
