using Maas.Core.Nodes;
using Maas.Install.Recipes;
using Maas.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Hosting.Testing.Tests;

public class InstallerTests
{
    private static readonly InstallRecipe Debian = DebianInstaller.Create("bookworm", "debian/linux", "debian/initrd.gz");

    private static readonly InstallRecipe Ubuntu = Autoinstall.Create(
        "noble", "ubuntu/vmlinuz", "ubuntu/initrd", new Uri("http://10.0.0.1/noble.iso"));

    private static readonly InstallRecipe Fedora = Kickstart.Create(
        "fedora", "42", "fedora/vmlinuz", "fedora/initrd.img", new Uri("http://10.0.0.1/fedora/"));

    public static TheoryData<string, string> Recipes => new()
    {
        { Debian.Name, "debian-installer" }, { Ubuntu.Name, "subiquity" }, { Fedora.Name, "anaconda" },
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Recipes))]
    public async Task An_installer_installs_by_the_served_answer_file(string recipe, string installer)
    {
        await using var maas = await StartAsync();
        var machine = maas.AddMachine();
        await maas.CommissionAsync(machine);

        var deployed = await maas.DeployAsync(machine, RequestOf(recipe));

        deployed.Status.Should().Be(MachineStatus.Deployed, deployed.StatusMessage);
        machine.Disks[0].InstalledBy.Should().Be(installer);
        machine.System!.HostName.Should().StartWith(deployed.Hostname);
        machine.IsOn.Should().BeTrue();
        maas.Network.Elapsed.Should().BeGreaterThan(TimeSpan.FromMinutes(10));
    }

    [Theory]
    [InlineData("debian/bookworm", SimulatedInstallStep.Packages, "The Debian installer stopped: Menu item  pkgsel  failed.")]
    [InlineData(
        "ubuntu/noble", SimulatedInstallStep.BootLoader, "The Ubuntu installer failed. ERROR subiquity: the step BootLoader failed")]
    [InlineData(
        "fedora/42", SimulatedInstallStep.Partitioning, "Anaconda failed. 10:00:00,000 ERR anaconda: the step Partitioning failed")]
    public async Task An_installer_that_fails_reports_the_line_of_its_log(string recipe, SimulatedInstallStep step, string message)
    {
        await using var maas = await StartAsync();
        var machine = maas.AddMachine(options => options with { Installer = new SimulatedInstaller { FailsAt = step } });
        await maas.CommissionAsync(machine);

        var failed = await maas.DeployAsync(machine, RequestOf(recipe));

        failed.Status.Should().Be(MachineStatus.FailedDeployment);
        failed.StatusMessage.Should().Contain(message);
        machine.Disks[0].InstalledBy.Should().BeNull();
    }

    [Fact]
    public async Task A_line_that_the_answer_file_does_not_look_for_is_not_reported()
    {
        await using var maas = await StartAsync();
        var machine = maas.AddMachine(options => options with
        {
            Installer = new SimulatedInstaller
            {
                FailsAt = SimulatedInstallStep.BaseSystem, FailureLine = "debootstrap: the mirror is away",
            },
        });
        await maas.CommissionAsync(machine);
        var before = maas.Network.Elapsed;

        var failed = await maas.DeployAsync(machine, RequestOf(Debian.Name));

        // Its deadline fails it.
        failed.Status.Should().Be(MachineStatus.FailedDeployment);
        (maas.Network.Elapsed - before).Should().BeGreaterThan(TimeSpan.FromMinutes(30));
    }

    [Fact]
    public async Task An_answer_file_that_is_not_there_leaves_the_installer_waiting()
    {
        var lost = Debian with
        {
            Boot = new InstallerBoot.Kernel("debian/linux", ["debian/initrd.gz"], "auto=true url={answers}/lost.cfg"),
        };
        await using var maas = await StartAsync(lost);
        var machine = maas.AddMachine();
        await maas.CommissionAsync(machine);

        var failed = await maas.DeployAsync(machine, RequestOf(Debian.Name));

        failed.Status.Should().Be(MachineStatus.FailedDeployment);
        await machine.DisposeAsync();
        (await machine.WatchAsync(Stop).Select(each => $"{each}").ToListAsync(Stop))
            .Should().Contain("debian-installer: waits for a person: lost.cfg could not be fetched: the server answered 404");
    }

    [Fact]
    public async Task The_disk_is_found_by_its_serial_number()
    {
        await using var maas = await StartAsync();
        var machine = maas.AddMachine(options => options with
        {
            Hardware = options.Hardware with
            {
                Disks =
                [
                    new("sda", 16L << 30, Serial: "SMALL"), new("sdb", 64L << 30, Serial: "LARGE"),
                ],
            },
        });
        await maas.CommissionAsync(machine);

        (await maas.DeployAsync(machine, RequestOf(Fedora.Name))).Status.Should().Be(MachineStatus.Deployed);

        machine.Disks.Should().ContainSingle(disk => disk.InstalledBy == "anaconda");
    }

    private static DeployRequest RequestOf(string recipe) =>
        new() { OsSystem = recipe.Split('/')[0], DistroSeries = recipe.Split('/')[1] };

    private static Task<VirtualMaas> StartAsync(InstallRecipe? debian = null) => VirtualMaas.StartAsync(
        new VirtualMaasOptions { Configure = maas => maas.AddInstall(debian ?? Debian, Ubuntu, Fedora) }, Stop);
}
