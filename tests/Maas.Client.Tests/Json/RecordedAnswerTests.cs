using Maas.Client.Machines;

namespace Maas.Client.Tests.Json;

/// <summary>Answers in the shape of Canonical's MAAS 3.x, with the types that its versions give the same member.</summary>
public class RecordedAnswerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_machine_with_bond_VLAN_and_RAID()
    {
        using var client = Answering("machine.json");

        var machine = await client.Machines.GetAsync("4y3h7n", Cancellation);

        (machine.SystemId, machine.Fqdn, machine.Status, machine.StatusName).Should()
            .Be(("4y3h7n", "rack3-u12.lab.example", MaasMachineStatus.Deployed, "Deployed"));
        (machine.Memory, machine.CpuCount, machine.Storage, machine.SwapSize).Should().Be((262144, 64, 3840755.98, (long?)null));
        machine.Owner.Should().Be("juju");
        machine.OwnerData.Should().Equal(new Dictionary<string, string> { ["juju-model"] = "prod", ["units"] = "3" });
        machine.Tags.Should().Equal("gpu", "nvme");
        machine.IpAddresses.Should().Equal("10.30.0.12", "fd00:30::12");
        machine.Zone!.Name.Should().Be("row-3");
        machine.Pool!.Id.Should().Be(2);
        machine.Domain!.Ttl.Should().BeNull();
        machine.HardwareInfo["cpu_model"].Should().Be("AMD EPYC 7543");
        machine.BootInterface!.MacAddress.Should().Be("52:54:00:12:34:56");
        machine.BootDisk!.Size.Should().Be(1_920_383_410_176);

        machine.Interfaces.Select(each => each.Type).Should().Equal("physical", "physical", "bond", "vlan");
        var bond = machine.Interfaces[2];
        bond.Parents.Should().Equal("enp65s0f0", "enp65s0f1");
        bond.Params.Should().Contain("bond_mode", "802.3ad").And.Contain("bond_miimon", "100");
        var vlan = machine.Interfaces[3];
        vlan.Vlan!.Vid.Should().Be(30);
        vlan.Links.Select(link => (link.Mode, link.IpAddress)).Should().Equal(("static", "10.30.0.12"), ("auto", null));
        vlan.Links[0].Subnet!.DnsServers.Should().Equal("10.30.0.2", "10.30.0.3");
        machine.Interfaces[0].Params.Should().BeEmpty("MAAS writes no parameters as an empty text");

        machine.BlockDevices.Should().HaveCount(3);
        machine.BlockDevices[0].Partitions[0].Filesystem!.MountPoint.Should().Be("/boot/efi");
        machine.BlockDevices[2].Size.Should().Be(3_840_755_982_336, "MAAS writes the size of some RAIDs with a fraction");
    }

    [Fact]
    public async Task An_allocation_tells_which_disk_and_interface_fit()
    {
        using var client = Answering("allocated.json");

        var machine = await client.Machines.AllocateAsync(null, Cancellation);

        machine!.ConstraintsByType!.Storage["root"].Should().Equal("34");
        machine.ConstraintsByType.Storage["data"].Should().Equal("partition:71", "35");
        machine.ConstraintsByType.Interfaces["0"].Should().Equal("35", "99");
    }

    [Fact]
    public async Task A_machine_of_few_members()
    {
        using var client = Answering("machine-sparse.json");

        var machine = await client.Machines.GetAsync("x", Cancellation);

        machine.Tags.Should().BeEmpty();
        machine.Interfaces.Should().BeEmpty();
        machine.OwnerData.Should().BeEmpty();
        (machine.Zone!.Name, machine.Pool, machine.BootDisk!.Id, machine.Owner).Should().Be(("default", null, 7, null));
        machine.Status.Should().Be((MaasMachineStatus)99, "a status of a newer server is kept");
    }

    [Fact]
    public async Task Subnets_VLANs_and_fabrics()
    {
        using var subnets = Answering("subnets.json");
        using var fabrics = Answering("fabrics.json");

        var read = await subnets.Subnets.ListAsync(Cancellation).ToListAsync(Cancellation);
        var fabric = (await fabrics.Fabrics.ListAsync(Cancellation).ToListAsync(Cancellation)).Should().ContainSingle().Which;

        read.Select(each => (each.Cidr, each.GatewayIp, each.Managed, each.Vlan?.Id)).Should().Equal(
            ("10.30.0.0/24", "10.30.0.1", true, 5003), ("fd00:30::/64", null, false, 5004));
        read[1].DnsServers.Should().Equal("fd00:30::2", "fd00:30::3");
        read[1].Description.Should().BeEmpty();
        fabric.ClassType.Should().BeEmpty();
        fabric.Vlans.Select(each => (each.Vid, each.DhcpOn, Relay: each.RelayVlan?.Id)).Should()
            .Equal((0, true, null), (30, false, 5001), (31, false, 5001));
        fabric.Vlans[0].PrimaryRack.Should().Be("7xk3dt");
    }

    [Fact]
    public async Task Volume_groups_RAIDs_and_DNS()
    {
        using var groups = Answering("volume-groups.json");
        using var raids = Answering("raids.json");
        using var names = Answering("dnsresources.json");

        var group = await groups.VolumeGroups.ListAsync("x", Cancellation).SingleAsync(Cancellation);
        var raid = await raids.Raids.ListAsync("x", Cancellation).SingleAsync(Cancellation);
        var name = await names.DnsResources.ListAsync(Cancellation).SingleAsync(Cancellation);

        group.LogicalVolumes.Single().Name.Should().Be("vg0-root");
        group.AvailableSize.Should().Be(1_900_000_000_000);
        raid.Size.Should().Be(2_000_000_002_048);
        raid.VirtualDevice!.Type.Should().Be("virtual");
        name.IpAddresses.Select(each => each.Ip).Should().Equal("10.30.0.12", null);
        name.ResourceRecords.Single().Rrdata.Should().Be("10 mail.lab.example.");
    }

    [Fact]
    public async Task Events_users_scripts_and_images()
    {
        using var events = Answering("events.json");
        using var scripts = Answering("scripts.json");
        using var images = Answering("boot-resource.json");

        var page = await events.Events.QueryAsync(null, Cancellation);
        var script = await scripts.Scripts.ListAsync(Cancellation).SingleAsync(Cancellation);
        var image = await images.BootResources.GetAsync(3, Cancellation);

        page.Events.Single().CreatedAt.Should().Be(new DateTimeOffset(2026, 11, 22, 22, 21, 9, TimeSpan.Zero));
        page.PrevUri.Should().BeNull();
        script.Tags.Should().Equal("node", "lab");
        image.Sets["20261101"].Files["squashfs"].Size.Should().Be(279_000_064);
        image.LastDeployed.Should().Be("2026-11-20T10:00:00");
    }

    private static MaasClient Answering(string file) =>
        new StubServer(_ => StubServer.Json(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Recorded", file)))).Client();
}
