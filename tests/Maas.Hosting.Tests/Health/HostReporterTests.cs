using System.Diagnostics.Metrics;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Hosting.FirstStart;
using Maas.Hosting.Health;
using Maas.Images.Library;
using Maas.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Hosting.Tests.Health;

/// <summary>What a host reports of its health and its load.</summary>
public sealed class HostReporterTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("maas-reporter-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    public async Task The_health_is_that_of_the_worst_part_and_a_check_that_fails_tells_no_secret()
    {
        await using var core = await OpenAsync();
        await using var services = Services(checks => checks
            .AddCheck("maas-good", () => HealthCheckResult.Healthy("Good."))
            .AddCheck("maas-late", () => HealthCheckResult.Degraded("Late."))
            .AddCheck("maas-broken", () => throw new InvalidOperationException("Password=hunter2"))
            .AddCheck("other", () => HealthCheckResult.Unhealthy("of the application")));
        using var reporter = Reporter(core, services);

        var report = await reporter.MakeAsync(Stop);

        report.Health.Should().Be(HostHealth.Unhealthy);
        report.Parts.Should().Equal(
            new HostPart("maas-good", HostHealth.Healthy, "Good."), new HostPart("maas-late", HostHealth.Degraded, "Late."),
            new HostPart("maas-broken", HostHealth.Unhealthy, "The check failed: InvalidOperationException."));
        report.FreeInLeaseReserve.Should().BeNull("no leases are shared");
        report.MemoryBytes.Should().BePositive();
    }

    [Fact]
    public async Task Without_checks_the_health_is_not_known()
    {
        await using var core = await OpenAsync();
        await using var services = Services(null);
        using var reporter = Reporter(core, services);

        (await reporter.MakeAsync(Stop)).Health.Should().Be(HostHealth.Unknown);
    }

    [Fact]
    public async Task Images_and_their_disk_are_counted()
    {
        await using var core = await OpenAsync();
        await using var services = Services(null);
        using var reporter = Reporter(core, services);
        await services.GetRequiredService<ImageLibrary>().AddAsync(new MemoryStream(new byte[1000]), "a test", Stop);

        var disks = (await reporter.MakeAsync(Stop)).Disks;

        disks.Select(disk => disk.Name).Should().StartWith(["data directory", "images"]);
        disks[0].Free.Should().BePositive();
        disks[0].Size.Should().BeGreaterThanOrEqualTo(disks[0].Free!.Value);
        disks[1].Used.Should().Be(1000);
        disks[1].Spare.Should().Be(256 << 20, "downloads keep it free");
    }

    [Fact]
    public void Meters_are_added_up_with_the_mean_of_the_last_minute()
    {
        using var meter = new Meter("Maas.Boot");
        var requests = meter.CreateCounter<long>("maas.boot.dhcp6.requests");
        var others = meter.CreateCounter<long>("maas.boot.dhcp6.replies");
        using var web = new Meter("Microsoft.AspNetCore.Hosting");
        var durations = web.CreateHistogram<double>("http.server.request.duration");
        using var totals = new MeterTotals(_time, instrument => instrument.Meter == meter || instrument.Meter == web);
        requests.Add(5);
        others.Add(100);
        durations.Record(0.25);
        _time.Advance(TimeSpan.FromSeconds(15));

        var first = totals.Sample();

        Of(first, "DHCPv6 requests").Should().Be(new HostThroughput("DHCPv6 requests", "", 5, 5 / 15.0));
        Of(first, "HTTP requests").Should().Be(new HostThroughput("HTTP requests", "", 1, 1 / 15.0));
        for (var sample = 0; sample < 4; sample++)
        {
            requests.Add(30);
            _time.Advance(TimeSpan.FromSeconds(15));
            first = totals.Sample();
        }

        Of(first, "DHCPv6 requests").Should().Be(new HostThroughput("DHCPv6 requests", "", 125, 2));

        static HostThroughput Of(IReadOnlyList<HostThroughput> all, string name) => all.Single(each => each.Name == name);
    }

    [Fact]
    public void A_meter_of_another_host_of_the_process_is_not_this_one_s()
    {
        using var own = new OneFactory();
        using var other = new OneFactory();
        using var meter = new Meter(new MeterOptions("Microsoft.AspNetCore.Hosting") { Scope = own });
        using var package = new Meter("Maas.Boot");
        var (request, shared) = (meter.CreateHistogram<double>("a"), package.CreateCounter<long>("b"));

        (MeterTotals.IsOf(request, own), MeterTotals.IsOf(request, other), MeterTotals.IsOf(request, null)).Should()
            .Be((true, false, false));
        (MeterTotals.IsOf(shared, own), MeterTotals.IsOf(shared, null)).Should().Be((true, true));
    }

    private static Task<MaasCore> OpenAsync() =>
        MaasCore.OpenAsync(new SqliteMaasStore(SqliteStoreOptions.InMemory), cancellationToken: Stop);

    private ServiceProvider Services(Action<IHealthChecksBuilder>? add)
    {
        var services = new ServiceCollection().AddLogging().AddOptions();
        if (add is not null) add(services.AddHealthChecks());
        services.AddSingleton(ImageLibrary.Open(Path.Combine(_data.FullName, "maas", "images"), _time));
        return services.BuildServiceProvider();
    }

    private HostReporter Reporter(MaasCore core, IServiceProvider services) => new(
        core, new DataDirectory(new MaasOptions { DataDirectory = Path.Combine(_data.FullName, "maas") }), services, _time,
        NullLogger<HostReporter>.Instance);

    private sealed class OneFactory : IMeterFactory
    {
        public Meter Create(MeterOptions options) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
