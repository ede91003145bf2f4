using Maas.Core.Nodes;
using Maas.Core.Storage;

namespace Maas.Core.Tests.Nodes;

public class RootArchiveDeploymentTests
{
    [Fact]
    public async Task A_root_archive_is_deployed_onto_the_configured_storage()
    {
        await using var test = await TestCore.OpenAsync();
        await test.UploadAsync(fileType: "txz");
        var machine = await test.ReadyAsync();

        var deploying = await test.DoAsync(machine.Id, new MachineCommand.Deploy("ann"));

        deploying.Status.Should().Be(MachineStatus.Deploying);
        deploying.NextBoot.Should().BeOfType<BootIntent.Install>().Which.Image.IsRootArchive.Should().BeTrue();
        deploying.Deployment!.Disk.Serial.Should().Be(machine.EffectiveBootDisk!.Serial);
    }

    [Fact]
    public async Task It_is_refused_with_the_reasons_when_the_storage_cannot_boot()
    {
        await using var test = await TestCore.OpenAsync();
        await test.UploadAsync(fileType: "txz");
        var machine = await test.ReadyAsync();
        var blank = new StorageEdit((_, config, _) => new StorageResult.Changed(StorageLayouts.Blank(config), 0));
        (await test.Core.NodeConfigs.EditStorageAsync(machine.Id, null, blank)).Should().BeOfType<NodeConfigResult.Done>();

        var refused = await test.Core.Machines.ExecuteAsync(machine.Id, new MachineCommand.Deploy("ann"));

        refused.Should().BeOfType<CommandResult.Refused>().Which.Reason.Should().Contain("Mount the root '/' filesystem");
    }
}
