using System.Text.Json;
using System.Text.RegularExpressions;

namespace Maas.Conformance.Cases;

/// <summary>Ten things that clients' bug trackers show to go wrong, each with the requests that show it.</summary>
public static partial class TenTests
{
    [Case(Changes = true)]
    public static async Task U01_an_empty_multipart_body_releases_a_machine(Server server)
    {
        var id = (await server.AllocatedMachineAsync()).Text("system_id");

        var released = await server.SendAsync(
            "POST", $"machines/{id}/?op=release", server.Admin.Sign(), Server.Raw("multipart/form-data; boundary=B", "--B--\r\n"));

        Check.That(released.Expect(200).Json.Text("status_name") is "Releasing" or "Ready");
    }

    [Case(Changes = true)]
    public static async Task U02_sizes_are_integers_in_the_raw_text(Server server)
    {
        var id = (await server.ReadyMachineAsync()).Text("system_id");

        var disks = (await server.GetAsync($"nodes/{id}/blockdevices/")).Expect(200);

        CheckSizes(disks.Text);
        Check.That(disks.Json.List().Count > 0);
    }

    [Case(Changes = true)]
    public static async Task U02_the_size_of_a_RAID_is_an_integer(Server server)
    {
        var id = (await server.ReadyMachineAsync()).Text("system_id");
        var disks = (await server.GetAsync($"nodes/{id}/blockdevices/")).Json.List()
            .Where(each => each.Integer("size") == 1_000_000_001_024).Select(each => ("block_devices", $"{each.Integer("id")}")).ToList();

        var raid = (await server.PostAsync($"nodes/{id}/raids/", [("name", "md0"), ("level", "raid-10"), .. disks])).Expect(200);

        CheckSizes(raid.Text);
        Check.That(raid.Json.Integer("size") > 1_000_000_000_000);
        Check.That(raid.Json.Member("virtual_device").Integer("size") > 1_000_000_000_000);
    }

    [Case(Changes = true)]
    public static async Task U03_relay_vlan_is_an_object_or_null_and_an_unknown_VLAN_is_400(Server server)
    {
        var (lab, other) = (await Lab.CreateAsync(server), await Lab.CreateAsync(server));
        foreach (var vlan in (await server.GetAsync("fabrics/")).Json.List().SelectMany(each => each.List("vlans")))
            Check.That(vlan.Member("relay_vlan").ValueKind is JsonValueKind.Null or JsonValueKind.Object);

        (await server.PutAsync(lab.VlanPath, ("relay_vlan", "999999"))).ExpectFieldError("relay_vlan");
        Check.Equal(JsonValueKind.Null, (await server.GetAsync(lab.VlanPath)).Json.Member("relay_vlan").ValueKind);
        var relayed = (await server.PutAsync(lab.VlanPath, ("relay_vlan", $"{other.Vlan}"))).Expect(200).Json;
        Check.Equal(other.Vlan, relayed.Member("relay_vlan").Integer("id"));
        Check.Equal(
            JsonValueKind.Null, (await server.PutAsync(lab.VlanPath, ("relay_vlan", ""))).Expect(200).Json.Member("relay_vlan").ValueKind);
    }

    [Case(Changes = true)]
    public static async Task U04_the_same_MAC_address_twice_is_400_in_every_notation(Server server)
    {
        var mac = server.NewMac();
        var first = await server.NewMachineAsync(("mac_addresses", mac));

        foreach (var notation in new[] { mac, mac.ToUpperInvariant().Replace(':', '-') })
        {
            (await server.PostAsync("machines/", ("architecture", "amd64"), ("mac_addresses", notation), ("power_type", "manual")))
                .ExpectFieldError("mac_addresses", "already");
        }

        var machines = (await server.GetAsync($"machines/?mac_address={mac}")).Json.List();
        Check.Sequence([first.Text("system_id")], machines.Select(each => each.Text("system_id")));
        Check.Equal(first.Text("hostname"), machines[0].Text("hostname"));
    }

    [Case(Changes = true)]
    public static async Task U05_a_machine_with_manual_power_is_deployed(Server server)
    {
        await server.EnsureImageAsync();
        var id = (await server.AllocatedMachineAsync()).Text("system_id");

        var machine = (await server.PostAsync($"machines/{id}/?op=deploy")).Expect(200).Json;

        Check.Equal("Deploying", machine.Text("status_name"));
        Check.That(machine.Text("power_state") != "error");
    }

