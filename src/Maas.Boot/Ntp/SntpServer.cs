using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Maas.Boot.Diagnostics;
using Maas.Boot.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maas.Boot.Ntp;

/// <summary>
/// Tells the time to machines whose own clock is dead, so that signed requests and certificates hold (RFC 4330, server side).
/// </summary>
/// <example>
/// <code>
/// var server = new SntpServer(new SntpServerOptions { Interface = "eth1" }, TimeProvider.System);
/// await server.RunAsync(cancellationToken);
/// </code>
/// </example>
public sealed partial class SntpServer(SntpServerOptions options, TimeProvider timeProvider, ILogger<SntpServer>? logger = null)
{
    private const int LongestRequest = 256;

    private static readonly Counter<long> Answers = BootMeter.Meter.CreateCounter<long>(
        "maas.boot.sntp.answers", "{answer}", "Time requests answered.");

    private readonly ILogger _logger = logger ?? NullLogger<SntpServer>.Instance;
    private readonly SntpClock _clock = ClockOf(new SntpServerOptionsValidator().Validated(options));
    private readonly DatagramLoop _loop = new(
        "sntp", options.Listen, options.Interface, LongestRequest + 1, timeProvider, logger ?? NullLogger<SntpServer>.Instance);
    private readonly byte[] _answer = new byte[SntpResponder.MessageLength];

    /// <summary>The endpoint it listens on, once it does.</summary>
    public Task<IPEndPoint> Listening => _loop.Listening;

    /// <summary>Answers until cancelled.</summary>
    /// <exception cref="SocketException">The port is taken, or may not be opened.</exception>
    public Task RunAsync(CancellationToken cancellationToken) => _loop.RunAsync(Answer, LogSendFailed, cancellationToken);

    private static SntpClock ClockOf(SntpServerOptions options) => new(options.Stratum, options.ClockIsSet);

    private ReadOnlyMemory<byte> Answer(ReadOnlySpan<byte> request, SocketAddress client)
    {
        var received = timeProvider.GetUtcNow();
        if (request.Length > LongestRequest || !SntpResponder.TryRespond(request, received, timeProvider.GetUtcNow(), _clock, _answer))
            return default;
        Answers.Add(1);
        return _answer;
    }

    [LoggerMessage(LogLevel.Debug, "A time request was not answered: {Error}")]
    private partial void LogSendFailed(SocketError error);
}
