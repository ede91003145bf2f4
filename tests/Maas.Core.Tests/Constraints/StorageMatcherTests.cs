using CsCheck;
using Maas.Core.Constraints;
using Maas.Core.Storage;
using Maas.Core.Tests.Storage;

namespace Maas.Core.Tests.Constraints;

public class StorageMatcherTests
{
    private const long GB = 1_000_000_000;

    [Theory]
    [InlineData("20", "1")]
    [InlineData("root:100(fast),data:50", "1", "2")]
    [InlineData("20(slow)")]
    [InlineData("101")]
    [InlineData("20,200", "1", "3")]
    [InlineData("20,100,200", "1", "2", "3")]
    [InlineData("20,200,200")]
    [InlineData("20,1,1,1,1")]
    public void The_first_is_the_disk_of_the_system_and_the_others_are_the_smallest_unused_ones(string text, params string[] disks)
    {
        var config = Disks(("fast", 100), ("slow", 150), ("slow", 250));
        Match(config, text).Should().Be(disks.Length == 0 ? null : string.Join(' ', disks));
    }

    [Fact]
    public void A_disk_that_is_partitioned_or_formatted_is_not_unused()
    {
        var plan = Plan(("a", 100), ("a", 100), ("a", 100));
        plan.Partition(2);
        plan.Format(new StorageTarget.Device(3));
        Match(plan.Config, "1,1").Should().BeNull();
    }

    [Fact]
    public void The_tag_partition_asks_for_partitions()
    {
        var plan = Plan(("a", 100), ("a", 100));
        var (small, large) = (plan.Partition(2, "10G"), plan.Partition(2, "30G"));
        var root = plan["sda"].Partitions.Single(each => each.FileSystem?.MountPoint == "/").Id;

        Match(plan.Config, "20(partition),data:20(partition)").Should().Be($"p{root} p{large}");
        Match(plan.Config, "20(partition),1(partition),20(partition)").Should().Be($"p{root} p{small} p{large}");
        Match(plan.Config, "1,20(partition),20(partition)").Should().BeNull();
    }

    [Fact]
    public void A_constraint_gives_up_its_disk_for_one_that_has_no_other()
    {
        var config = Disks(("r", 100), ("a,b", 60), ("a", 70));
        Match(config, "1,50(a),50(b)").Should().Be("1 3 2");
    }

    [Fact]
    public void Disks_without_a_plan_have_the_system_on_the_boot_disk()
    {
        var config = new StoragePlan(2).Config;
        Match(config, "50,50").Should().Be("1 2");
        Match(new StorageConfig(), "1").Should().BeNull();
    }

    [Fact]
    public void Every_answer_fits_and_no_device_answers_twice()
    {
        var tags = Gen.Int[0, 3].Select(at => new[] { "", "a", "b", "a,b" }[at]);
        var disk = Gen.Select(tags, Gen.Int[10, 40]);
        Gen.Select(disk.Array[1, 6], disk.Array[1, 5]).Sample((disks, wanted) =>
        {
            var config = Disks(disks);
            StorageConstraint[] constraints = [.. wanted.Select(each => new StorageConstraint("", each.Item2 * GB, Tags(each.Item1)))];
            if (StorageMatcher.Match(config, constraints) is not { } found)
            {
                constraints.Length.Should().BeGreaterThan(0);
                return;
            }

            found.Should().HaveSameCount(constraints).And.OnlyHaveUniqueItems();
            foreach (var (target, constraint) in found.Zip(constraints))
            {
                var device = config.BlockDevices.Single(each => target == new StorageTarget.Device(each.Id));
                device.Size.Should().BeGreaterThanOrEqualTo(constraint.Size);
                constraint.Tags.Should().BeSubsetOf(device.Tags);
            }
        });
    }

    private static string? Match(StorageConfig config, string text)
    {
        StorageConstraint.TryParse(text, out var constraints).Should().BeTrue();
        return StorageMatcher.Match(config, constraints) is { } found
            ? string.Join(' ', found.Select(each => each is StorageTarget.Partition { Id: var id } ? $"p{id}"
                : $"{((StorageTarget.Device)each).Id}"))
            : null;
    }

    private static StorageConfig Disks(params (string Tags, int Size)[] disks) => Plan(disks).Config;

    // Disks in GB, the first with the system.
    private static StoragePlan Plan(params (string Tags, int Size)[] disks)
    {
        var plan = new StoragePlan(disks.Length);
        plan.Config = plan.Config with
        {
            BlockDevices =
            [
                .. plan.Config.BlockDevices.Zip(disks, (device, disk) => device with { Size = disk.Size * GB, Tags = Tags(disk.Tags) }),
            ],
            BootDisk = 1,
        };
        plan.Apply(new StorageLayoutRequest { Layout = "flat" });
        return plan;
    }

    private static string[] Tags(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries);
}
