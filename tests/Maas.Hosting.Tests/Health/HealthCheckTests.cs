using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Hosting.Ephemeral;
using Maas.Hosting.Health;
using Maas.Sqlite;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Hosting.Tests.Health;

public class HealthCheckTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 29, 0, 0, 0, TimeSpan.Zero));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_power_action_that_waits_for_a_minute_means_that_the_queue_is_stuck()
    {
        await using var store = new SqliteMaasStore(new SqliteStoreOptions(), _time);
        await using var core = await MaasCore.OpenAsync(
            store, services: new MaasCoreServices { TimeProvider = _time }, cancellationToken: Token);
        var check = new PowerQueueHealthCheck(store, _time);
        (await CheckAsync(check)).Status.Should().Be(HealthStatus.Healthy, "nothing waits");
        var created = await core.Machines.EnlistAsync(
            new NewMachine
            {
                MacAddresses = [MacAddress.Parse("52:54:00:12:34:56")],
                Power = new PowerSettings("webhook", new Dictionary<string, string>()),
            }, cancellationToken: Token);
        var machine = created.Should().BeOfType<CreateResult.Created>().Which.Machine;
        (await core.Machines.ExecuteAsync(machine.Id, new MachineCommand.Commission(), cancellationToken: Token)).Should()
            .BeOfType<CommandResult.Done>();
        (await CheckAsync(check)).Status.Should().Be(HealthStatus.Healthy, "no worker has had the time");

        _time.Advance(TimeSpan.FromSeconds(61));

        (await CheckAsync(check)).Should().Match<HealthCheckResult>(
            result => result.Status == HealthStatus.Unhealthy && result.Description!.StartsWith("The queue of power actions is stuck"));
    }

    [Fact]
    public async Task A_store_that_cannot_be_written_is_unhealthy()
    {
        var core = await MaasCore.OpenAsync(new SqliteMaasStore(SqliteStoreOptions.InMemory), cancellationToken: Token);
        var check = new StoreHealthCheck(core.Settings, _time);
        (await CheckAsync(check)).Status.Should().Be(HealthStatus.Healthy);
        await core.DisposeAsync();

        await FluentActions.Awaiting(() => CheckAsync(check)).Should().ThrowAsync<Exception>("ASP.NET Core reports that as a failure");
    }

    [Theory]
    [InlineData(false, true, HealthStatus.Healthy)]
    [InlineData(true, true, HealthStatus.Healthy)]
    [InlineData(true, false, HealthStatus.Degraded)]
    public async Task The_environment_is_needed_where_machines_boot(bool hasNetwork, bool hasEnvironment, HealthStatus status)
    {
        var options = new MaasOptions { DataDirectory = "/nowhere" };
        if (hasNetwork) options.Networks["lab"] = new MaasNetworkOptions();
        if (hasEnvironment) options.Ephemeral.Own = new CustomEnvironment("kernel", "initrd");
        using var images = new EphemeralImageService(options, _time, NullLogger<EphemeralImageService>.Instance);

        (await CheckAsync(new EphemeralHealthCheck(options, images))).Status.Should().Be(status);
    }

    private static Task<HealthCheckResult> CheckAsync(IHealthCheck check) => check.CheckHealthAsync(
        new HealthCheckContext { Registration = new HealthCheckRegistration("check", check, HealthStatus.Unhealthy, tags: null) }, Token);
}
