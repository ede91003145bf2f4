using System.Diagnostics;
using System.Globalization;
using Maas.Judges;
using Maas.Postgres.Tests.Soak;

namespace Maas.Postgres.Tests.Faults;

/// <summary>A database whose disk takes its time for each sync.</summary>
public sealed class SlowDatabaseTests
{
    private const int Milliseconds = 300;

    [Fact(Timeout = 300_000)]
    public async Task Machines_live_and_lease_on_two_hosts_whose_database_syncs_slowly()
    {
        Judge.RequireAll("gcc", "env");
        var stop = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("maas-slow-");
        try
        {
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_111_111); // the server is another user
            var library = await PreloadedLibrary.CompileSlowSyncAsync(folder.FullName, Milliseconds, stop);
            await using var server = await PostgresServer.StartNewAsync(new PostgresServerSetup
            {
                Settings = ["fsync=on", "wal_sync_method=fdatasync"], Before = ["env", $"LD_PRELOAD={library}"],
            });
            await using var host = new SoakProcess(32, server);
            await using var other = new SoakProcess(host, 2);
            await using var machines = new SoakMachines([host, other], stop);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
            _ = machines.ServePowerAsync(end.Token);
            await host.StartAsync([], stop);
            await other.StartAsync([], stop);
            var before = Syncs(folder);

            var began = Stopwatch.GetTimestamp();
            var lives = Task.WhenAll(machines.LiveAsync(0, 1, stop), machines.LiveAsync(1, 1, stop));
            for (var number = 2; number < 8; number++) await machines.LeaseAsync(number); // firmware would have given up
            var leased = Stopwatch.GetElapsedTime(began);
            await lives;

            machines.Failures.Should().Be(0, $"nothing fails for a slow database: {machines.LastFailure}");
            machines.Leased.ToLookup(lease => lease.Address).Should().OnlyContain(
                same => same.Select(lease => lease.Machine).Distinct().Count() == 1, "an address is one machine's");
            var syncs = Syncs(folder) - before;
            syncs.Should().BeGreaterThan(10, "they were made slow");
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"2 lives in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s, 6 leases in {leased.TotalSeconds:0.0} s, "
                    + string.Create(CultureInfo.InvariantCulture, $"{syncs} syncs of {Milliseconds} ms"));
            await end.CancelAsync();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static long Syncs(DirectoryInfo folder) => new FileInfo(Path.Combine(folder.FullName, "syncs")) is { Exists: true } file
        ? file.Length : 0;
}
