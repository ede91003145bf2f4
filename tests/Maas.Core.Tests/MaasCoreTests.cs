using Maas.Core.Nodes;
using Maas.Core.Power;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Maas.Core.Tests;

public class MaasCoreTests
{
    [Fact]
    public async Task A_host_gets_every_service_and_running_workers()
    {
        var power = new TestPower();
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<IMachinePower>(power)
            .AddMaasCore()
            .AddMaasSqlite()
            .BuildServiceProvider();
        var worker = services.GetRequiredService<IHostedService>();
        await worker.StartAsync(default);

        var machines = services.GetRequiredService<Machines>();
        var machine = ((CreateResult.Created)await machines.EnlistAsync(new NewMachine
        {
            MacAddresses = [MacAddress.Parse("52:54:00:00:00:01")],
            Power = new PowerSettings("ipmi", new Dictionary<string, string>()),
        })).Machine;
        await machines.ExecuteAsync(machine.Id, new MachineCommand.Commission());

        var patience = TimeProvider.System.GetTimestamp();
        while ((await machines.GetAsync(machine.Id))!.PowerState is not MachinePowerState.On
            && TimeProvider.System.GetElapsedTime(patience) < TimeSpan.FromSeconds(20)) await Task.Yield();
        (await machines.GetAsync(machine.Id))!.PowerState.Should().Be(MachinePowerState.On);
        await worker.StopAsync(default);

        var core = services.GetRequiredService<MaasCore>();
        // Deliveries are what the application makes.
        foreach (var property in typeof(MaasCore).GetProperties().Where(property => property.Name != nameof(MaasCore.Deliveries)))
            services.GetRequiredService(property.PropertyType).Should().BeSameAs(property.GetValue(core));
    }

    [Fact]
    public void Options_out_of_range_stop_the_host()
    {
        using var services = new ServiceCollection().AddMaasCore(options => options.PowerAttempts = 0).BuildServiceProvider();
        var read = () => services.GetRequiredService<IOptions<MaasCoreOptions>>().Value;
        read.Should().Throw<OptionsValidationException>().WithMessage("*PowerAttempts*");
    }
}
