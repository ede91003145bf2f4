using System.Text;
using Maas.Core.Nodes;

namespace Maas.Api.Tests.Machines;

/// <summary>Allocation by disks, interfaces and networks.</summary>
public class AllocationTests
{
    private const string Allocate = "machines/?op=allocate";

    [Fact]
    public async Task Criterion_21_storage_labels_are_answered_with_disks_and_partitions()
    {
        await using var host = await ApiHost.StartAsync();
        await host.ReadyAsync("52:54:00:00:00:01");
        var machine = await host.ReadyAsync("52:54:00:00:00:02", Inventory("52:54:00:00:00:02", 21, 1000, 1000));

        var answer = (await host.PostAsync(host.Bob, Allocate, ("storage", "root:20(ssd),1:900,2:900"))).Expect(200).Json;

        answer.GetProperty("system_id").GetString().Should().Be(machine.Id.ToString());
        var disks = answer.GetProperty("blockdevice_set").EnumerateArray().Select(disk => disk.GetProperty("id").GetInt64()).ToList();
        var storage = answer.GetProperty("constraints_by_type").GetProperty("storage");
        new[] { "root", "1", "2" }.Select(label => storage.GetProperty(label)[0].GetInt64()).Should().Equal(disks);
        answer.GetProperty("constraint_map").GetProperty($"{disks[0]}").GetString().Should().Be("root");
        answer.GetProperty("constraints_by_type").TryGetProperty("interfaces", out _).Should().BeFalse();
        (await host.PostAsync(host.Bob, Allocate, ("storage", "root:20"))).Expect(409).Text.Should()
            .Be("No available machine matches constraints: [('storage', ['root:20'])] (resolved to \"storage=root:20\")");
    }

    [Fact]
    public async Task Criterion_22_interface_labels_are_answered_with_interfaces_on_the_space()
    {
        await using var host = await ApiHost.StartAsync();
        var lab = await LabAsync(host);

        var machine = (await host.PostAsync(
            host.Bob, Allocate,
            ("interfaces", $"0:space=db;db:space={lab.Space},subnet=10.0.0.0/24"), ("verbose", "1"))).Expect(200).Json;

        machine.GetProperty("system_id").GetString().Should().Be($"{lab.Linked.Id}");
        var answer = machine.GetProperty("constraints_by_type");
        answer.GetProperty("interfaces").GetProperty("0")[0].GetInt64().Should().Be(lab.Interface);
        answer.GetProperty("interfaces").GetProperty("db")[0].GetInt64().Should().Be(lab.Interface);
        answer.GetProperty("verbose_interfaces").GetProperty("db").GetProperty($"{lab.Linked.Number}")[0].GetInt64().Should()
            .Be(lab.Interface);
        answer.GetProperty("verbose_storage").EnumerateObject().Should().BeEmpty();
    }

    [Fact]
    public async Task Criterion_23_subnets_and_not_subnets_select_by_specifiers()
    {
        await using var host = await ApiHost.StartAsync();
        var lab = await LabAsync(host);

        async Task<string?> WouldGetAsync(params (string, string)[] constraints) => (await host.PostAsync(
            host.Bob, Allocate, [("dry_run", "true"), .. constraints])).Expect(200).Json.GetProperty("system_id").GetString();
        (await WouldGetAsync(("not_subnets", "space:db"))).Should().Be($"{lab.Other.Id}");
        (await WouldGetAsync(("subnets", "space:db"))).Should().Be($"{lab.Linked.Id}");
        (await WouldGetAsync(("subnets", "10.0.0.0/24"), ("subnets", $"{lab.Subnet}"))).Should().Be($"{lab.Linked.Id}");
        (await host.PostAsync(host.Bob, Allocate, ("not_subnets", "10.0.0.0/24"), ("name", lab.Linked.Hostname))).Expect(409);
        (await host.PostAsync(
            host.Bob, "/MAAS/api/1.0/nodes/?op=acquire", ("networks", "space:db"), ("name", lab.Other.Hostname))).Expect(409);
    }

    [Fact]
    public async Task Criterion_25_all_fields_of_gomaasapi_are_accepted_together()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();

        var answer = (await host.PostAsync(
            host.Bob, Allocate,
            ("name", machine.Hostname), ("system_id", $"{machine.Id}"), ("arch", "amd64"), ("cpu_count", "1"), ("mem", "1"), ("tags", ""),
            ("not_tags", ""), ("storage", "root:1"), ("interfaces", ""), ("not_subnets", ""), ("zone", "default"), ("not_in_zone", ""),
            ("pool", "default"), ("agent_name", "x"), ("comment", "y"), ("dry_run", "true"))).Expect(200).Json;

