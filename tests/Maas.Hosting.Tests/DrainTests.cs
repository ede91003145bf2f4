using Maas.Boot.Dhcp4.Server;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Hosting.Tests;

/// <summary>A host that is stopped while it turns a machine on.</summary>
public sealed class DrainTests
{
    [Fact(Timeout = 120_000)]
    public async Task A_host_that_stops_answers_DHCP_TFTP_and_HTTP_until_its_power_actions_have_ended()
    {
        var stop = TestContext.Current.CancellationToken;
        var power = new SlowPower();
        await using var server = await ComposedServer.StartAsync(
            DhcpMode.Full, configure: services => services.AddSingleton<IMachinePower>(power));
        var machines = server.Get<Machines>();
        var created = (CreateResult.Created)await machines.EnlistAsync(
            new NewMachine
            {
                MacAddresses = [MacAddress.Parse("52:54:00:12:34:01")],
                Power = new PowerSettings("ipmi", new Dictionary<string, string>()),
            },
            stop);
        (await machines.ExecuteAsync(created.Machine.Id, new MachineCommand.Commission(), null, stop))
            .Should().BeOfType<CommandResult.Done>();
        await power.Begun.Task.WaitAsync(stop);

        var stopping = server.StopAsync();
        while ((await server.Get<Hosts>().ListAsync(stop)).Single().State is not HostState.Draining) await Task.Yield();
        var enlisted = await server.EnlistAsync("52:54:00:12:34:02", stop);

        enlisted.Status.Should().Be(MachineStatus.New, "it found DHCP, TFTP and HTTP");
        stopping.IsCompleted.Should().BeFalse("the power action is under way");
        power.Ends.SetResult();
        await stopping;
    }

    private sealed class SlowPower : IMachinePower
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Ends { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<MachinePowerResult> TurnOnAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
            SwitchAsync(MachinePowerState.On, cancellationToken);

        public Task<MachinePowerResult> TurnOffAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
            SwitchAsync(MachinePowerState.Off, cancellationToken);

        public Task<MachinePowerResult> QueryAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
            SwitchAsync(MachinePowerState.Off, cancellationToken);

        private async Task<MachinePowerResult> SwitchAsync(MachinePowerState state, CancellationToken cancellationToken)
        {
            Begun.TrySetResult();
            await Ends.Task.WaitAsync(cancellationToken);
            return new MachinePowerResult.Done(state);
        }
    }
}
