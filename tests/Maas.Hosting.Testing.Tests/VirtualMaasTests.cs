using System.Net;
using Maas.Core.Nodes;
using Maas.Testing;
using Maas.Testing.Events;

namespace Maas.Hosting.Testing.Tests;

public class VirtualMaasTests
{
    private static readonly DeployRequest Image = new() { OsSystem = "custom", DistroSeries = "app" };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_machine_is_commissioned_deployed_and_released()
    {
        await using var maas = await VirtualMaas.StartAsync(cancellationToken: Stop);
        await maas.AddImageAsync("custom/app", cancellationToken: Stop);
        var machine = maas.AddMachine();

        (await maas.CommissionAsync(machine)).Status.Should().Be(MachineStatus.Ready);
        (await maas.DeployAsync(machine, Image)).Status.Should().Be(MachineStatus.Deployed);
        machine.IsOn.Should().BeTrue();
        (await maas.ReleaseAsync(machine, EraseMode.Quick)).Status.Should().Be(MachineStatus.Ready);
        machine.IsOn.Should().BeFalse();
        machine.Disks[0].Erasures.Should().Be(1);
        maas.Sites[0].Leases.Should().Contain(lease => lease.Hardware == machine.Mac);
    }

    [Fact]
    public async Task A_failure_is_explained_by_what_the_servers_saw()
    {
        await using var maas = await VirtualMaas.StartAsync(cancellationToken: Stop);
        var machine = maas.AddMachine(options => options with { Faults = SimulatedFault.HasNoNetworkDriver });
        var enlisted = maas.AddMachine();
        await maas.EnlistAsync(enlisted);

        await FluentActions.Awaiting(() => maas.EnlistAsync(machine)).Should().ThrowAsync<InvalidOperationException>()
            .WithMessage("52:54:00:00:00:01 has not enlisted: *no network interface*");
        (await maas.FindAsync(machine)).Should().BeNull();
        (await maas.FindAsync(enlisted))!.Status.Should().Be(MachineStatus.New);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_run()
    {
        var first = await RunAsync(seed: 7);
        var second = await RunAsync(seed: 7);
        var other = await RunAsync(seed: 8);

        second.Should().Equal(first);
        other.Should().NotEqual(first);

        static async Task<List<string>> RunAsync(int seed)
        {
            await using var maas = await VirtualMaas.StartAsync(new VirtualMaasOptions { Seed = seed }, Stop);
            await maas.AddImageAsync("custom/app", cancellationToken: Stop);
            for (var number = 0; number < 5; number++)
                maas.AddMachine(machine => machine with
                {
                    Network = machine.Network with { Link = new LinkConditions { Loss = 0.02, Jitter = TimeSpan.FromMilliseconds(2) } },
                });
            await maas.RunAsync(
                () => Task.WhenAll(maas.Rack.Machines.Select(async machine =>
                {
                    await maas.CommissionAsync(machine);
                    await maas.DeployAsync(machine, Image);
                })),
                Stop);
            List<string> story = [$"{maas.Network.Elapsed}"];
            foreach (var machine in maas.Rack.Machines)
            {
                await machine.DisposeAsync();
                // Identifiers and keys are random: paths may contain them.
                story.AddRange(await machine.WatchAsync(Stop)
                    .Select(each => $"{machine.Mac} {each.At:O} {(each is MachineEvent.Http http ? http.Status : each.GetType().Name)}")
                    .ToListAsync(Stop));
            }

            return story;
        }
    }

    [Fact]
    public async Task Sites_lease_addresses_of_their_own()
    {
        await using var maas = await VirtualMaas.StartAsync(cancellationToken: Stop);
        var far = await maas.AddSiteAsync("far", IPNetwork.Parse("10.9.0.0/24"));
        var machine = maas.AddMachine(site: far);

        (await maas.CommissionAsync(machine)).Status.Should().Be(MachineStatus.Ready);

        far.Leases.Should().Contain(lease => lease.Hardware == machine.Mac && IPNetwork.Parse("10.9.0.0/24").Contains(lease.Address));
        maas.Sites[0].Leases.Should().BeEmpty();
    }

    [Fact]
    public async Task A_subnet_of_another_size_is_refused()
    {
        var start = () => VirtualMaas.StartAsync(new VirtualMaasOptions { Subnet = IPNetwork.Parse("10.0.0.0/28") }, Stop);

        await start.Should().ThrowAsync<ArgumentException>().WithMessage("10.0.0.0/28 is no IPv4 network*");
    }
}
