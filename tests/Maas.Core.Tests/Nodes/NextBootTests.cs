using Maas.Core.Nodes;

namespace Maas.Core.Tests.Nodes;

public class NextBootTests
{
    private static readonly ImageReference Image = new(1, 1, "custom/x", "ddgz", 10, new string('a', 64));
    private static readonly BootIntent PowerOff = new BootIntent.Ephemeral(EphemeralTask.PowerOff);
    private static readonly BootIntent Disk = new BootIntent.LocalDisk();

    /// <summary>Each status: what boots when nothing is installed, and what when the owner's system is.</summary>
    public static TheoryData<MachineStatus, BootIntent, BootIntent> Table => new()
    {
        { MachineStatus.New, Do(EphemeralTask.Enlist), Do(EphemeralTask.Enlist) },
        { MachineStatus.Commissioning, Do(EphemeralTask.Commission), Do(EphemeralTask.Commission) },
        { MachineStatus.FailedCommissioning, PowerOff, Disk },
        { MachineStatus.Missing, PowerOff, Disk },
        { MachineStatus.Ready, PowerOff, Disk },
        { MachineStatus.Reserved, PowerOff, Disk },
        { MachineStatus.Deployed, Disk, Disk },
        { MachineStatus.Retired, new BootIntent.None(), new BootIntent.None() },
        { MachineStatus.Broken, PowerOff, Disk },
        { MachineStatus.Deploying, new BootIntent.Install(Image), new BootIntent.Install(Image) },
        { MachineStatus.Allocated, PowerOff, Disk },
        { MachineStatus.FailedDeployment, PowerOff, Disk },
        { MachineStatus.Releasing, PowerOff, PowerOff },
        { MachineStatus.FailedReleasing, PowerOff, PowerOff },
        { MachineStatus.DiskErasing, Do(EphemeralTask.Erase), Do(EphemeralTask.Erase) },
        { MachineStatus.FailedDiskErasing, PowerOff, PowerOff },
        { MachineStatus.RescueMode, Do(EphemeralTask.Rescue), Do(EphemeralTask.Rescue) },
        { MachineStatus.EnteringRescueMode, Do(EphemeralTask.Rescue), Do(EphemeralTask.Rescue) },
        { MachineStatus.FailedEnteringRescueMode, PowerOff, Disk },
        { MachineStatus.ExitingRescueMode, PowerOff, Disk },
        { MachineStatus.FailedExitingRescueMode, PowerOff, Disk },
        { MachineStatus.Testing, Do(EphemeralTask.Test), Do(EphemeralTask.Test) },
        { MachineStatus.FailedTesting, PowerOff, Disk },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void A_machine_boots_what_its_status_says(MachineStatus status, BootIntent bare, BootIntent installed)
    {
        Machine(status, finished: false).NextBoot.Should().Be(bare);
        Machine(status, finished: true).NextBoot.Should().Be(installed);
    }

    [Fact]
    public void Every_status_has_a_row() => Table.Should().HaveCount(Enum.GetValues<MachineStatus>().Length);

    [Fact]
    public void A_machine_that_was_written_boots_its_disk_though_it_is_still_deploying() =>
        (Machine(MachineStatus.Deploying, finished: false) with { Netboot = false }).NextBoot.Should().Be(Disk);

    [Fact]
    public void A_machine_that_is_deployed_by_a_recipe_boots_its_installer()
    {
        var machine = Machine(MachineStatus.Deploying, finished: false);
        machine = machine with { Deployment = machine.Deployment! with { Image = null, Recipe = "debian/bookworm" } };
        machine.NextBoot.Should().Be(new BootIntent.Installer("debian/bookworm"));
        (machine with { Netboot = false }).NextBoot.Should().Be(Disk);
    }

    /// <summary>Wherever an installed machine would boot its disk, one that runs in memory boots the environment.</summary>
    [Theory]
    [MemberData(nameof(Table))]
    public void A_machine_that_runs_in_memory_never_boots_its_disk(MachineStatus status, BootIntent bare, BootIntent installed)
    {
        var machine = InMemory(status, finished: true);
        machine.NextBoot.Should().Be(installed == Disk || status is MachineStatus.Deploying ? Do(EphemeralTask.Run) : installed);
        if (status is not MachineStatus.Deployed)
            InMemory(status, finished: false).NextBoot.Should().Be(status is MachineStatus.Deploying ? Do(EphemeralTask.Run) : bare);
    }

    private static Machine InMemory(MachineStatus status, bool finished)
    {
        var machine = Machine(status, finished);
        return machine with { Deployment = machine.Deployment is { } deployment ? deployment with { Ephemeral = true } : null };
    }

    private static BootIntent.Ephemeral Do(EphemeralTask task) => new(task);

    private static Machine Machine(MachineStatus status, bool finished) => new()
    {
        Id = SystemId.Parse("abc346"),
        Hostname = "one",
        Status = status,
        Deployment = finished || status is MachineStatus.Deploying
            ? new Deployment { Image = Image, Disk = new InstallDisk("vda", ""), FinishedAt = finished ? DateTimeOffset.UnixEpoch : null }
            : null,
    };
}
