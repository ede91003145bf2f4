using Maas.Boot.Dhcp4.Server;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Hosting.Ephemeral;
using Maas.Hosting.Health;
using Maas.Install.Recipes;
using Maas.Sqlite;
using Microsoft.Extensions.DependencyInjection;
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

    [Fact(Timeout = 60_000)]
    public async Task A_recipe_of_which_this_host_has_no_file_is_named_with_the_file()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var server = await ComposedServer.StartAsync(
            DhcpMode.Full,
            configure: services =>
            {
                services.AddMaasInstall(
                    DebianInstaller.Create("bookworm", "kernel", "initrd"), DebianInstaller.Create("trixie", "trixie/linux", "initrd"),
                    WindowsSetup.Create("win2022", "windows", @"\\127.78.0.1\windows"), PatchedIso.Create("own", "9", "iso/own.iso", []),
                    Ignition.Flatcar("stable", "http://mirror.lab/kernel", "http://mirror.lab/initrd"));
                services.AddHealthChecks().AddMaasHealthChecks();
            });

        var report = await server.Get<HealthCheckService>().CheckHealthAsync(check => check.Name == "maas-installers", stop);

        report.Status.Should().Be(HealthStatus.Degraded);
        report.Entries["maas-installers"].Description.Should().Be(
            "Files of install recipes are missing on this host: debian/trixie (amd64): the boot file trixie/linux; "
            + string.Concat(((string[])["wimboot", "BCD", "boot.sdi", "boot.wim"])
                .Select(name => $"windows/win2022 (amd64): the boot file windows/{name}; "))
            + "own/9 (amd64): the ISO iso/own.iso.");
    }

    private static Task<HealthCheckResult> CheckAsync(IHealthCheck check) => check.CheckHealthAsync(
        new HealthCheckContext { Registration = new HealthCheckRegistration("check", check, HealthStatus.Unhealthy, tags: null) }, Token);
}
