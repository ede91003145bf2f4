using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Maas.Boot.Diagnostics;
using Maas.Boot.Net;
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
public sealed partial class SyslogServer(
    SyslogServerOptions options,
    IBootObserver observer,
    TimeProvider timeProvider,
    ILogger<SyslogServer>? logger = null)
{
    /// <summary>The longest line that is read; the rest of a longer one is dropped (RFC 5426 section 3.2 asks for 2048).</summary>
    public const int MaximumLength = 8192;

    private static readonly Counter<long> Lines = BootMeter.Meter.CreateCounter<long>(
        "maas.boot.syslog.lines", "{line}", "Lines received over the network, by what became of them.");

    private readonly ILogger _logger = logger ?? NullLogger<SyslogServer>.Instance;
    private readonly SafeObserver _observer = new(observer, logger ?? NullLogger<SyslogServer>.Instance);
    private readonly SyslogRateLimiter _budget = BudgetOf(new SyslogServerOptionsValidator().Validated(options));
    private readonly DatagramLoop _loop = new(
        "syslog", options.Listen, options.Interface, MaximumLength, timeProvider, logger ?? NullLogger<SyslogServer>.Instance);
    private readonly IPEndPoint _any = new(options.Listen.Address, 0);

    /// <summary>The endpoint it listens on, once it does.</summary>
    public Task<IPEndPoint> Listening => _loop.Listening;

    /// <summary>Receives until cancelled.</summary>
    /// <exception cref="SocketException">The port is taken, or may not be opened.</exception>
    public Task RunAsync(CancellationToken cancellationToken) => _loop.RunAsync(Take, LogReceiveFailed, cancellationToken);

    private static SyslogRateLimiter BudgetOf(SyslogServerOptions options) => new(options.LinesPerSender, options.Window, options.Senders);

    private ReadOnlyMemory<byte> Take(ReadOnlySpan<byte> datagram, SocketAddress client)
    {
        var sender = ((IPEndPoint)_any.Create(client)).Address; // the family's own form of it
        var now = timeProvider.GetUtcNow();
        var taken = _budget.TryTake(sender, now);
        if (Lines.Enabled) Lines.Add(1, new KeyValuePair<string, object?>("result", taken ? "taken" : "dropped"));
        if (taken) _observer.Observe(new BootObservation.LineLogged(now, sender, SyslogMessage.Parse(datagram)));
        else LogLineDropped(sender);
        return default;
    }

    [LoggerMessage(LogLevel.Debug, "{Client} logs more lines than it may; one was dropped")]
    private partial void LogLineDropped(IPAddress client);

    [LoggerMessage(LogLevel.Debug, "A log line was not received: {Error}")]
    private partial void LogReceiveFailed(SocketError error);
}
