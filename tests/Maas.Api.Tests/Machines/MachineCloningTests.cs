using System.Text.Json;
using Maas.Api.Tests.Storage;
using Maas.Core.Nodes;

namespace Maas.Api.Tests.Machines;

/// <summary><c>op=clone</c>.</summary>
public class MachineCloningTests
{
    private const string Path = "machines/?op=clone";

    [Fact]
    public async Task Storage_is_copied_to_disks_that_are_large_enough()
    {
        await using var storage = await StorageHost.StartAsync();
        var host = storage.Host;
        await PlanAsync(storage);
        var other = await host.ReadyAsync("52:54:00:00:00:02", StorageHost.Inventory);

        (await CloneAsync(host, storage.Machine, other, ("storage", "true"))).Expect(204);

        var (from, to) = (await StorageOf(host, storage.Machine), await StorageOf(host, other));
        to.GetProperty("blockdevice_set").GetArrayLength().Should().Be(from.GetProperty("blockdevice_set").GetArrayLength());
        MountsOf(to).Should().BeEquivalentTo(MountsOf(from)).And.Contain("/boot/efi", "/srv");
        IdsOf(to).Should().NotIntersectWith(IdsOf(from));
        var raid = (await host.GetAsync(host.Admin, $"nodes/{other.Id}/raids/")).Expect(200).Json[0];
        raid.GetProperty("level").GetString().Should().Be("raid-1");
        raid.GetProperty("devices").GetArrayLength().Should().Be(2);
        (await host.PostAsync(host.Admin, $"machines/{other.Id}/?op=set_storage_layout", ("storage_layout", "blank"))).Expect(200);
    }

    [Fact]
    public async Task Interfaces_are_copied_to_those_of_the_same_name_and_static_links_get_other_addresses()
    {
        await using var host = await ApiHost.StartAsync();
        var (source, other) = (await host.ReadyAsync(), await host.ReadyAsync("52:54:00:00:00:02"));
        var subnet = (await host.PostAsync(host.Admin, "subnets/", ("cidr", "10.9.0.0/24"))).Expect(200).Json;
        var (id, vlan) = (subnet.GetProperty("id").GetRawText(), subnet.GetProperty("vlan").GetProperty("id").GetRawText());
        var nic = (await host.GetAsync(host.Admin, $"nodes/{source.Id}/interfaces/")).Expect(200).Json[0];
        var path = $"nodes/{source.Id}/interfaces/{nic.GetProperty("id").GetRawText()}/";
        (await host.PutAsync(host.Admin, path, ("vlan", vlan))).Expect(200);
        (await host.PostAsync(host.Admin, $"nodes/{source.Id}/interfaces/?op=create_bridge",
            ("name", "br0"), ("parent", nic.GetProperty("id").GetRawText()), ("vlan", vlan))).Expect(200);
        (await host.PostAsync(host.Admin, $"nodes/{source.Id}/interfaces/br0/?op=link_subnet", ("mode", "STATIC"), ("subnet", id)))
            .Expect(200);

        (await CloneAsync(host, source, other, ("interfaces", "true"))).Expect(204);

        var copied = (await host.GetAsync(host.Admin, $"nodes/{other.Id}/interfaces/br0/")).Expect(200).Json;
        copied.GetProperty("mac_address").GetString().Should().Be("52:54:00:00:00:02");
        copied.GetProperty("links")[0].GetProperty("ip_address").GetString().Should().StartWith("10.9.0.")
            .And.NotBe((await host.GetAsync(host.Admin, $"nodes/{source.Id}/interfaces/br0/")).Expect(200).Json
                .GetProperty("links")[0].GetProperty("ip_address").GetString());
        (await host.MachineAsync(other.Id)).MacAddresses.Should().Equal(other.MacAddresses);
    }

