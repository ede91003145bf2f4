using System.Text;
using System.Text.Json;
using Maas.Core.Nodes;

namespace Maas.Api.Tests.Nodes;

/// <summary>The PCI and USB devices of machines as gomaasclient reads them.</summary>
public class NodeDeviceTests
{
    private const string Mac = "52:54:00:00:00:01";

    private static readonly string Inventory = string.Join('\n',
        "maas-inventory\t1", "system\tmachine=x86_64\tfirmware=uefi", "cpu\tcount=4\tcores=2\tsockets=1\tmax_mhz=3600\tmodel=Test CPU",
        "memory\tkib=4194304",
        "disk\tname=nvme0n1\tsize=10737418240\tblock=512\trotational=0\tremovable=0\tro=0\tbus=nvme\tserial=disk-1\tmodel=Test Disk\t" +
        "path=pci-0000:01:00.0-nvme-1",
        $"nic\tname=eno1\tmac={Mac}\tspeed=1000\tlink=1\tmtu=1500\tdriver=e1000e\tpci=0000:00:1f.6\tvendor=8086\tproduct=15d7",
        "pci\taddress=0000:00:1f.6\tclass=020000\tvendor=8086\tproduct=15d7\tdriver=e1000e",
        "pci\taddress=0000:01:00.0\tclass=010802\tvendor=144d\tproduct=a808\tdriver=nvme",
        "pci\taddress=0000:02:00.0\tclass=030000\tvendor=10de\tproduct=1eb8\tdriver=",
        "usb\taddress=1-4.2\tvendor=046d\tproduct=c31c\tname=Logitech Keyboard",
        "end", "");

    [Fact]
    public async Task Devices_are_listed_with_the_disk_and_the_interface_that_they_provide()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync(Mac, Encoding.UTF8.GetBytes(Inventory));

        var devices = (await host.GetAsync(host.Bob, $"nodes/{machine.Id}/devices/")).Expect(200).Json.EnumerateArray().ToList();

        devices.Select(each => (Text(each, "pci_address"), Text(each, "bus_name"), Text(each, "hardware_type_name"),
            Text(each, "vendor_id"), Text(each, "product_id"), Text(each, "commissioning_driver"))).Should().Equal(
            ("0000:00:1f.6", "PCIE", "Network", "8086", "15d7", "e1000e"), ("0000:01:00.0", "PCIE", "Storage", "144d", "a808", "nvme"),
            ("0000:02:00.0", "PCIE", "GPU", "10de", "1eb8", ""), (null, "USB", "Node", "046d", "c31c", ""));
        devices.Select(each => (each.GetProperty("bus_number").GetInt32(), each.GetProperty("device_number").GetInt32())).Should()
            .Equal((0, 0x1f), (1, 0), (2, 0), (1, 2));
        devices.Select(each => Name(each.GetProperty("physical_interface"))).Should().Equal("eno1", null, null, null);
        devices.Select(each => Name(each.GetProperty("physical_blockdevice"))).Should().Equal(null, "nvme0n1", null, null);
        devices.Select(each => each.GetProperty("id").GetInt32()).Should().OnlyHaveUniqueItems();

        foreach (var device in devices)
        {
            var uri = Text(device, "resource_uri")!;
            (await host.GetAsync(host.Bob, uri)).Expect(200).Json.GetRawText().Should().Be(device.GetRawText());
        }

