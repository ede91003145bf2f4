using System.Diagnostics;
using System.Globalization;
using Maas.FaultHost;
using Maas.Judges;
using Npgsql;

namespace Maas.Postgres.Tests.Faults;

/// <summary>
/// A host that is a process of its own, which is killed, paused, cut off and started again. Its connections have its name.
/// </summary>
internal sealed class HostProcess(string name, string folder, PostgresStoreOptions options, int days) : IAsyncDisposable
{
    private readonly Partition _partition = new(
        new NpgsqlConnectionStringBuilder(options.ConnectionString) { ApplicationName = name }.ToString());
    private readonly List<long> _faults = [];
    private Process? _process;

    public string Name => name;

    /// <summary>The program of a host.</summary>
    public static string Program =>
        Repository.PathOf($"tests/Maas.FaultHost/bin/{Repository.Configuration}/net10.0/Maas.FaultHost.dll");

    private string SocketPath => Path.Combine(folder, name + ".sock");

    /// <summary>Starts it, and returns when it answers.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        File.Delete(SocketPath);
        _process = Judge.Start(
            "dotnet",
            [Program, name, _partition.ConnectionString, options.Schema, folder, days.ToString(CultureInfo.InvariantCulture)], folder);
        var errors = _process.StandardError.ReadToEndAsync(CancellationToken.None);
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!File.Exists(SocketPath))
        {
            if (_process.HasExited) throw new InvalidOperationException(await errors);
            await ticks.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <summary>Whether it was killed, paused or cut off in a time, or went on then.</summary>
    public bool HadFault(long since, long until) => _faults.Any(at => at >= since && at <= until);

    /// <summary>Lets nothing pass between it and the database.</summary>
    /// <param name="silently">Whether both sides find it out by themselves only.</param>
    public void CutOff(bool silently)
    {
        _faults.Add(Stopwatch.GetTimestamp());
        if (silently) _ = _partition.Stall();
        else _partition.Cut();
    }

    /// <summary>Lets everything pass again.</summary>
    public void Heal()
    {
        _partition.Heal();
        _faults.Add(Stopwatch.GetTimestamp());
    }

    /// <summary>Kills it (SIGKILL).</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process) return;
        process.Kill();
        _faults.Add(Stopwatch.GetTimestamp());
        await process.WaitForExitAsync();
        process.Dispose();
        _process = null;
    }

    /// <summary>Pauses it, or lets it go on.</summary>
    /// <param name="signal"><c>STOP</c> or <c>CONT</c>.</param>
    public async Task SignalAsync(string signal)
    {
        (await Judge.RunAsync("bash", ["-c", $"kill -{signal} {_process!.Id}"])).Approved(); // it runs
        _faults.Add(Stopwatch.GetTimestamp());
    }

    /// <summary>Asks it.</summary>
    /// <returns>Its answer; <see langword="null"/> when it does not answer.</returns>
    public async Task<string?> AskAsync(string line, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(3));
        try
        {
            var end = (TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(2)).ToUnixTimeMilliseconds();
            var request = string.Create(CultureInfo.InvariantCulture, $"{end} {line}");
            return await LineSocket.AskAsync(SocketPath, request, patience.Token) is var answer
                && answer.StartsWith("failure", StringComparison.Ordinal) ? null : answer;
        }
        catch (Exception gone) when (gone is IOException || (gone is OperationCanceledException
            && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <summary>Its change feed.</summary>
    /// <param name="after">The number of the last change that the reader knows; 0 for all.</param>
    /// <param name="cancellationToken">Ends the feed.</param>
    /// <returns>Lines of <see cref="ChangeLine"/>, until the host is gone.</returns>
    /// <exception cref="IOException">The host is gone.</exception>
    public IAsyncEnumerable<string> WatchAsync(long after, CancellationToken cancellationToken) => LineSocket.ReadAsync(
        Path.Combine(folder, name + ".feed"), after.ToString(CultureInfo.InvariantCulture), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await _partition.DisposeAsync();
    }
}