    [Case(Changes = true)]
    public static async Task U06_DHCP_needs_a_dynamic_range_and_then_a_rack(Server server)
    {
        var lab = await Lab.CreateAsync(server);

        (await server.PutAsync(lab.VlanPath, ("dhcp_on", "true")))
            .ExpectFieldError("dhcp_on", "dhcp can only be turned on when a dynamic IP range is defined");
        await lab.AddDynamicRangeAsync();
        var racks = (await server.GetAsync("rackcontrollers/")).Expect(200).Json.List();
        (await server.PutAsync(lab.VlanPath, ("dhcp_on", "true")))
            .ExpectFieldError("__all__", "dhcp can only be turned on when a primary rack controller is set");
        if (racks.Count == 0) return;
        var on = (await server.PutAsync(
            lab.VlanPath, ("dhcp_on", "true"), ("primary_rack", racks[0].Text("system_id")))).Expect(200).Json;
        Check.Equal(JsonValueKind.True, on.Member("dhcp_on").ValueKind);
        var off = (await server.PutAsync(
            lab.VlanPath, ("primary_rack", ""), ("secondary_rack", ""), ("dhcp_on", "false"))).Expect(200).Json;
        Check.Equal(JsonValueKind.Null, off.Member("primary_rack").ValueKind);
        Check.Equal(JsonValueKind.Null, off.Member("secondary_rack").ValueKind);
    }

    [Case(Changes = true)]
    public static async Task U07_a_subnet_with_addresses_in_use_is_deleted_with_force_only(Server server)
    {
        var lab = await Lab.CreateAsync(server);
        await lab.LinkAsync((await server.ReadyMachineAsync()).Text("system_id"));

        (await server.DeleteAsync($"subnets/{lab.Subnet}/")).ExpectText(400, "Cannot delete a subnet that has IP addresses in use");

        (await server.GetAsync($"subnets/{lab.Subnet}/")).Expect(200);
        (await server.DeleteAsync($"subnets/{lab.Subnet}/?force=true")).Expect(204);
        (await server.GetAsync($"subnets/{lab.Subnet}/")).Expect(404);
    }

    [Case(Changes = true)]
    public static async Task U08_deleting_one_of_two_names_of_an_address_leaves_the_other(Server server)
    {
        var lab = await Lab.CreateAsync(server);
        var domain = (await server.PostAsync("domains/", ("name", server.NewName("lab") + ".example"))).Expect(200).Json;
        server.DeleteAtEnd($"domains/{domain.Integer("id")}/");
        var ip = $"{lab.Network}.9";
        List<long> ids = [];
        foreach (var name in new[] { "a", "b" })
        {
            var created = (await server.PostAsync(
                "dnsresources/", ("fqdn", $"{name}.{domain.Text("name")}"), ("ip_addresses", ip))).Expect(200).Json;
            ids.Add(created.Integer("id"));
        }

        (await server.DeleteAsync($"dnsresources/{ids[0]}/")).Expect(204);
        var other = (await server.GetAsync($"dnsresources/{ids[1]}/")).Expect(200).Json;
        Check.Sequence([ip], other.List("ip_addresses").Select(each => each.Text("ip")));
        (await server.DeleteAsync($"dnsresources/{ids[1]}/")).Expect(204);
        var addresses = (await server.GetAsync("ipaddresses/?all=true")).Expect(200).Json.List();
        Check.That(addresses.All(each => each.Text("ip") != ip), "the address is free");
    }

    [Case(Changes = true)]
    public static async Task U09_an_interface_may_have_two_links_whose_ids_do_not_change(Server server)
    {
        var lab = await Lab.CreateAsync(server);
        var id = (await server.ReadyMachineAsync()).Text("system_id");
        var six = (await server.PostAsync("subnets/", ("cidr", $"fd00:{lab.Subnet:x}::/64"), ("vlan", $"{lab.Vlan}"))).Expect(200).Json;
        server.DeleteAtEnd($"subnets/{six.Integer("id")}/?force=true");
        var number = await lab.LinkAsync(id);
        var path = $"nodes/{id}/interfaces/{number}/";

        var linked = (await server.PostAsync($"{path}?op=link_subnet", ("mode", "STATIC"), ("subnet", $"{six.Integer("id")}")))
            .Expect(200).Json;

        var ids = linked.List("links").Select(each => each.Integer("id")).ToList();
        Check.Equal(2, ids.Distinct().Count());
        Check.Sequence(ids, (await server.GetAsync(path)).Json.List("links").Select(each => each.Integer("id")));
        GoSchemas.Interface(linked);
        (await server.PostAsync($"{path}?op=link_subnet", ("mode", "DHCP"), ("subnet", $"{lab.Subnet}"))).Expect(200, 400);
        (await server.PostAsync($"{path}?op=link_subnet", ("mode", "DHCP"), ("subnet", $"{lab.Subnet}"))).ExpectFieldError("mode");
    }