        (await host.GetAsync(host.Bob, $"nodes/{machine.Id}/devices/0000:01:00.0/")).Expect(200).Json.GetRawText().Should()
            .Be(devices[1].GetRawText());
        (await host.GetAsync(host.Bob, $"nodes/{machine.Id}/devices/1:2/")).Expect(200).Json.GetRawText().Should()
            .Be(devices[3].GetRawText());
        (await host.GetAsync(host.Bob, $"nodes/{machine.Id}/devices/1/")).Expect(404).Text.Should()
            .Be("No NodeDevice matches the given query.");
        (await host.GetAsync(host.Bob, $"nodes/{machine.Id}/devices/no/")).Expect(400).Text.Should().Be("Invalid id format!");
    }

    [Theory]
    [InlineData("bus=USB", "c31c")]
    [InlineData("bus=pcie&hardware_type=gpu", "1eb8")]
    [InlineData("vendor_id=8086", "15d7")]
    [InlineData("product_id=A808", "a808")]
    [InlineData("vendor_name=intel%20corporation", "15d7")]
    [InlineData("product_name=logitech%20keyboard", "c31c")]
    [InlineData("commissioning_driver=nvme&vendor_id=144d", "a808")]
    [InlineData("commissioning_driver=nvme&vendor_id=8086", null)]
    public async Task Filters_select_devices(string query, string? product)
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync(Mac, Encoding.UTF8.GetBytes(Inventory));

        (await host.GetAsync(host.Bob, $"nodes/{machine.Id}/devices/?{query}")).Expect(200).Json.EnumerateArray()
            .Select(each => Text(each, "product_id")).Should().Equal(product is null ? [] : [product]);
    }

    [Fact]
    public async Task Wrong_filters_are_refused_by_field()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync(Mac, Encoding.UTF8.GetBytes(Inventory));

        (await host.GetAsync(host.Bob, $"nodes/{machine.Id}/devices/?bus=isa")).Expect(400).Json.TryGetProperty("bus", out _).Should()
            .BeTrue();
        (await host.GetAsync(host.Bob, $"nodes/{machine.Id}/devices/?hardware_type=fan")).Expect(400).Json
            .TryGetProperty("hardware_type", out _).Should().BeTrue();
    }

    [Fact]
    public async Task A_deleted_device_is_gone_with_its_tag_until_an_inventory_finds_it_again_under_the_same_number()
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "tags/", ("name", "gpu"), ("definition", "//node[@class='display']"))).Expect(200);
        var machine = await host.ReadyAsync(Mac, Encoding.UTF8.GetBytes(Inventory));
        (await host.PostAsync(host.Admin, $"machines/{machine.Id}/?op=set_storage_layout", ("storage_layout", "blank"))).Expect(200);
        var before = await host.MachineAsync(machine.Id);
        before.Tags.Should().Contain("gpu");
        var path = Text(await FindAsync(host, machine, "1eb8"), "resource_uri")!;

        (await host.DeleteAsync(host.Bob, path)).Expect(403);
        (await host.DeleteAsync(host.Admin, path)).Expect(204);

        (await host.GetAsync(host.Admin, path)).Expect(404);
        var after = await host.MachineAsync(machine.Id);
        after.Tags.Should().NotContain("gpu");
        (await host.GetAsync(host.Admin, $"nodes/{machine.Id}/devices/")).Expect(200).Json.GetArrayLength().Should().Be(3);
        // The configuration of its storage did not begin anew.
        (await host.GetAsync(host.Admin, $"nodes/{machine.Id}/blockdevices/")).Expect(200).Json[0].GetProperty("partitions")
            .GetArrayLength().Should().Be(0);

        await host.DoAsync(machine.Id, new MachineCommand.Commission());
        foreach (var script in await host.Core.ScriptResults.PendingAsync(machine.Id, ApiHost.Cancellation))
        {
            ReadOnlyMemory<byte> printed = Encoding.UTF8.GetBytes(Inventory);
            await host.Core.ScriptResults.ReportAsync(
                machine.Id, new ScriptReport { ResultId = script.Result.Id, ExitStatus = 0, Output = new(printed, printed, default) },
                ApiHost.Cancellation);
        }

        Text(await FindAsync(host, machine, "1eb8"), "resource_uri").Should().Be(path);
    }

    [Fact]
    public async Task Nodes_without_an_inventory_have_no_devices_and_unknown_nodes_are_404()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();
        var device = (await host.PostAsync(host.Bob, "devices/", ("mac_addresses", "52:54:00:dd:00:01"))).Expect(200).Json;

        foreach (var id in (string?[])[machine.Id.ToString(), Text(device, "system_id"), host.Core.Controllers.Self.SystemId.ToString()])
        {
            (await host.GetAsync(host.Admin, $"nodes/{id}/devices/")).Expect(200).Text.Should().Be("[]");
            (await host.GetAsync(host.Admin, $"nodes/{id}/devices/1/")).Expect(404);
            (await host.DeleteAsync(host.Admin, $"nodes/{id}/devices/1/")).Expect(404);
        }

        (await host.GetAsync(host.Admin, "nodes/zzzzzz/devices/")).Expect(404).Text.Should().Be("No Node matches the given query.");
        (await host.GetAsync(host.Eve, $"nodes/{Text(device, "system_id")}/devices/")).Expect(404);
    }

    private static async Task<JsonElement> FindAsync(ApiHost host, Machine machine, string product) =>
        (await host.GetAsync(host.Admin, $"nodes/{machine.Id}/devices/?product_id={product}")).Expect(200).Json[0];

    private static string? Name(JsonElement part) => part.ValueKind == JsonValueKind.Null ? null : Text(part, "name");

    private static string? Text(JsonElement part, string name) => part.GetProperty(name).GetString();
}
