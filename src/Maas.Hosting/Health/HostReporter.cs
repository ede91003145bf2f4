using System.Diagnostics.Metrics;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Hosting.FirstStart;
using Maas.Hosting.Leases;
using Maas.Images.Downloads;
using Maas.Images.Library;
using Maas.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Maas.Hosting.Health;

/// <summary>
/// Reports the health and the load of this host to the store, for the health page of every host. Of the application's health checks, those
/// of a MAAS are run.
/// </summary>
internal sealed partial class HostReporter : BackgroundService
{
    private static readonly TimeSpan CheckLimit = TimeSpan.FromSeconds(10);

    private readonly MaasCore _core;
    private readonly DataDirectory _data;
    private readonly IServiceProvider _services;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<HostReporter> _logger;
    private readonly MeterTotals _totals;
    private readonly long _downloadSpare = new DownloadOptions().SpareBytes;

    /// <summary>Begins to count; it reports when the host starts.</summary>
    public HostReporter(
        MaasCore core, DataDirectory data, IServiceProvider services, TimeProvider timeProvider, ILogger<HostReporter> logger)
    {
        (_core, _data, _services, _timeProvider, _logger) = (core, data, services, timeProvider, logger);
        var meters = services.GetService<IMeterFactory>();
        _totals = new MeterTotals(timeProvider, instrument => MeterTotals.IsOf(instrument, meters));
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _totals.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                _core.Hosts.Report(await MakeAsync(stoppingToken).ConfigureAwait(false));
            }
            catch (Exception failure)
            {
                if (stoppingToken.IsCancellationRequested) return;
                LogFailed(failure);
            }

            await Task.Delay(Hosts.Interval, _timeProvider, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The report of this moment.</summary>
    internal async Task<HostReport> MakeAsync(CancellationToken cancellationToken)
    {
        var parts = await CheckAsync(cancellationToken).ConfigureAwait(false);
        return new HostReport
        {
            Made = _core.TimeProvider.GetUtcNow(),
            Health = parts.Count == 0 ? HostHealth.Unknown : parts.Max(part => part.Health),
            Parts = parts,
            Throughput = _totals.Sample(),
            Disks = [.. ListDisks()],
            FreeInLeaseReserve = CountFreeInReserve(),
            MemoryBytes = Environment.WorkingSet,
        };
    }

    private int? CountFreeInReserve() =>
        (_services.GetService<HostedLeases>()?.FreeInReserve, _services.GetService<HostedLeases6>()?.FreeInReserve) switch
        {
            (null, null) => null,
            var (free, free6) => (free ?? 0) + (free6 ?? 0),
        };

    // Without HealthCheckService, which would log every part that is not healthy each time.
    private async Task<List<HostPart>> CheckAsync(CancellationToken cancellationToken)
    {
        List<HostPart> parts = [];
        var registrations = _services.GetRequiredService<IOptions<HealthCheckServiceOptions>>().Value.Registrations;
        using var scope = _services.CreateScope();
        foreach (var registration in registrations.Where(each => each.Name.StartsWith("maas-", StringComparison.Ordinal)))
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var timeout = new CancellationTokenSource(CheckLimit, _timeProvider);
            using var end = timeout.Token.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), limit); // passed
            HealthCheckResult result;
            try
            {
                var check = registration.Factory(scope.ServiceProvider);
                if (check is SharedHealthCheck shared) check = shared.Check; // what requests are answered with stays as old as they made it
                result = await check.CheckHealthAsync(new HealthCheckContext { Registration = registration }, limit.Token)
                    .WaitAsync(limit.Token).ConfigureAwait(false);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                result = new HealthCheckResult(registration.FailureStatus, $"The check failed: {failure.GetType().Name}.");
            }

            parts.Add(new HostPart(registration.Name, HealthOf(result.Status), result.Description ?? ""));
        }

        return parts;
    }

    private static HostHealth HealthOf(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => HostHealth.Healthy,
        HealthStatus.Degraded => HostHealth.Degraded,
        _ => HostHealth.Unhealthy,
    };

    private IEnumerable<HostDiskUse> ListDisks()
    {
        var (free, size) = DiskOf(_data.Path);
        yield return new HostDiskUse { Name = "data directory", Free = free, Size = size };
        if (_services.GetService<ImageLibrary>() is { } library)
        {
            var images = _data.Of("images");
            (free, size) = DiskOf(images);
            yield return new HostDiskUse
            {
                Name = "images", Used = library.List().Sum(blob => blob.Length), Free = free, Size = size, Spare = _downloadSpare,
            };
        }

        // Where the store is a file of this host.
        var options = _services.GetService<IOptions<SqliteStoreOptions>>()?.Value;
        long[] store = [.. new[] { "maas.db", "maas.db-wal" }.Select(name => new FileInfo(_data.Of(name)))
            .Where(file => file.Exists).Select(file => file.Length)];
        if (store.Length > 0 && options is not null)
        {
            (free, size) = DiskOf(_data.Path);
            yield return new HostDiskUse
            {
                Name = "database", Used = store.Sum(), Free = free, Size = size,
                Spare = Math.Min(options.SpareBytes, (size ?? long.MaxValue) / 20), // as the store does
            };
        }
    }

    private static (long? Free, long? Size) DiskOf(string folder)
    {
        try
        {
            var disk = new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(folder) ?? folder : folder);
            return (disk.AvailableFreeSpace, disk.TotalSize);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return (null, null); // a sandbox may forbid to ask
        }
    }

    [LoggerMessage(189, LogLevel.Warning, "Failed to make the report of this host's health; the former one is shown")]
    private partial void LogFailed(Exception failure);
}
