using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Maas.FaultHost;
using Maas.Judges;
using Maas.Postgres.Tests.Faults;

namespace Maas.Postgres.Tests.Soak;

/// <summary>A whole host in a process of its own, on an address of loopback, with its data directory.</summary>
internal sealed class SoakProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly IPAddress _address;
    private readonly PostgresServer? _database;
    private readonly SoakProcess? _first;
    private readonly int _httpPort;
    private Process? _process;
    private Task<string> _errors = Task.FromResult("");

    /// <param name="network">The third number of its address, 127.80.x.1.</param>
    /// <param name="database">PostgreSQL; nothing for SQLite.</param>
    public SoakProcess(int network, PostgresServer? database)
    {
        (_address, _database) = (new IPAddress([127, 80, (byte)network, 1]), database);
        (_httpPort, TftpPort, Dhcp) = (FreePort(), FreePort(), new IPEndPoint(_address, FreePort()));
    }

    /// <summary>Another host on the link of <paramref name="first"/>, with the same database and the same key.</summary>
    /// <param name="first">A host that was started before, on PostgreSQL.</param>
    /// <param name="number">The last number of its address.</param>
    public SoakProcess(SoakProcess first, int number)
    {
        var octets = first._address.GetAddressBytes();
        octets[3] = (byte)number;
        (_address, _database, _first) = (new IPAddress(octets), first._database, first);
        (_httpPort, TftpPort, Dhcp) = (FreePort(), first.TftpPort, new IPEndPoint(_address, FreePort()));
    }

    /// <summary>Its way to the database, which a test can cut; nothing for the direct one.</summary>
    public Partition? Way { get; init; }

    public string Folder { get; } = Directory.CreateTempSubdirectory("maas-soak-").FullName;

    public IPEndPoint Dhcp { get; }

    /// <summary>Where the API is.</summary>
    public Uri Api => new(string.Create(CultureInfo.InvariantCulture, $"http://{_address}:{_httpPort}/MAAS/"));

    public int TftpPort { get; }

    /// <summary>The process, for what a test does to it.</summary>
    public int ProcessId => _process!.Id; // it was started

    /// <summary>Starts it, and returns when it answers.</summary>
    /// <param name="before">A command before the program, such as <c>env</c>; empty for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task StartAsync(IReadOnlyList<string> before, CancellationToken cancellationToken)
    {
        await LaunchAsync(before, cancellationToken);
        await AnswersAsync(cancellationToken);
    }

    /// <summary>Starts it.</summary>
    /// <param name="before">A command before the program, such as <c>env</c>; empty for none.</param>
    /// <param name="cancellationToken">Ends the preparation.</param>
    public async Task LaunchAsync(IReadOnlyList<string> before, CancellationToken cancellationToken)
    {
        var boot = Directory.CreateDirectory(Path.Combine(Folder, "boot")).FullName;
        foreach (var name in (string[])["snponly.efi", "ipxe.efi", "kernel", "initrd"])
            await File.WriteAllBytesAsync(Path.Combine(boot, name), RandomNumberGenerator.GetBytes(100_000), cancellationToken);
        if (_first is not null) File.Copy(Path.Combine(_first.Folder, "secret.key"), Path.Combine(Folder, "secret.key"), overwrite: true);
        File.Delete(SocketPath);
        int[] ports = [_httpPort, Dhcp.Port, TftpPort];
        string[] command =
        [
            .. before, "dotnet", HostProcess.Program, "soak", Folder, $"{_address}",
            .. ports.Select(port => port.ToString(CultureInfo.InvariantCulture)),
        ];
        if (_database is not null) command = [.. command, Way?.ConnectionString ?? _database.ConnectionString];
        _process = Judge.Start(command[0], command[1..], Folder);
        _ = _process.StandardOutput.ReadToEndAsync(CancellationToken.None); // a full pipe would stop it
        _errors = _process.StandardError.ReadToEndAsync(CancellationToken.None);
    }

    /// <summary>Returns when it answers.</summary>
    public async Task AnswersAsync(CancellationToken cancellationToken)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!File.Exists(SocketPath))
        {
            if (_process is not { HasExited: false }) throw new InvalidOperationException(await ErrorsAsync());
            await ticks.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <summary>Kills it (SIGKILL).</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process) return;
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        _process = null;
    }

    /// <summary>Asks it.</summary>
    /// <returns>Its answer, or the reason: it fails, or does not answer.</returns>
    /// <exception cref="IOException">It has ended.</exception>
    public async Task<(string? Text, string Failure)> AskAsync(string request, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            var end = (TimeProvider.System.GetUtcNow() + Patience).ToUnixTimeMilliseconds();
            var answer = await LineSocket.AskAsync(
                SocketPath, string.Create(CultureInfo.InvariantCulture, $"{end} {request}"), patience.Token);
            return answer.StartsWith("failure", StringComparison.Ordinal) ? (null, answer) : (answer, "");
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_process is not { HasExited: false }) throw new IOException($"The host has ended: {await ErrorsAsync()}", failure);
            return (null, failure.Message);
        }
    }

    /// <summary>What it uses now, without what the caller counts.</summary>
    public async Task<SoakSample> MeasureAsync(CancellationToken cancellationToken)
    {
        var heap = long.Parse((await AskAsync("heap", cancellationToken)).Text ?? "0", CultureInfo.InvariantCulture);
        var process = $"/proc/{_process!.Id}"; // it runs
        var lines = (await File.ReadAllLinesAsync(process + "/status", cancellationToken)).Select(line => line.Split(':', 2)).ToDictionary(
            parts => parts[0], parts => parts[1].Trim(), StringComparer.Ordinal);
        var stored = new DirectoryInfo(Folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(SizeOf);
        if (_database is not null)
            stored += (long)(decimal)(await _database.ExecuteAsync(
                "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c WHERE relnamespace = 'maas'::regnamespace AND relkind = 'r'"))!;
        return new SoakSample(
            default, 0, 0, 1024 * long.Parse(lines["VmRSS"].Split(' ')[0], CultureInfo.InvariantCulture), heap,
            Directory.GetFileSystemEntries(process + "/fd").Length, int.Parse(lines["Threads"], CultureInfo.InvariantCulture), stored,
            default, default);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await KillAsync();
        }
        finally
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    // What a program that it started may keep open is not waited for.
    private async Task<string> ErrorsAsync()
    {
        await ((Task)_errors.WaitAsync(Patience)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _errors.IsCompletedSuccessfully ? await _errors : "";
    }

    private string SocketPath => Path.Combine(Folder, "host.sock");

    private static long SizeOf(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            return 0; // it was replaced meanwhile
        }
    }

    private int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(_address, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port; // bound above
    }
}