    [Case(Changes = true)]
    public static async Task U09_a_bridge_on_a_VLAN_interface_takes_a_link(Server server)
    {
        var lab = await Lab.CreateAsync(server);
        var id = (await server.ReadyMachineAsync()).Text("system_id");
        var physical = await lab.LinkAsync(id, "AUTO");
        var tagged = (await server.PostAsync($"fabrics/{lab.Fabric}/vlans/", ("vid", "30"))).Expect(200).Json;
        var subnet = (await server.PostAsync(
            "subnets/", ("cidr", $"{server.NewNetwork()}.0/24"), ("vlan", $"{tagged.Integer("id")}"))).Expect(200).Json;
        server.DeleteAtEnd($"subnets/{subnet.Integer("id")}/?force=true");

        var vlan = (await server.PostAsync(
            $"nodes/{id}/interfaces/?op=create_vlan", ("parent", $"{physical}"), ("vlan", $"{tagged.Integer("id")}"))).Expect(200).Json;
        var bridge = (await server.PostAsync(
            $"nodes/{id}/interfaces/?op=create_bridge", ("name", "br0"), ("parent", $"{vlan.Integer("id")}"))).Expect(200).Json;

        var linked = (await server.PostAsync(
            $"nodes/{id}/interfaces/{bridge.Integer("id")}/?op=link_subnet", ("mode", "STATIC"), ("subnet", $"{subnet.Integer("id")}")))
            .Expect(200).Json;
        Check.That(linked.List("links").Any(each => each.Text("mode") == "static"));
        Check.That(vlan.List("parents").Count == 1 && vlan.Text("type") == "vlan" && bridge.Text("type") == "bridge");
    }

    [Case(Changes = true)]
    public static async Task U10_storage_is_cleared_and_built_again(Server server)
    {
        var id = (await server.ReadyMachineAsync()).Text("system_id");
        async Task BlankAsync()
        {
            var blank = (await server.PostAsync($"machines/{id}/?op=set_storage_layout", ("storage_layout", "blank"))).Expect(200).Json;
            Check.That(blank.List("blockdevice_set").All(each => each.List("partitions").Count == 0));
        }

        await BlankAsync();
        var disk = (await server.GetAsync($"nodes/{id}/blockdevices/")).Json.List()[0].Integer("id");
        var partitions = $"nodes/{id}/blockdevices/{disk}/partition";
        List<long> ids = [];
        for (var i = 0; i < 2; i++)
        {
            var created = (await server.PostAsync($"{partitions}s/", ("size", "536870912"))).Expect(200).Json;
            GoSchemas.Partition(created);
            ids.Add(created.Integer("id"));
            (await server.PostAsync($"{partitions}/{ids[i]}?op=format", ("fstype", "vfat"))).Expect(200);
        }

        (await server.PostAsync($"{partitions}/{ids[0]}?op=mount")).ExpectFieldError("mount_point", "This field is required.");
        var mounted = (await server.PostAsync($"{partitions}/{ids[0]}?op=mount", ("mount_point", "/boot/efi"))).Expect(200).Json;
        Check.Equal("/boot/efi", mounted.Member("filesystem").Text("mount_point"));
        var twice = (await server.PostAsync($"{partitions}s/{ids[1]}?op=mount", ("mount_point", "/boot/efi"))).Expect(400);
        Check.That(twice.Text.Contains("/boot/efi", StringComparison.Ordinal), "the message names the mount point");
        (await server.PostAsync($"{partitions}/{ids[0]}?op=unmount")).Expect(200);
        (await server.PostAsync($"{partitions}/{ids[0]}?op=unformat")).Expect(200);
        (await server.DeleteAsync($"{partitions}/{ids[0]}")).Expect(204);
        await BlankAsync();
    }

    [Case(Changes = true)]
    public static async Task U10_the_storage_of_a_deployed_machine_is_not_changed(Server server)
    {
        await server.EnsureImageAsync();
        var id = (await server.AllocatedMachineAsync()).Text("system_id");
        (await server.PostAsync($"machines/{id}/?op=deploy")).Expect(200);

        (await server.PostAsync($"machines/{id}/?op=set_storage_layout", ("storage_layout", "blank")))
            .ExpectText(409, "Cannot change the storage layout on a machine that is not Ready");
    }

    private static void CheckSizes(string json)
    {
        var sizes = Size().Matches(json).Select(match => match.Groups["value"].Value).ToList();
        Check.That(sizes.Count > 0, "there are sizes");
        foreach (var size in sizes) Check.That(size.All(char.IsAsciiDigit), $"the size {size} is an integer");
    }

    [GeneratedRegex("\"(size|used_size|available_size)\":\\s*(?<value>[^,}\\s]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Size();
}
