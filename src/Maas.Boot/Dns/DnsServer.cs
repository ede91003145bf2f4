using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Maas.Boot.Diagnostics;
using Maas.Boot.Net;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Dns;

/// <summary>
/// A DNS server: the authority for the machines' domain and the reverse names of their addresses, from a live source. It forwards
/// everything else for its own clients (RFC 1035, RFC 2317, RFC 6303, RFC 6891, RFC 7766).
/// </summary>
/// <example>
/// <code>
/// var options = new DnsServerOptions { Domain = "maas", Networks = { IPNetwork.Parse("10.0.0.0/24") }, Forwarders = {
/// IPEndPoint.Parse("10.0.0.1:53") } }; await new DnsServer(options, new BootServices { Hosts = hosts }).RunAsync(cancellationToken);
/// </code>
/// </example>
public sealed partial class DnsServer
{
    private readonly DnsServerOptions _options;
    private readonly IHostDirectory _hosts;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly FailureLog _failures;
    private readonly ListeningEndPoints _listening = new();

    /// <summary>A server; it serves when <see cref="RunAsync"/> is called.</summary>
    /// <param name="options">What it is the authority for.</param>
    /// <param name="services">What it uses of the application.</param>
    /// <exception cref="ArgumentException">There is no directory of hosts.</exception>
    /// <exception cref="System.ComponentModel.DataAnnotations.ValidationException">An option is missing or out of its range.</exception>
    public DnsServer(DnsServerOptions options, BootServices services)
    {
        ArgumentNullException.ThrowIfNull(services);
        _options = new DnsServerOptions(new DnsServerOptionsValidator().Validated(options));
        _hosts = BootServices.Require(services.Hosts, nameof(services.Hosts), "A DNS server needs a directory of hosts.");
        _timeProvider = services.TimeProvider;
        _logger = services.LoggerFactory.CreateLogger<DnsServer>();
        _failures = new FailureLog("dns", _timeProvider, _logger);
    }

    /// <summary>Where it listens, UDP and TCP; completes when <see cref="RunAsync"/> listens, and fails as it fails.</summary>
    public Task<IReadOnlyList<IPEndPoint>> Listening => _listening.Task;

    /// <summary>Serves until cancelled.</summary>
    /// <exception cref="SocketException">The port is taken, or needs a privilege that the process lacks; or a socket fails for half a
    /// minute.</exception>
    /// <exception cref="InterfaceChangedException">The interface was removed, or created again.</exception>
    /// <exception cref="ArgumentException">The domain or the server's name is not a domain name.</exception>
    public Task RunAsync(CancellationToken cancellationToken = default) => _listening.RunAsync(ServeAsync, cancellationToken);

    private async Task ServeAsync(CancellationToken cancellationToken)
    {
        using var forwarder = new DnsForwarder(_options, _timeProvider);
        // All IPv6 addresses are all addresses: without this, the system's setting decides whether IPv4 clients are served.
        Action<Socket>? prepare = _options.Listen.Address.Equals(IPAddress.IPv6Any) ? socket => socket.DualMode = true : null;
        // TCP first: for port 0 the system chooses one without connections of clients, which UDP alone would not look at.
        using var tcp = Sockets.Open(SocketType.Stream, _options.Listen, _options.Interface, prepare);
        using var udp = Sockets.Open(SocketType.Dgram, (IPEndPoint)tcp.LocalEndPoint!, _options.Interface, prepare); // bound by Open
        tcp.Listen(_options.MaxConnections);
        var endPoint = (IPEndPoint)tcp.LocalEndPoint!; // bound above
        var responder = new DnsResponder(_options, _hosts, ServerAddresses(endPoint.Address));
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var batch = OperatingSystem.IsLinux() ? new BatchReceiver(this, udp, responder, forwarder, stopping.Token) : null;
        var receiver = batch ?? new UdpReceiver(this, udp, responder, forwarder, stopping.Token);
        using var receiving = new ReceiveLoop("DNS", udp, receiver.Receive, LogReceiveFailed); // ends before the batch's memory is freed
        receiving.Start();
        _listening.Set(endPoint);
        try
        {
            await ServerLoops.RunAsync(
                [
                    receiving.WaitAsync,
                    token => AcceptAsync(tcp, responder, forwarder, token),
                    token => InterfaceWatch.RunAsync(_options.Interface, _timeProvider, token)
                ],
                cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await stopping.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Responds from what this server knows, whatever the application's directory does.</summary>
    /// <returns>The response's length; 0 when a forwarder has to be asked.</returns>
    private int Respond(
        DnsResponder responder,
        in DnsQuery query,
        bool malformed,
        ReadOnlySpan<byte> message,
        ReadOnlySpan<byte> client,
        Span<byte> destination)
    {
        int length;
        try
        {
            length = malformed
                ? DnsResponseWriter.WriteCode(query, message, DnsResponseCode.FormatError, recursionAvailable: false, destination)
                : responder.Respond(query, message, client, destination);
        }
#pragma warning disable CA1031 // the application's directory may throw anything: this query fails, and the server continues
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _failures.Add(exception);
            length = DnsResponseWriter.WriteCode(query, message, DnsResponseCode.ServerFailure, recursionAvailable: false, destination);
        }

        DnsMeter.Query(length == 0 ? null : (DnsResponseCode)(destination[3] & 15));
        return length;
    }

    private static byte[] Failure(in DnsQuery query, ReadOnlySpan<byte> message)
    {
        var written = new byte[DnsQuery.PlainUdpSize];
        return written[..DnsResponseWriter.WriteCode(query, message, DnsResponseCode.ServerFailure, recursionAvailable: true, written)];
    }

    private IReadOnlyList<IPAddress> ServerAddresses(IPAddress listen)
    {
        if (_options.ServerAddresses.Count > 0) return [.. _options.ServerAddresses];
        if (!listen.Equals(IPAddress.Any) && !listen.Equals(IPAddress.IPv6Any)) return [listen];
        List<IPAddress> all =
        [
            .. NetworkInterface.GetAllNetworkInterfaces()
                .Where(card => _options.Interface is null || card.Name == _options.Interface)
                .SelectMany(card => card.GetIPProperties().UnicastAddresses).Select(unicast => unicast.Address)
                .Where(address => !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal),
        ];
        return all.FindAll(address => _options.Networks.Any(network => network.Contains(address))) is { Count: > 0 } served ? served : all;
    }

    [LoggerMessage(70, LogLevel.Warning, "DNS failed to receive a datagram; it tries again")]
    private partial void LogReceiveFailed(Exception reason);

    [LoggerMessage(71, LogLevel.Warning, "DNS failed to accept a TCP connection ({Error}); it tries again")]
    private partial void LogAcceptFailed(SocketError error);

    [LoggerMessage(72, LogLevel.Debug, "DNS failed to send a response: {Error}")]
    private partial void LogSendFailed(SocketError error);
}
