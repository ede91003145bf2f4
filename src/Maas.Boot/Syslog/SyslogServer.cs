using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Maas.Boot.Diagnostics;
using Maas.Boot.Net;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Syslog;

/// <summary>Receives what machines log over UDP (RFC 3164, RFC 5424, RFC 5426) and reports each line with its sender.</summary>
/// <example>
/// <code>
/// var server = new SyslogServer(new SyslogServerOptions { Interface = "eth1" }, new BootServices { Observer = observer });
/// await server.RunAsync(cancellationToken);
/// </code>
/// </example>
public sealed partial class SyslogServer
{
    /// <summary>The longest line that is read; the rest of a longer one is dropped (RFC 5426 section 3.2 asks for 2048).</summary>
    public const int MaximumLength = 8192;

    private static readonly Counter<long> Lines = BootMeter.Meter.CreateCounter<long>(
        "maas.boot.syslog.lines", "{line}", "Lines received over the network, by what became of them.");

    private readonly ILogger _logger;
    private readonly TimeProvider _timeProvider;
    private readonly SafeObserver _observer;
    private readonly SyslogRateLimiter _budget;
    private readonly DatagramLoop _loop;
    private readonly IPEndPoint _any;

    /// <summary>Makes a server; it listens once it runs.</summary>
    /// <param name="options">Where it listens, and limits.</param>
    /// <param name="services">What it uses of the application.</param>
    /// <exception cref="ArgumentException">There is no observer.</exception>
    /// <exception cref="System.ComponentModel.DataAnnotations.ValidationException">An option is out of its range.</exception>
    public SyslogServer(SyslogServerOptions options, BootServices services)
    {
        ArgumentNullException.ThrowIfNull(services);
        options = new SyslogServerOptions(new SyslogServerOptionsValidator().Validated(options));
        _logger = services.LoggerFactory.CreateLogger<SyslogServer>();
        _timeProvider = services.TimeProvider;
        _observer = new SafeObserver(
            BootServices.Require(
                services.Observer, nameof(services.Observer), "A syslog server needs an observer that receives the lines."),
            _logger);
        _budget = new SyslogRateLimiter(options.LinesPerSender, options.Window, options.Senders);
        _loop = new DatagramLoop("syslog", options.Listen, options.Interface, MaximumLength, _timeProvider, _logger);
        _any = new IPEndPoint(options.Listen.Address, 0);
    }

    /// <summary>Where it listens; completes when <see cref="RunAsync"/> listens, and fails as it fails.</summary>
    public Task<IReadOnlyList<IPEndPoint>> Listening => _loop.Listening;

    /// <summary>Receives until cancelled.</summary>
    /// <exception cref="SocketException">The port is taken, or may not be opened.</exception>
    public Task RunAsync(CancellationToken cancellationToken = default) =>
        _loop.RunAsync(Take, LogReceiveFailed, cancellationToken);

    private ReadOnlyMemory<byte> Take(ReadOnlySpan<byte> datagram, SocketAddress client)
    {
        var sender = ((IPEndPoint)_any.Create(client)).Address; // the family's own form of it
        var now = _timeProvider.GetUtcNow();
        var taken = _budget.TryTake(sender, now);
        if (Lines.Enabled) Lines.Add(1, new KeyValuePair<string, object?>("maas.syslog.result", taken ? "taken" : "dropped"));
        if (taken) _observer.Observe(new BootObservation.LineLogged(now, sender, SyslogMessage.Parse(datagram)));
        else LogLineDropped(sender);
        return default;
    }

    [LoggerMessage(85, LogLevel.Debug, "Syslog rate limit reached; dropped a line from {Client}")]
    private partial void LogLineDropped(IPAddress client);

    [LoggerMessage(86, LogLevel.Debug, "Failed to receive a syslog datagram: {Error}")]
    private partial void LogReceiveFailed(SocketError error);
}
