using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Testing;
using Maas.Testing.Hardware;

namespace Maas.Hosting.Tests.Evidence;

/// <summary>
/// A life in which nothing goes wrong is explained by no rule at any time: each status, with each firmware, as fast as a virtual machine
/// and as slow as a server that tests itself for minutes at each start.
/// </summary>
public sealed class HealthyLifeTests
{
    // Short steps while something happens, long ones while a machine tests itself.
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1), LongStep = TimeSpan.FromSeconds(10), Longest = TimeSpan.FromHours(1);

    public static TheoryData<SimulatedFirmware, string, bool> Machines
    {
        get
        {
            var machines = new TheoryData<SimulatedFirmware, string, bool>();
            foreach (var isSlow in (bool[])[false, true])
            {
                foreach (var firmware in Enum.GetValues<SimulatedFirmware>())
                    machines.Add(
                        firmware, firmware is SimulatedFirmware.UBoot or SimulatedFirmware.RaspberryPi ? "arm64" : "amd64", isSlow);
                machines.Add(SimulatedFirmware.UBoot, "armhf", isSlow);
            }

            return machines;
        }
    }

    [Theory, MemberData(nameof(Machines))]
    public async Task A_healthy_life_is_explained_by_no_rule_at_any_time(SimulatedFirmware firmware, string architecture, bool isSlow)
    {
        await using var life = await Life.BeginAsync(firmware, architecture, isSlow);
        await life.RunAsync(new MachineCommand.Accept(), MachineStatus.Ready);
        await life.DeployAsync();
        await life.RunAsync(new MachineCommand.Test(), MachineStatus.Deployed);
        await life.RunAsync(new MachineCommand.EnterRescueMode(), MachineStatus.RescueMode);
        await life.RunAsync(new MachineCommand.ExitRescueMode(), MachineStatus.Deployed);
        await life.RunAsync(new MachineCommand.Release { Erase = EraseMode.Quick }, MachineStatus.Ready);
        await life.DeployAsync();
        await life.RunAsync(new MachineCommand.Release(), MachineStatus.Ready);

        life.Found.Should().BeEmpty();
        life.Seen.Should().Contain(
        [
            MachineStatus.Commissioning, MachineStatus.Deploying, MachineStatus.Testing, MachineStatus.EnteringRescueMode,
            MachineStatus.DiskErasing,
        ]);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_healthy_deployment_of_each_kind_is_explained_by_no_rule_at_any_time(bool isSlow)
    {
        await using var life = await Life.BeginAsync(SimulatedFirmware.UefiPxe, "amd64", isSlow);
        await life.RunAsync(new MachineCommand.Accept(), MachineStatus.Ready);
        await life.Maas.AddImageAsync("custom/root", "tgz", SimulatedFaults.RootArchiveOf(SimulatedFaults.RootArchive));
        MachineCommand.Deploy[] deployments =
        [
            new("bob") { OsSystem = "custom", DistroSeries = "root" },
            new("bob") { OsSystem = "debian", DistroSeries = "bookworm" },
            new("bob") { OsSystem = Deployment.EnvironmentSystem, DistroSeries = Deployment.EnvironmentSeries, Ephemeral = true },
        ];
        foreach (var deployment in deployments)
        {
            await life.RunAsync(deployment, MachineStatus.Deployed);
            await life.RunAsync(new MachineCommand.Release(), MachineStatus.Ready);
        }

        life.Found.Should().BeEmpty();
    }

    [Fact]
    public async Task A_controller_that_does_not_set_the_next_boot_explains_nothing_of_a_machine_that_boots_from_the_network()
    {
        await using var life = await Life.BeginAsync(SimulatedFirmware.UefiPxe, "amd64", isSlow: true);
        life.Maas.PowerNote = "The machine's controller did not set its next boot to the network, and it boots as its firmware is set up.";
        await life.RunAsync(new MachineCommand.Accept(), MachineStatus.Ready);
        await life.DeployAsync();

        life.Found.Should().BeEmpty();
    }

    private sealed class Life : IAsyncDisposable
    {
        private readonly VirtualMaas _maas;
        private readonly SystemId _id;
        private int _lines;

        private Life(VirtualMaas maas, SystemId id) => (_maas, _id) = (maas, id);

        public VirtualMaas Maas => _maas;

        /// <summary>What was explained, with the status and the time.</summary>
        public List<string> Found { get; } = [];

        public HashSet<MachineStatus> Seen { get; } = [];

        /// <summary>The machine has enlisted.</summary>
        public static async Task<Life> BeginAsync(SimulatedFirmware firmware, string architecture, bool isSlow)
        {
            var maas = await VirtualMaas.StartAsync(architecture: architecture, switches: true);
            var simulated = maas.Add(change: options => options with
            {
                Firmware = firmware,
                Hardware = new SimulatedHardware
                {
                    Architecture = architecture, Disks = [new SimulatedDiskModel("vda", 16L << 30, "S1")],
                },
                SelfTest = isSlow ? TimeSpan.FromMinutes(4) : TimeSpan.FromSeconds(3),
                KernelStart = isSlow ? TimeSpan.FromMinutes(2) : TimeSpan.FromSeconds(3),
            });
            (await maas.Network.RunAsync(simulated.BootAsync)).Should().BeOfType<SettledState.Off>("it has enlisted");
            var machine = (await maas.Core.Machines.FindByMacAsync(MacAddress.Parse(VirtualMaas.Mac)))!; // it has enlisted
            var power = new PowerSettings("ipmi", new Dictionary<string, string>());
            await maas.Core.Machines.EditAsync(machine.Id, null, each => each with { Power = power });
            return new Life(maas, machine.Id);
        }

        public async Task DeployAsync()
        {
            await _maas.DeployReadyAsync(_id);
            await RunAsync(MachineStatus.Deployed);
        }

        public async Task RunAsync(MachineCommand command, MachineStatus end)
        {
            await _maas.DoAsync(_id, command);
            await RunAsync(end);
        }

        public async ValueTask DisposeAsync() => await _maas.DisposeAsync();

        // Also after the status is reached, until the machine rests. An installer works for ten minutes without a new line.
        private async Task RunAsync(MachineStatus end)
        {
            Diagnosed? now = null;
            for (var (until, quiet) = (_maas.Network.Elapsed + Longest, 0); _maas.Network.Elapsed < until && quiet < 90;)
            {
                now = await _maas.RunAsync(_id, TimeSpan.Zero, quiet < 10 ? Step : LongStep, _ => true);
                quiet = now.Timeline.Count == _lines ? quiet + 1 : 0;
                _lines = now.Timeline.Count;
                Seen.Add(now.Machine.Status);
                Found.AddRange(now.Explanations.Select(
                    each => $"{_maas.Network.TimeProvider.GetUtcNow():T} {now.Machine.Status}: {each.Rule}: {each.Cause}"));
                if (now.Machine.Status == end && quiet >= 5) break;
            }

            now!.Machine.Status.Should().Be(end, now.Machine.StatusMessage); // the loop ran
        }
    }
}