    [Fact]
    public async Task A_destination_without_the_disks_refuses_all_of_them_and_nothing_is_changed()
    {
        await using var storage = await StorageHost.StartAsync();
        var host = storage.Host;
        await PlanAsync(storage);
        var suitable = await host.ReadyAsync("52:54:00:00:00:02", StorageHost.Inventory);
        var small = await host.ReadyAsync("52:54:00:00:00:03");
        var before = (await StorageOf(host, suitable)).GetRawText();

        var reply = await host.PostAsync(host.Admin, Path, ("source", storage.Machine.Id.ToString()), ("storage", "true"),
            ("destinations", suitable.Id.ToString()), ("destinations", small.Id.ToString()));

        reply.Expect(400).Json.GetProperty("destinations")[0].GetString().Should()
            .StartWith($"{small.Id} ({small.Hostname}) is invalid:").And.Contain("(4 > 1)");
        (await StorageOf(host, suitable)).GetRawText().Should().Be(before);
    }

    [Fact]
    public async Task What_MAAS_refuses_is_refused_in_its_words()
    {
        await using var host = await ApiHost.StartAsync();
        var (source, other, deployed) = (
            await host.ReadyAsync(), await host.ReadyAsync("52:54:00:00:00:02"), await host.ReadyAsync("52:54:00:00:00:03"));
        await host.DoAsync(deployed.Id, new MachineCommand.Allocate("bob"));

        Text(await host.PostAsync(host.Admin, Path, ("destinations", other.Id.ToString()), ("storage", "true")), "source")
            .Should().Be("This field is required.");
        Text(await host.PostAsync(host.Admin, Path, ("source", source.Id.ToString()), ("storage", "true")), "destinations")
            .Should().Be("This field is required.");
        Text(await CloneAsync(host, source, other), "__all__").Should().Be("Either storage or interfaces must be true.");
        Text(await CloneAsync(host, source, source, ("storage", "true")), "destinations").Should()
            .Be($"Source machine {source.Id} ({source.Hostname}) cannot be a destination machine.");
        Text(await CloneAsync(host, source, deployed, ("storage", "true")), "destinations").Should()
            .StartWith("Machine 1 is invalid: Select a valid choice.");
        Text(await host.PostAsync(host.Bob, Path, ("source", source.Id.ToString()), ("destinations", other.Id.ToString()),
            ("interfaces", "true")), "destinations").Should().StartWith("Machine 1 is invalid:", "bob is no administrator");
    }

    private static Task<Reply> CloneAsync(ApiHost host, Machine source, Machine other, params (string, string)[] what) =>
        host.PostAsync(host.Admin, Path, [("source", source.Id.ToString()), ("destinations", other.Id.ToString()), .. what]);

    private static async Task<JsonElement> StorageOf(ApiHost host, Machine machine) =>
        (await host.GetAsync(host.Admin, $"machines/{machine.Id}/")).Expect(200).Json;

    private static string? Text(Reply reply, string field) => reply.Expect(400).Json.GetProperty(field)[0].GetString();

    private static async Task PlanAsync(StorageHost storage)
    {
        (await storage.Host.PostAsync(
            storage.Host.Admin, $"machines/{storage.Machine.Id}/?op=set_storage_layout", ("storage_layout", "flat"))).Expect(200);
        var raid = (await storage.PostAsync("raids/", ("name", "md0"), ("level", "raid-1"),
            ("block_devices", await storage.DiskAsync("sdb")), ("block_devices", await storage.DiskAsync("sdc")))).Expect(200).Json;
        var device = raid.GetProperty("virtual_device").GetProperty("id").GetRawText();
        (await storage.PostAsync($"blockdevices/{device}/?op=format", ("fstype", "ext4"))).Expect(200);
        (await storage.PostAsync($"blockdevices/{device}/?op=mount", ("mount_point", "/srv"))).Expect(200);
    }

    private static IEnumerable<string?> MountsOf(JsonElement machine) =>
        from device in machine.GetProperty("blockdevice_set").EnumerateArray()
        from target in device.GetProperty("partitions").EnumerateArray().Prepend(device)
        let system = target.GetProperty("filesystem")
        where system.ValueKind == JsonValueKind.Object
        select system.GetProperty("mount_point").GetString();

    private static IEnumerable<string> IdsOf(JsonElement machine) =>
        machine.GetProperty("blockdevice_set").EnumerateArray().Select(device => device.GetProperty("id").GetRawText());
}
