using Maas.Power.Ipmi;
using Maas.Power.Libvirt;
using Maas.Power.Manual;
using Maas.Power.Proxmox;
using Maas.Power.Redfish;
using Maas.Power.WakeOnLan;
using Maas.Power.Webhook;
using Maas.Testing.Controllers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Maas.Power.Tests;

public class PowerDriversTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static PowerTarget Of(string type) => new(type, []);

    [Fact]
    public void The_built_in_drivers_are_registered_under_the_names_of_MAAS()
    {
        using var services = new ServiceCollection().AddMaasPower().AddMaasPower().BuildServiceProvider();
        services.GetRequiredService<PowerDrivers>().PowerTypes.Should().Equal(
            "ether_wake", "exec", "ipmi", "manual", "proxmox", "redfish", "virsh", "wakeonlan", "webhook");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_application_s_driver_goes_before_a_built_in_one_wherever_it_is_registered(bool first)
    {
        var services = new ServiceCollection();
        if (first) services.AddSingleton<IPowerDriver>(new AlwaysOn("ipmi"));
        services.AddMaasPower();
        if (!first) services.AddSingleton<IPowerDriver>(new AlwaysOn("ipmi"));
        await using var provider = services.BuildServiceProvider();

        (await provider.GetRequiredService<PowerDrivers>().QueryAsync(Of("ipmi"), Stop)).State.Should().Be(PowerState.On);
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused()
    {
        using var services = new ServiceCollection().AddMaasPower()
            .Configure<IpmiOptions>(o => o.Timing.Attempts = 0)
            .Configure<WakeOnLanOptions>(o => o.Pause = TimeSpan.FromSeconds(-1))
            .BuildServiceProvider();
        services.Invoking(s => s.GetRequiredService<IOptions<IpmiOptions>>().Value)
            .Should()
            .Throw<OptionsValidationException>()
            .WithMessage("*Attempts*");
        services.Invoking(s => s.GetRequiredService<IOptions<WakeOnLanOptions>>().Value)
            .Should()
            .Throw<OptionsValidationException>()
            .WithMessage("*Pause*");
    }

    [Fact]
    public async Task A_power_type_nobody_serves_is_an_answer_that_names_those_there_are() =>
        (await new PowerDrivers([new ManualDriver()]).TurnOnAsync(Of("apc"), Stop))
            .Should().BeOfType<PowerResult.Failed>().Which.Should()
                .Match<PowerResult.Failed>(f => f.Failure == PowerFailure.UnknownPowerType && f.Reason.Contains("manual"));

    [Fact]
    public async Task Of_two_drivers_for_one_type_the_later_is_asked()
    {
        var drivers = new PowerDrivers([new ManualDriver(), new AlwaysOn("MANUAL")]);
        (await drivers.QueryAsync(Of("manual"), Stop)).State.Should().Be(PowerState.On);
    }

    [Fact]
    public async Task Without_power_control_a_person_is_asked()
    {
        var drivers = new PowerDrivers([new ManualDriver()]);
        (await drivers.TurnOnAsync(Of("manual"), Stop)).Should().BeOfType<PowerResult.LeftToOperator>();
        (await drivers.TurnOffAsync(Of("manual"), PowerOffMode.Soft, Stop)).Should().BeOfType<PowerResult.LeftToOperator>();
        (await drivers.SetNextBootAsync(Of("manual"), NextBoot.Network, Stop)).Should().BeOfType<PowerResult.LeftToOperator>();
        (await drivers.QueryAsync(Of("manual"), Stop)).State.Should().Be(PowerState.Unknown);
    }

    [Fact]
    public void A_target_prints_only_parameters_known_to_be_harmless()
    {
        var target = new PowerTarget(
            "ipmi",
            new Dictionary<string, string>
            {
                ["power_address"] = "10.0.0.7\n",
                ["power_pass"] = "s3cret",
                ["power_token"] = "t0ken",
                ["k_g"] = ""
            });
        target.ToString().Should().Be("ipmi k_g= power_address=10.0.0.7 power_pass=*** power_token=***");
        target.Describe().Should().Be("ipmi 10.0.0.7");
    }

    [Fact]
    public async Task No_driver_writes_a_secret_to_the_log_or_into_its_answer()
    {
        await using var bmc = new SimulatedBmc();
        await using var redfish = new SimulatedRedfish();
        var log = new ListLogger();
        var provider = new ServiceCollection().AddMaasPower().Configure<RedfishOptions>(o => o.Timing = QuickTiming.Options)
            .Configure<IpmiOptions>(o => o.Timing = QuickTiming.Options).Configure<ProxmoxOptions>(o => o.Timing = QuickTiming.Options)
            .Configure<WebhookOptions>(o => o.Timing = QuickTiming.Options)
            .Configure<LibvirtOptions>(o => o.Timing = QuickTiming.Options)
            .Configure<WakeOnLanOptions>(o => o.Repetitions = 1)
            .AddSingleton<ILogger<PowerDrivers>>(log)
            .BuildServiceProvider();
        await using var end = provider;
        var drivers = provider.GetRequiredService<PowerDrivers>();
        foreach (var type in drivers.PowerTypes)
        {
            var address = type switch
            {
                "ipmi" => bmc.Address.ToString(),
                "redfish" or "proxmox" => redfish.Address.ToString(),
                "virsh" => "qemu+tcp://127.0.0.1:1/system",
                _ => "127.0.0.1:1",
            };
            var target = new PowerTarget(type, new Dictionary<string, string>
            {
                ["power_address"] = address, ["power_user"] = "admin", ["power_pass"] = "hunter2-secret", ["k_g"] = "hunter2-kg",
                ["power_token"] = "hunter2-token", ["power_token_name"] = "t", ["power_token_secret"] = "hunter2-api",
                ["power_vm_name"] = "1", ["power_id"] = "1", ["power_verify_ssl"] = "n", ["mac_address"] = "52:54:00:00:00:01",
                ["power_on_uri"] = "http://127.0.0.1:1/hunter2-path", ["power_off_uri"] = "http://127.0.0.1:1/hunter2-path",
                ["power_query_uri"] = "http://127.0.0.1:1/hunter2-path",
            });
            log.Lines.Add((await drivers.TurnOnAsync(target, Stop)).ToString());
            log.Lines.Add((await drivers.QueryAsync(target, Stop)).ToString());
            log.Lines.Add(target.ToString());
        }

        log.Lines.Should().HaveCountGreaterThan(40).And.NotContain(line => line.Contains("hunter2", StringComparison.Ordinal));
    }

    private sealed class ListLogger : ILogger<PowerDrivers>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }

    private sealed class AlwaysOn(string type) : IPowerDriver
    {
        public IReadOnlyList<string> PowerTypes => [type];

        public Task<PowerResult> QueryAsync(PowerTarget target, CancellationToken cancellationToken) => On;

        public Task<PowerResult> TurnOnAsync(PowerTarget target, CancellationToken cancellationToken) => On;

        public Task<PowerResult> TurnOffAsync(PowerTarget target, PowerOffMode mode, CancellationToken cancellationToken) => On;

        public Task<PowerResult> SetNextBootAsync(PowerTarget target, NextBoot device, CancellationToken cancellationToken) => On;

        private static Task<PowerResult> On => Task.FromResult<PowerResult>(new PowerResult.Observed(PowerState.On));
    }
}
