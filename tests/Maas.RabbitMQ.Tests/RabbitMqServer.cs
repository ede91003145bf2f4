using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Maas.Judges;
using Maas.RabbitMQ.Tests;

[assembly: AssemblyFixture(typeof(RabbitMqServerOwner))]

namespace Maas.RabbitMQ.Tests;

/// <summary>
/// A private RabbitMQ node on loopback: its data, cookie, ports of distribution and port mapper are its own, so that it meets neither a
/// node of the system nor another test run.
/// </summary>
public sealed class RabbitMqServer : IAsyncDisposable
{
    private const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";
    private static readonly SemaphoreSlim Starting = new(1, 1);
    private static RabbitMqServer? s_shared;

    private readonly string _folder = Directory.CreateTempSubdirectory("maas-rabbitmq-").FullName;
    private readonly int _port = FreePort();
    private readonly int _tlsPort = FreePort();
    private readonly int _distributionPort = FreePort();
    private readonly int _mapperPort = FreePort();
    private Process? _process;

    private RabbitMqServer() { }

    /// <summary>The address without TLS.</summary>
    public Uri Url => new(string.Create(CultureInfo.InvariantCulture, $"amqp://guest:guest@127.0.0.1:{_port}/"));

    /// <summary>The address with TLS.</summary>
    public Uri TlsUrl => new(string.Create(CultureInfo.InvariantCulture, $"amqps://guest:guest@127.0.0.1:{_tlsPort}/"));

    /// <summary>The authority of the server's certificate.</summary>
    public string AuthorityFile => Path.Combine(_folder, "authority.pem");

    /// <summary>The server of this test run.</summary>
    public static async Task<RabbitMqServer> GetSharedAsync()
    {
        Judge.RequireFile("/usr/lib/rabbitmq/bin/rabbitmq-server", "rabbitmq-server");
        Judge.RequireAll("env", "epmd");
        await Starting.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (s_shared is not null) return s_shared;
            var server = new RabbitMqServer();
            await server.CreateAsync();
            await server.StartAsync();
            return s_shared = server;
        }
        finally
        {
            Starting.Release();
        }
    }

    /// <summary>Stops the shared server.</summary>
    public static async ValueTask StopSharedAsync()
    {
        if (s_shared is { } shared) await shared.DisposeAsync();
        s_shared = null;
    }

    /// <summary>Starts the node, with the data that it had.</summary>
    public async Task StartAsync()
    {
        _process = Judge.Start("env", [.. Environment(), Program], _folder);
        List<string> lines = [];
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            lines.Add(line);
            if (!line.Contains("Server startup complete", StringComparison.Ordinal)) continue;
            // A full pipe would stop the node.
            _ = _process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            _ = _process.StandardError.ReadToEndAsync(CancellationToken.None);
            return;
        }

        throw new InvalidOperationException("RabbitMQ did not start: " + string.Join('\n', lines));
    }

    /// <summary>Kills the node, as a power failure does.</summary>
    public async Task KillAsync()
    {
        if (_process is null) return;
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await Judge.RunAsync("env", [Mapper, "ERL_EPMD_RELAXED_COMMAND_CHECK=1", "epmd", "-kill"]);
        Directory.Delete(_folder, recursive: true);
    }

    private string Mapper => string.Create(CultureInfo.InvariantCulture, $"ERL_EPMD_PORT={_mapperPort}");

    private string[] Environment() =>
    [
        $"HOME={_folder}",
        "RABBITMQ_NODENAME=maas-test@localhost",
        $"RABBITMQ_MNESIA_BASE={_folder}/data",
        $"RABBITMQ_LOG_BASE={_folder}/log",
        "RABBITMQ_LOGS=-",
        $"RABBITMQ_CONFIG_FILE={_folder}/rabbitmq.conf",
        $"RABBITMQ_CONF_ENV_FILE={_folder}/none",
        $"RABBITMQ_ENABLED_PLUGINS_FILE={_folder}/enabled_plugins",
        string.Create(CultureInfo.InvariantCulture, $"RABBITMQ_DIST_PORT={_distributionPort}"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-kernel inet_dist_use_interface {127,0,0,1}",
        Mapper,
        "ERL_EPMD_ADDRESS=127.0.0.1",
    ];

    private async Task CreateAsync()
    {
        await CreateCertificatesAsync();
        await File.WriteAllTextAsync(Path.Combine(_folder, "enabled_plugins"), "[].\n");
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "rabbitmq.conf"),
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                listeners.tcp.1 = 127.0.0.1:{_port}
                listeners.ssl.1 = 127.0.0.1:{_tlsPort}
                ssl_options.cacertfile = {AuthorityFile}
                ssl_options.certfile = {_folder}/server.pem
                ssl_options.keyfile = {_folder}/server.key
                ssl_options.verify = verify_none
                disk_free_limit.absolute = 1MB
                """) + "\n");
    }

    private async Task CreateCertificatesAsync()
    {
        var (from, to) = (DateTimeOffset.UnixEpoch, new DateTimeOffset(2099, 1, 1, 0, 0, 0, TimeSpan.Zero));
        using var authorityKey = RSA.Create(2048);
        var authorityRequest = new CertificateRequest(
            "CN=Maas test authority", authorityKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = authorityRequest.CreateSelfSigned(from, to);
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, from, to, [1, 2, 3, 4]);
        await File.WriteAllTextAsync(AuthorityFile, authority.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(_folder, "server.pem"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(_folder, "server.key"), key.ExportPkcs8PrivateKeyPem());
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>Stops the shared server after the last test.</summary>
public sealed class RabbitMqServerOwner : IAsyncDisposable
{
    public ValueTask DisposeAsync() => RabbitMqServer.StopSharedAsync();
}
