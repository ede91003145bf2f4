using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Maas.Boot.Diagnostics;
using Maas.Boot.Net;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Ntp;

/// <summary>
/// Tells the time to machines whose own clock is dead, so that signed requests and certificates hold (RFC 4330, server side).
/// </summary>
/// <example>
/// <code>
/// var server = new SntpServer(new SntpServerOptions { Interface = "eth1" }, new BootServices());
/// await server.RunAsync(cancellationToken);
/// </code>
/// </example>
public sealed partial class SntpServer
{
    private const int LongestRequest = 256;

    private static readonly Counter<long> Answers = BootMeter.Meter.CreateCounter<long>(
        "maas.boot.sntp.answers", "{answer}", "Time requests answered.");

    private readonly ILogger _logger;
    private readonly TimeProvider _timeProvider;
    private readonly SntpClock _clock;
    private readonly DatagramLoop _loop;
    private readonly byte[] _answer = new byte[SntpResponder.MessageLength];

    /// <summary>Makes a server; it listens once it runs.</summary>
    /// <param name="options">Where it listens, and what it tells.</param>
    /// <param name="services">What it uses of the application.</param>
    /// <exception cref="System.ComponentModel.DataAnnotations.ValidationException">An option is out of its range.</exception>
    public SntpServer(SntpServerOptions options, BootServices services)
    {
        ArgumentNullException.ThrowIfNull(services);
        options = new SntpServerOptions(new SntpServerOptionsValidator().Validated(options));
        _logger = services.LoggerFactory.CreateLogger<SntpServer>();
        _timeProvider = services.TimeProvider;
        _clock = new SntpClock(options.Stratum, options.ClockIsSet);
        _loop = new DatagramLoop("sntp", options.Listen, options.Interface, LongestRequest + 1, _timeProvider, _logger);
    }

    /// <summary>Where it listens; completes when <see cref="RunAsync"/> listens, and fails as it fails.</summary>
    public Task<IReadOnlyList<IPEndPoint>> Listening => _loop.Listening;

    /// <summary>Answers until cancelled.</summary>
    /// <exception cref="SocketException">The port is taken, or may not be opened.</exception>
    public Task RunAsync(CancellationToken cancellationToken = default) =>
        _loop.RunAsync(Answer, LogSendFailed, cancellationToken);

    private ReadOnlyMemory<byte> Answer(ReadOnlySpan<byte> request, SocketAddress client)
    {
        var received = _timeProvider.GetUtcNow();
        if (request.Length > LongestRequest || !SntpResponder.TryRespond(request, received, _timeProvider.GetUtcNow(), _clock, _answer))
            return default;
        Answers.Add(1);
        return _answer;
    }

    [LoggerMessage(80, LogLevel.Debug, "Failed to answer an SNTP request: {Error}")]
    private partial void LogSendFailed(SocketError error);
}
