using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Maas.Testing.Virtual;

namespace Maas.Testing.Controllers;

/// <summary>
/// A management controller with a Redfish service: systems, power, boot choice, virtual media, sensors, inventory, sessions, logs and
/// pushed events, over HTTPS with a certificate of its own.
/// </summary>
/// <example><code>
/// await using var bmc = new SimulatedRedfish();
/// var settings = new RedfishConnectionSettings
/// {
///     Address = bmc.Address, UserName = "admin", Password = "secret", CertificateFingerprint = bmc.CertificateFingerprint,
/// };
/// </code></example>
public sealed class SimulatedRedfish : IAsyncDisposable
{
    private readonly TcpListener? _listener; // null on a network in memory
    private readonly X509Certificate2? _certificate;
    private readonly CancellationTokenSource _end = new();
    private readonly RedfishResponder _responder;
    private readonly Lock _lock = new();
    private readonly List<Channel<JsonObject>> _listeners = [];
    private readonly List<Task> _connections = [];
    private readonly Task _serving;

    /// <summary>Starts a service.</summary>
    /// <param name="options">What it has; null for the defaults.</param>
    /// <param name="chassis">The machine behind it; null for one of its own.</param>
    public SimulatedRedfish(SimulatedRedfishOptions? options = null, SimulatedChassis? chassis = null)
    {
        options ??= new();
        Chassis = chassis ?? new SimulatedChassis();
        _responder = new RedfishResponder(options, Chassis);
        if (options.UsesTls) _certificate = MakeCertificate();
        _listener = new TcpListener(options.ListenOn);
        _listener.Start();
        Address = new Uri($"{(options.UsesTls ? "https" : "http")}://{_listener.LocalEndpoint}");
        _serving = ServeAsync(_listener);
    }

    /// <summary>Starts a service on a network in memory.</summary>
    internal SimulatedRedfish(VirtualHost host, SimulatedRedfishOptions options, SimulatedChassis chassis)
    {
        options = options with { PushesEvents = false };
        Chassis = chassis;
        _responder = new RedfishResponder(options, Chassis);
        var port = options.ListenOn.Port != 0 ? options.ListenOn.Port : options.UsesTls ? 443 : 80;
        Address = new UriBuilder(options.UsesTls ? "https" : "http", host.Address.ToString(), port).Uri;
        host.ServeHttp(new RedfishHandler(_responder), port);
        _serving = Task.CompletedTask;
    }

    /// <summary>Where it is.</summary>
    public Uri Address { get; }

    /// <summary>The SHA-256 of its certificate, in hexadecimal digits; empty without TLS.</summary>
    public string CertificateFingerprint => _certificate?.GetCertHashString(HashAlgorithmName.SHA256) ?? "";

    /// <summary>The machine behind it.</summary>
    public SimulatedChassis Chassis { get; }

    /// <summary>The requests that arrived, such as <c>GET /redfish/v1/</c>, in order.</summary>
    public IReadOnlyList<string> Requests => _responder.Requests;

    /// <summary>How many sessions are open.</summary>
    public int OpenSessions => _responder.OpenSessions;

    /// <summary>The image in the virtual optical drive; null for an empty one.</summary>
    public string? InsertedMedia => _responder.Image;

    /// <summary>Ends all sessions, as a restart of the controller does.</summary>
    public void ForgetSessions() => _responder.ForgetSessions();

    /// <summary>Writes an event to the log and pushes it.</summary>
    /// <param name="severity"><c>OK</c>, <c>Warning</c> or <c>Critical</c>.</param>
    /// <param name="message">The message.</param>
    public void RaiseEvent(string severity, string message)
    {
        var entry = _responder.AddLogEntry(severity, message);
        lock (_lock)
            foreach (var listener in _listeners) listener.Writer.TryWrite(entry);
    }

    /// <summary>How many clients listen to pushed events.</summary>
    public int Listeners
    {
        get
        {
            lock (_lock) return _listeners.Count;
        }
    }

    /// <summary>Ends the connections of the clients that listen to pushed events, as a restart of the controller does.</summary>
    public void DropListeners()
    {
        lock (_lock)
            foreach (var listener in _listeners) listener.Writer.TryComplete();
    }

    /// <summary>Stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        _listener?.Stop();
        await _serving.ConfigureAwait(false);
        Task[] connections;
        lock (_lock) connections = [.. _connections];
        await Task.WhenAll(connections).ConfigureAwait(false);
        _certificate?.Dispose();
        _end.Dispose();
    }

    private async Task ServeAsync(TcpListener listener)
    {
        while (true)
        {
            try
            {
                var client = await listener.AcceptTcpClientAsync(_end.Token).ConfigureAwait(false);
                lock (_lock)
                {
                    _connections.RemoveAll(connection => connection.IsCompleted);
                    _connections.Add(HandleAsync(client));
                }
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
            {
                if (_end.IsCancellationRequested) return;
            }
        }
    }

    private async Task HandleAsync(TcpClient client)
    {
        using var end = client;
        try
        {
            Stream stream = client.GetStream();
            if (_certificate is not null)
            {
                var tls = new SslStream(stream);
                stream = tls;
                await tls.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _end.Token).ConfigureAwait(false);
            }

            await using var endOfStream = stream.ConfigureAwait(false);
            if (await HttpExchange.ReadAsync(stream, _end.Token).ConfigureAwait(false) is not { } request) return;
            var answer = _responder.Respond(request);
            if (answer is { Status: 200 } && request.Path == RedfishResponder.EventsPath)
                await PushAsync(stream).ConfigureAwait(false);
            else
                await stream.WriteAsync(answer.ToBytes(), _end.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
        {
            // The client went away, or did not like the certificate.
        }
    }

    private async Task PushAsync(Stream stream)
    {
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n: hello\r\n\r\n"),
            _end.Token).ConfigureAwait(false);
        var listener = Channel.CreateUnbounded<JsonObject>();
        lock (_lock) _listeners.Add(listener);
        try
        {
            await foreach (var entry in listener.Reader.ReadAllAsync(_end.Token).ConfigureAwait(false))
            {
                var events = new JsonObject { ["@odata.type"] = "#Event.v1_7_0.Event", ["Events"] = new JsonArray(entry.DeepClone()) };
                await stream.WriteAsync(Encoding.UTF8.GetBytes($"id: 1\r\ndata: {events.ToJsonString()}\r\n\r\n"), _end.Token)
                    .ConfigureAwait(false);
            }
        }
        finally
        {
            lock (_lock) _listeners.Remove(listener);
        }
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=simulated-bmc", key, HashAlgorithmName.SHA256);
        // As controllers are delivered: signed by itself, and valid for years.
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddYears(10));
    }
}
