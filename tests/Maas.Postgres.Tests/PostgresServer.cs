using System.Diagnostics;
using System.Globalization;
using Maas.Judges;
using Maas.Postgres.Tests;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresServerOwner))]

namespace Maas.Postgres.Tests;

/// <summary>
/// A private PostgreSQL server: a cluster in a folder of its own, reached by a socket in it. It is never synced to disk. As root, it runs
/// as a user without rights, because PostgreSQL refuses to run as root.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Packaged = "/usr/lib/postgresql/15/bin";
    private static readonly SemaphoreSlim Starting = new(1, 1);
    private static PostgresServer? s_shared;
    private static int s_schemas;
    private readonly string _folder;
    private readonly string _programs;
    private Process? _process;
    private int? _port;

    private readonly PostgresServerSetup _setup;

    private PostgresServer(string folder, string programs, PostgresServerSetup setup) =>
        (_folder, _programs, _setup) = (folder, programs, setup);

    /// <summary>The server of this test run, for tests that do not stop it; each has a schema of its own.</summary>
    public static async Task<PostgresServer> GetSharedAsync()
    {
        await Starting.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            return s_shared ??= await StartNewAsync();
        }
        finally
        {
            Starting.Release();
        }
    }

    /// <summary>A server for one test.</summary>
    /// <param name="settings">Settings in the place of those that tests have, such as <c>fsync=on</c>.</param>
    public static Task<PostgresServer> StartNewAsync(params string[] settings) =>
        StartNewAsync(new PostgresServerSetup { Settings = settings });

    /// <summary>A server for one test.</summary>
    /// <param name="setup">Where its files are, and what is different from other servers of tests.</param>
    public static async Task<PostgresServer> StartNewAsync(PostgresServerSetup setup)
    {
        var programs = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin"))
                .Where(bin => File.Exists(Path.Combine(bin, "initdb"))).Order(StringComparer.Ordinal).LastOrDefault()
            : null;
        if (programs is null) Judge.RequireFile("/usr/lib/postgresql/15/bin/initdb", "postgresql-15");
        if (Environment.IsPrivilegedProcess) Judge.RequireAll("setpriv", "chown");
        var server = new PostgresServer(Directory.CreateTempSubdirectory("maas-postgres-").FullName, programs ?? Packaged, setup);
        await server.CreateAsync();
        await server.StartAsync();
        return server;
    }

    /// <summary>A server for one test that is reached by TCP too.</summary>
    public static async Task<PostgresServer> StartWithTcpAsync()
    {
        // Below those that the system gives away, so that no other test is given it meanwhile.
        var port = Random.Shared.Next(20_000, 32_000);
        var server = await StartNewAsync(
            "listen_addresses=127.0.0.1", string.Create(CultureInfo.InvariantCulture, $"port={port}"));
        server._port = port;
        return server;
    }

    /// <summary>Stops the shared server.</summary>
    public static async ValueTask StopSharedAsync()
    {
        if (s_shared is { } shared) await shared.DisposeAsync();
        s_shared = null;
    }

    /// <summary>How to connect.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder
    {
        Host = _port is null ? _folder : "127.0.0.1", Port = _port ?? 5432, Database = "postgres", Username = "maas", Pooling = false,
    }.ToString();

    /// <summary>Options with a schema that no other test has.</summary>
    public PostgresStoreOptions NewOptions(int connections = 4)
    {
        var schema = string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref s_schemas)}");
        return new PostgresStoreOptions
        {
            ConnectionString = new NpgsqlConnectionStringBuilder(ConnectionString) { ApplicationName = schema }.ToString(),
            Connections = connections,
            Schema = schema,
        };
    }

    /// <summary>Ends the connections of a schema's hosts, as an administrator may.</summary>
    public async Task<long> TerminateAsync(PostgresStoreOptions options) => (long)(await ExecuteAsync(
        $"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = '{options.Schema}'"))!;

    /// <summary>Runs a statement.</summary>
    public async Task<object?> ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>The application of the connection that leads the hosts of a schema; <see langword="null"/> without a leader.</summary>
    public async Task<string?> GetLeaderAsync(string schema) => await ExecuteAsync(
        $"""
        SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE locktype = 'advisory' AND granted
            AND (classid::bigint << 32) | objid::bigint = hashtextextended('maas.leader.{schema}', 0)
        """) as string;

    /// <summary>A schema with its rows, as statements.</summary>
    public async Task<string> DumpAsync(string schema)
    {
        using var dump = Start(
            "pg_dump",
            [
                "-h", _folder, "-p", $"{_port ?? 5432}", "-U", "maas", "-n", schema, "--inserts", "--no-owner", "--no-privileges",
                "postgres",
            ]);
        var error = dump.StandardError.ReadToEndAsync();
        var text = await dump.StandardOutput.ReadToEndAsync();
        await dump.WaitForExitAsync();
        if (dump.ExitCode != 0) throw new InvalidOperationException($"pg_dump failed: {await error}");
        // Without what is for psql alone, and comments, which name versions.
        var lines = text.Split('\n').Where(line => !line.StartsWith('\\') && !line.StartsWith("--", StringComparison.Ordinal));
        return string.Join('\n', lines);
    }

    /// <summary>Starts the server again after <see cref="StopAsync"/>.</summary>
    public async Task StartAsync()
    {
        string[] settings =
        [
            "fsync=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0", "autovacuum=off", "log_min_messages=log",
            "listen_addresses=", $"unix_socket_directories={_folder}", "unix_socket_permissions=0777",
            "max_connections=400", "shared_buffers=64MB", "max_pred_locks_per_transaction=256", .. _setup.Settings,
        ];
        _process = Start("postgres", ["-D", Data, .. settings.SelectMany(setting => new[] { "-c", setting })], _setup.Before);
        List<string> lines = [];
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lines.Add(line);
            if (line.Contains("ready to accept connections", StringComparison.Ordinal))
            {
                _ = _process.StandardError.ReadToEndAsync(CancellationToken.None); // a full pipe would stop the server
                return;
            }
        }

        throw new InvalidOperationException("PostgreSQL did not start: " + string.Join('\n', lines));
    }

    /// <summary>Stops the server; its connections end.</summary>
    /// <param name="mode"><c>fast</c>, or <c>immediate</c> as in a crash.</param>
    public async Task StopAsync(string mode)
    {
        if (_process is null) return;
        using var stop = Start("pg_ctl", ["-D", Data, "-m", mode, "-w", "stop"]);
        await stop.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Pauses all its processes, or lets them go on: connections stay, and nothing answers.</summary>
    /// <param name="signal"><c>STOP</c> or <c>CONT</c>.</param>
    public async Task SignalAsync(string signal)
    {
        if (_process?.Id is not { } process) return;
        // The first one starts the others: when it is paused, there are no more.
        (await Judge.RunAsync(
            "bash", ["-c", $"kill -{signal} {process} && kill -{signal} $(cat /proc/{process}/task/{process}/children)"])).Approved();
    }

    /// <summary>Kills the process of a connection (SIGKILL): the server ends all connections and recovers.</summary>
    /// <param name="application">The application of the connection.</param>
    public async Task KillBackendAsync(string application)
    {
        var process = await ExecuteAsync($"SELECT min(pid)::text FROM pg_stat_activity WHERE application_name = '{application}'");
        (await Judge.RunAsync("bash", ["-c", $"kill -KILL {process}"])).Approved();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync("immediate");
        Directory.Delete(_folder, recursive: true);
    }

    private string Data => Path.Combine(_setup.DataFolder ?? _folder, "data");

    private async Task CreateAsync()
    {
        string[] folders = [.. new[] { _folder, _setup.DataFolder, _setup.LogFolder }.OfType<string>()];
        if (Environment.IsPrivilegedProcess) await Judge.RunAsync("chown", ["nobody", .. folders]);
        string[] log = _setup.LogFolder is { } place ? ["-X", Path.Combine(place, "wal"), "--wal-segsize=1"] : [];
        using var create = Start("initdb", ["-D", Data, "-U", "maas", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", .. log]);
        var output = create.StandardOutput.ReadToEndAsync();
        var error = create.StandardError.ReadToEndAsync();
        await create.WaitForExitAsync();
        if (create.ExitCode != 0) throw new InvalidOperationException($"initdb failed: {await output}{await error}");
    }

    private Process Start(string program, IReadOnlyList<string> arguments, IReadOnlyList<string>? before = null)
    {
        string[] command = [.. before ?? [], Path.Combine(_programs, program), .. arguments];
        return Environment.IsPrivilegedProcess
            ? Judge.Start("setpriv", ["--reuid", "nobody", "--regid", "nogroup", "--clear-groups", .. command], _folder)
            : Judge.Start(command[0], command[1..], _folder);
    }
}

/// <summary>Stops the shared server after the last test.</summary>
public sealed class PostgresServerOwner : IAsyncDisposable
{
    public ValueTask DisposeAsync() => PostgresServer.StopSharedAsync();
}
