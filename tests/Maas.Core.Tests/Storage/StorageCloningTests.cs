using Maas.Core.Storage;

namespace Maas.Core.Tests.Storage;

public class StorageCloningTests
{
    private const long GiB = StoragePlan.GiB;

    [Theory]
    [InlineData("flat")]
    [InlineData("lvm")]
    [InlineData("bcache")]
    [InlineData("blank")]
    public void A_layout_is_copied_with_numbers_of_its_own(string layout)
    {
        var source = new StoragePlan(2);
        source.Do(config => BlockDeviceRules.AddTag(config, source["sdb"].Id, "ssd"));
        source.Apply(new StorageLayoutRequest { Layout = layout });
        var destination = new StoragePlan(2);
        destination.Do(config => BlockDeviceRules.AddTag(config, destination["sdb"].Id, "ssd"));

        destination.Do(config => StorageCloning.Clone(source.Config, config, destination.Ids));

        Outline(destination.Config).Should().Equal(Outline(source.Config));
        Uuids(destination.Config).Should().OnlyHaveUniqueItems();
        StorageIssues.Find(destination.Config).Should().BeEquivalentTo(StorageIssues.Find(source.Config));
    }

    [Fact]
    public void A_disk_takes_the_place_of_the_smallest_one_that_is_large_enough()
    {
        var source = new StoragePlan(3, 100 * GiB);
        source.Raid("raid-1", "sdb", "sdc");
        var destination = new StoragePlan(4, 200 * GiB);

        destination.Do(config => StorageCloning.Clone(source.Config, config, destination.Ids));

        destination.Config.Groups.Should().ContainSingle().Which.Type.Should().Be(FileSystemGroupType.Raid1);
        destination.Config.BlockDevices.Count(device => device.FileSystem is not null).Should().Be(2);
    }

    [Fact]
    public void A_destination_with_fewer_or_smaller_disks_is_refused()
    {
        var source = new StoragePlan(2, 100 * GiB);

        new StoragePlan(1, 200 * GiB).Refuses(
            config => StorageCloning.Clone(source.Config, config, new SequentialIds()),
            "destinations", "source has more physical block devices than destination (2 > 1)");
        new StoragePlan(2, 50 * GiB).Refuses(
            config => StorageCloning.Clone(source.Config, config, new SequentialIds()),
            "destinations", "destination boot disk(sda) is smaller than source boot disk(sda)");
    }

    private static IEnumerable<string> Outline(StorageConfig config) =>
        from device in config.BlockDevices
        from line in device.Partitions
            .Select(partition => $"{device.Name}-part{partition.Number} {partition.Size} {Of(partition.FileSystem)}")
            .Prepend($"{device.Name} {Of(device.FileSystem)}")
        select line;

    private static string Of(FileSystem? system) => system is null ? "" : $"{system.Type} {system.MountPoint}";

    private static IEnumerable<Guid> Uuids(StorageConfig config) =>
        config.BlockDevices.SelectMany(device => device.Partitions.Select(partition => partition.Uuid))
            .Concat(config.Groups.Select(group => group.Uuid));
}