        answer.GetProperty("system_id").GetString().Should().Be($"{machine.Id}");
        (await host.MachineAsync(machine.Id)).Status.Should().Be(MachineStatus.Ready);
    }

    [Fact]
    public async Task API_1_0_answers_with_the_map_of_disks()
    {
        await using var host = await ApiHost.StartAsync();
        await host.ReadyAsync();

        var node = (await host.PostAsync(host.Bob, "/MAAS/api/1.0/nodes/?op=acquire", ("storage", "root:5"))).Expect(200).Json;

        node.GetProperty("constraint_map").EnumerateObject().Single().Value.GetString().Should().Be("root");
        node.GetProperty("constraints_by_type").GetProperty("storage").GetProperty("root").GetArrayLength().Should().Be(1);
    }

    [Fact]
    public async Task A_deployment_that_allocates_makes_bridges_and_one_of_an_allocated_machine_does_not()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        (await host.PostAsync(host.Admin, "subnets/", ("cidr", "10.0.0.0/24"), ("vlan", "5001"))).Expect(200);
        var one = await host.ReadyAsync("52:54:00:00:00:01", Inventory("52:54:00:00:00:01", 21));
        var two = await host.ReadyAsync("52:54:00:00:00:02", Inventory("52:54:00:00:00:02", 21));
        (await host.PostAsync(host.Bob, Allocate, ("system_id", $"{two.Id}"))).Expect(200);

        (await NamesAsync(one)).Should().BeEquivalentTo("eth0", "br-eth0");
        (await NamesAsync(two)).Should().BeEquivalentTo("eth0");
        (await host.PostAsync(host.Bob, $"machines/{one.Id}/?op=release")).Expect(200);
        (await host.GetAsync(host.Admin, $"nodes/{one.Id}/interfaces/")).Expect(200).Json.GetArrayLength().Should().Be(1);

        async Task<IEnumerable<string?>> NamesAsync(Machine machine) => (await host.PostAsync(
            host.Bob, $"machines/{machine.Id}/?op=deploy", ("bridge_all", "true"), ("bridge_fd", "4"))).Expect(200).Json
            .GetProperty("interface_set").EnumerateArray().Select(each => each.GetProperty("name").GetString());
    }

    [Fact]
    public async Task Bridges_are_made_of_configured_interfaces_until_the_machine_is_released()
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "subnets/", ("cidr", "10.0.0.0/24"), ("vlan", "5001"))).Expect(200);
        var machine = await host.ReadyAsync(inventory: Inventory("52:54:00:00:00:01", 21));

        (await host.PostAsync(host.Bob, Allocate, ("bridge_all", "true"), ("bridge_type", "best"))).Expect(400).Json
            .TryGetProperty("bridge_type", out _).Should().BeTrue();
        var answer = (await host.PostAsync(
            host.Bob, Allocate, ("bridge_all", "true"), ("bridge_stp", "on"), ("bridge_fd", "4"), ("interfaces", "a:name=eth0")))
            .Expect(200);

        var interfaces = answer.Json.GetProperty("interface_set").EnumerateArray()
            .ToDictionary(each => each.GetProperty("name").GetString() ?? "");
        interfaces["br-eth0"].GetProperty("type").GetString().Should().Be("bridge");
        interfaces["br-eth0"].GetProperty("parents")[0].GetString().Should().Be("eth0");
        interfaces["br-eth0"].GetProperty("params").GetProperty("bridge_fd").GetInt32().Should().Be(4);
        interfaces["br-eth0"].GetProperty("links")[0].GetProperty("subnet").GetProperty("cidr").GetString().Should().Be("10.0.0.0/24");
        interfaces["eth0"].GetProperty("links").GetArrayLength().Should().Be(0);
        answer.Json.GetProperty("constraints_by_type").GetProperty("interfaces").GetProperty("a")[0].GetInt64().Should()
            .Be(interfaces["eth0"].GetProperty("id").GetInt64());

        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=release")).Expect(200);
        (await host.GetAsync(host.Bob, $"nodes/{machine.Id}/interfaces/")).Expect(200).Json.GetArrayLength().Should().Be(1);
    }

    [Theory]
    [InlineData("storage", "root:twenty", "Malformed storage constraint, \"root:twenty\".")]
    [InlineData("interfaces", "0:nonsense=1", "Unknown interfaces constraint: 'nonsense")]
    [InlineData("interfaces", "space=db", "Malformed constraint: 'space=db'*")]
    [InlineData("interfaces", "0:space=mars", "No Space matches the given query.")]
    [InlineData("devices", "bus=1", "Unknown devices constraint: 'bus")]
    [InlineData("subnets", "space:mars", "No matching subnets found.")]
    [InlineData("not_vlans", "7", "No matching VLANs found.")]
    [InlineData("link_speed", "fast", "Enter a number.")]
    public async Task A_wrong_value_is_400_and_names_the_field(string constraint, string value, string reason)
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Bob, Allocate, (constraint, value))).Expect(400).Json.GetProperty(constraint)[0].GetString()
            .Should().Match(reason);
    }

    [Theory]
    [InlineData("storage")]
    [InlineData("interfaces")]
    [InlineData("devices")]
    [InlineData("subnets")]
    [InlineData("not_subnets")]
    [InlineData("vlans")]
    [InlineData("fabrics")]
    [InlineData("name")]
    [InlineData("system_id")]
    [InlineData("pod_type")]
    public async Task Hostile_values_are_answered_with_a_text(string constraint)
    {
        await using var host = await ApiHost.StartAsync();
        await host.ReadyAsync();
        string[] values =
        [
            new('1', 20_000), string.Concat(Enumerable.Repeat("vlan:subnet:", 2000)) + "1", "\u0000", "'; DROP TABLE machines; --",
            "0:subnet=vlan:subnet:1;1:tag=&&&&", "0:name=\u0000,vid=0x", "1(\n),1(%)", "space:\ud83d\ude00", "ip:999.1.1.1", "cidr:::/0",
            "::/999",
        ];
        foreach (var value in values)
        {
            var answer = await host.PostAsync(host.Bob, Allocate, (constraint, value), ("dry_run", "true"));
            answer.Code.Should().BeOneOf([200, 400, 409], "{0}={1}", constraint, value[..Math.Min(40, value.Length)]);
            answer.Text.Should().NotBeEmpty();
        }

        var many = Enumerable.Range(0, 101).Select(_ => (constraint, "1")).ToArray();
        (await host.PostAsync(host.Bob, Allocate, [("dry_run", "true"), .. many])).Code.Should().BeOneOf(200, 400, 409);
    }

    [Fact]
    public async Task The_number_of_calls_of_the_store_does_not_grow_with_the_number_of_machines()
    {
        var calls = new StoreCalls();
        await using var host = await ApiHost.StartAsync(wrap: calls.Watch);
        List<int> counts = [];
        var number = 0;
        foreach (var machines in new[] { 2, 4, 30 }) // the first one fills caches
        {
            for (; number < machines; number++)
            {
                var mac = $"52:54:00:00:01:{number:x2}";
                await host.ReadyAsync(mac, Inventory(mac, 21));
            }

            var before = calls.Count;
            var answer = (await host.PostAsync(host.Bob, Allocate, ("storage", "root:20(ssd)"), ("interfaces", "0:fabric=fabric-0")))
                .Expect(200);
            counts.Add(calls.Count - before);
            answer.Json.GetProperty("constraints_by_type").GetProperty("storage").GetProperty("root").GetArrayLength().Should().Be(1);
        }

        counts[2].Should().Be(counts[1]);
    }

    [Fact]
    public async Task Lists_of_machines_take_the_constraints_of_an_allocation_in_any_status()
    {
        await using var host = await ApiHost.StartAsync();
        var lab = await LabAsync(host);
        await host.DoAsync(lab.Linked.Id, new MachineCommand.Allocate("bob"));
        await host.EnlistAsync("52:54:00:00:00:03");
        var (linked, other) = ($"{lab.Linked.Id}", $"{lab.Other.Id}");

        await ListsAsync("subnets=space:db", linked);
        await ListsAsync($"subnets={lab.Subnet}&status=allocated", linked);
        await ListsAsync("subnets=10.0.0.0/24&status=ready");
        await ListsAsync("not_subnets=space:db&status=ready&status=allocated", other);
        await ListsAsync("vlans=5001&owner=bob", linked);
        await ListsAsync("not_vlans=5001&status=ready", other);
        await ListsAsync("fabrics=fabric-0&not_fabric_classes=x&status=allocated", linked);
        await ListsAsync("storage=root:20(ssd)", other, linked);
        await ListsAsync("storage=root:20(ssd)&limit=1", other);
        await ListsAsync($"storage=root:20(ssd)&after={other}", linked);
        await ListsAsync($"storage=root:20&not_id={other}", linked);
        await ListsAsync("storage=root:22");
        await ListsAsync("interfaces=0:space=db&status=ready&status=allocated", linked);
        await ListsAsync("interfaces=0:name=eth0&storage=20", other, linked);
        await ListsAsync("link_speed=1000", other, linked);
        await ListsAsync("link_speed=1001");
        await ListsAsync("cpu_speed=3600&pod_type=manual", other, linked);
        await ListsAsync("cpu_speed=3601");
        await ListsAsync("not_pod_type=manual");
        await ListsAsync("devices=vendor_id=8086");
        await ListsAsync("pod=host1");
        (await host.GetAsync(host.Bob, "nodes/?interfaces=0:space=db&owner=bob")).Expect(200).Json.EnumerateArray()
            .Select(node => node.GetProperty("system_id").GetString()).Should().Equal(linked);

        async Task ListsAsync(string query, params string[] ids) => (await host.GetAsync(host.Admin, $"machines/?{query}")).Expect(200)
            .Json.EnumerateArray().Select(machine => machine.GetProperty("system_id").GetString()).Should().Equal(ids, query);
    }

    [Theory]
    [InlineData("storage=20,x", "storage")]
    [InlineData("interfaces=0:colour=red", "interfaces")]
    [InlineData("devices=colour=red", "devices")]
    [InlineData("subnets=nowhere", "subnets")]
    [InlineData("link_speed=fast", "link_speed")]
    public async Task A_wrong_constraint_of_a_list_is_400_and_names_the_field(string query, string field)
    {
        await using var host = await ApiHost.StartAsync();
        (await host.GetAsync(host.Bob, $"machines/?{query}")).Expect(400).Json.TryGetProperty(field, out _).Should().BeTrue();
    }

    // Two Ready machines, one of them on a subnet in the space db.
    private static async Task<(Machine Other, Machine Linked, long Space, long Subnet, long Interface)> LabAsync(ApiHost host)
    {
        var (one, two) = (await host.ReadyAsync("52:54:00:00:00:01", Inventory("52:54:00:00:00:01", 21)),
            await host.ReadyAsync("52:54:00:00:00:02", Inventory("52:54:00:00:00:02", 21)));
        var space = (await host.PostAsync(host.Admin, "spaces/", ("name", "db"))).Expect(200).Json.GetProperty("id").GetInt64();
        (await host.PutAsync(host.Admin, "fabrics/0/vlans/0/", ("space", "db"))).Expect(200);
        var subnet = (await host.PostAsync(host.Admin, "subnets/", ("cidr", "10.0.0.0/24"), ("vlan", "5001"))).Expect(200).Json
            .GetProperty("id").GetInt64();
        // On no VLAN, and so in no space.
        var other = (await host.GetAsync(host.Admin, $"nodes/{one.Id}/interfaces/")).Json[0].GetProperty("id").GetInt64();
        (await host.PostAsync(host.Admin, $"nodes/{one.Id}/interfaces/{other}/?op=disconnect")).Expect(200);
        var nic = (await host.GetAsync(host.Admin, $"nodes/{two.Id}/interfaces/")).Json[0].GetProperty("id").GetInt64();
        (await host.PostAsync(
            host.Admin, $"nodes/{two.Id}/interfaces/{nic}/?op=link_subnet", ("mode", "STATIC"), ("subnet", $"{subnet}"), ("force", "1")))
            .Expect(200);
        return (one, two, space, subnet, nic);
    }

    private static ReadOnlyMemory<byte> Inventory(string mac, params int[] gigabytes) => Encoding.UTF8.GetBytes(string.Join('\n',
    [
        "maas-inventory\t1", "system\tmachine=x86_64\tfirmware=uefi",
        "cpu\tcount=4\tcores=2\tsockets=1\tmax_mhz=3600\tmodel=Test CPU", "memory\tkib=4194304",
        .. gigabytes.Select((size, at) => $"disk\tname=vd{(char)('a' + at)}\tsize={size * 1_000_000_000L / 512 * 512}\tblock=512"
            + $"\trotational={Math.Min(at, 1)}\tremovable=0\tro=0\tbus=virtio\tserial={mac}-{at}\tmodel=Disk"),
        $"nic\tname=eth0\tmac={mac}\tmtu=1500\tspeed=1000\tlink=1", "end", "",
    ]));
}
