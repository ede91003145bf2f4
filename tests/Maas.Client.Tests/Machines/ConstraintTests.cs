using Maas.Client.Machines;

namespace Maas.Client.Tests.Machines;

public class ConstraintTests
{
    [Fact]
    public void Constraints_are_written_as_MAAS_reads_them()
    {
        var form = new MaasForm().Add(new AllocationConstraints
        {
            Architectures = ["amd64", "arm64"],
            CpuCount = 4,
            Memory = 8192,
            Tags = ["gpu"],
            NotInZones = ["z1", "z2"],
            Storage = [new(20) { Label = "root", Tags = ["ssd", "x"] }, new(3), new(1.5m)],
            Interfaces =
            [
                new InterfaceConstraint("0").With("space", "db").With("not_tag", "slow"),
                new InterfaceConstraint("1").With("ip", "fd00::1"),
            ],
            DryRun = true,
        });

        form.Fields.Select(field => $"{field.Key}={field.Value}").Should().Equal(
            "arch=amd64", "arch=arm64", "cpu_count=4", "mem=8192", "tags=gpu", "not_in_zone=z1", "not_in_zone=z2",
            "storage=root:20(ssd,x),3,1.5", "interfaces=0:space=db,not_tag=slow;1:ip=fd00::1", "dry_run=true");
    }

    [Theory]
    [InlineData("a:b")]
    [InlineData("a,b")]
    [InlineData("a(b)")]
    [InlineData("a b")]
    [InlineData("")]
    public void A_label_cannot_become_another_constraint(string label)
    {
        var storage = () => new StorageConstraint(1) { Label = label }.ToString();
        var tags = () => new StorageConstraint(1) { Tags = [label] }.ToString();
        var network = () => new InterfaceConstraint(label).With("space", "x").ToString();

        storage.Should().Throw<FormatException>();
        tags.Should().Throw<FormatException>();
        network.Should().Throw<FormatException>();
    }

    [Theory]
    [InlineData("x;1:space=y")]
    [InlineData("x,tag=y")]
    public void Neither_can_a_value(string value)
    {
        var constraint = () => new InterfaceConstraint("0").With("space", value).ToString();

        constraint.Should().Throw<FormatException>();
    }

    [Fact]
    public void A_constraint_without_content_is_refused()
    {
        ((Action)(() => _ = new StorageConstraint(0).ToString())).Should().Throw<FormatException>();
        ((Action)(() => _ = new InterfaceConstraint("0").ToString())).Should().Throw<FormatException>();
    }
}
