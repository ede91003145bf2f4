using System.Net;
using System.Text;
using Maas.Core.Constraints;
using Maas.Core.Inventory;
using Maas.Core.Network.Interfaces;
using Maas.Core.Storage;
using Maas.Core.Tests;
using Maas.Core.Topology;

namespace Maas.Fuzz.Tests.Core;

/// <summary>
/// What users and machines write in grammars of MAAS: constraints of allocations, definitions of tags, storage layouts of scripts, and
/// inventories.
/// </summary>
internal static class GrammarTargets
{
    private const string Inventory =
        "maas-inventory\t1\nsystem\tmachine=x86_64\tfirmware=uefi\ncpu\tcount=4\tcores=2\tsockets=1\tmax_mhz=3600\tmodel=Intel Test\n"
        + "memory\tkib=4194304\nidentity\tvendor=Test\tproduct=P\tuuid=12345678-1234-1234-1234-123456789abc\n"
        + "disk\tname=sda\tsize=10737418240\tblock=512\trotational=1\tremovable=0\tro=0\tbus=sata\tserial=1\tmodel=M\t"
        + "path=pci-0000:01:00.0-ata-1\n"
        + "nic\tname=eno1\tmac=52:54:00:00:00:01\tspeed=1000\tlink=1\tmtu=1500\tdriver=e1000e\tpci=0000:00:1f.6\tvendor=8086\t"
        + "product=15d7\n"
        + "numa\tindex=0\tcpus=0-3\tkib=4194304\npci\taddress=0000:00:1f.6\tclass=020000\tvendor=8086\tproduct=15d7\tdriver=e1000e\n"
        + "usb\taddress=1-4.2\tvendor=046d\tproduct=c31c\tname=Keyboard\nend\n";

    private const string Layout = """
        {"layout": {
          "sda": {"type": "disk", "ptable": "gpt", "boot": true, "partitions": [
            {"name": "sda1", "size": "512M", "fs": "vfat", "bootable": true}, {"name": "sda2", "size": "3G"},
            {"name": "sda3", "size": "2G"}]},
          "sdb": {"type": "disk", "ptable": "gpt", "partitions": [{"name": "sdb1", "size": "3G"}, {"name": "sdb2", "size": "2G"}]},
          "md0": {"type": "raid", "level": 1, "members": ["sda2", "sdb1"], "fs": "ext4"},
          "vg": {"type": "lvm", "members": ["sda3"], "volumes": [{"name": "lv", "size": "1G", "fs": "xfs"}]},
          "bc": {"type": "bcache", "backing-device": "sdc", "cache-device": "sdb2", "cache-mode": "writeback", "fs": "btrfs"},
          "tmp": {"type": "special", "fs": "tmpfs"}},
         "mounts": {"/": {"device": "md0"}, "/boot/efi": {"device": "sda1"}, "/srv": {"device": "lv", "options": "noatime"},
          "/tmp": {"device": "tmp"}}}
        """;

    private static readonly TopologySnapshot Topology = new(
        1, [new Zone { Id = 1, Name = "default" }], [], [],
        [new Fabric { Id = 1, GivenName = "" }], [new Space { Id = 1, GivenName = "db" }],
        [new Vlan { Id = 5001, FabricId = 1, SpaceId = 1 }, new Vlan { Id = 5002, FabricId = 1, Vid = 10 }],
        [new Subnet { Id = 1, VlanId = 5001, Cidr = IPNetwork.Parse("10.0.0.0/24") }], [], [], []);

    private static readonly StorageConfig Blank = new()
    {
        BlockDevices =
        [
            .. new[] { "sda", "sdb", "sdc" }.Select((name, at) => new BlockDevice { Id = at + 1, Name = name, Size = 8L << 30 }),
        ],
    };

    private static readonly InventoryDocument Machine = InventoryDocument.Of(Parse(Inventory), "one");

    public static IEnumerable<FuzzTarget> All =>
    [
        Text("storage-constraint", Storage, "root:20(ssd,x),1:3.5,2(partition)", "8"),
        Text(
            "interfaces-constraint", Interfaces,
            "0:space=db;db:subnet=10.0.0.0/24,not_fabric=fabric-0,vlan=vid:10,ip=10.0.0.5,mode=static,type=bond,link_speed=1000",
            "a:id=1,name=eth0,hostname=one,subnet_cidr=10.0.0.0/24,tag=x,vid=10,fabric_class=y,not_space=db"),
        Text("devices-constraint", Devices, "vendor_id=8086,product_id=15d7,vendor_name=Intel,product_name=x,commissioning_driver=e1000e"),
        Text(
            "tag-definition", Definition,
            "//node[@class='network' and contains(vendor, 'Intel')] | /node/serial",
            "count(//node[@class=\"disk\"][size > 1000000000]) > 1 and not(//capability[@id='uefi'])",
            "translate(concat(string(//vendor), 'x'), 'a', 'b') = 'B' or sum(//size) div 2 mod 3 = 1")
            with { MostAllocated = 256 << 20, Cases = 20_000 },
        Text("custom-storage-layout", Custom, Layout) with { Longest = 4000, MostAllocated = 64 << 20, Cases = 50_000 },
        Text("inventory", TakeInventory, Inventory) with { Longest = 4000, MostAllocated = 16 << 20, Cases = 100_000 },
    ];

    private static FuzzTarget Text(string name, Action<string> read, params string[] seeds) =>
        new(name, input => read(Encoding.UTF8.GetString(input)))
        {
            Seeds = [.. seeds.Select(Encoding.UTF8.GetBytes)],
            Words =
            [
                .. new[]
                {
                    ":", ",", ";", "=", "(", ")", "not_", "..", "/", "//", "[", "]", "'", "\"", "@", "|", "*", "::", "ancestor::",
                    "position()", "last()", "9223372036854775808", "-1", "1e400", "0.0000001", "null", "{", "}", "\\ud800", "\0", "é", "\n",
                    "\t", "\"size\"", "\"100T\"", "\"members\"", "true",
                }.Select(Encoding.UTF8.GetBytes),
                [0xff],
            ],
            Cases = 300_000,
        };

    private static void Storage(string text)
    {
        if (!StorageConstraint.TryParse(text, out var constraints)) return;
        if (constraints.Count is 0 or > 64 || constraints.Any(each => each.Size < 0))
            throw new InvalidOperationException($"'{text}' is {constraints.Count} constraints");
        _ = StorageMatcher.Match(Blank, constraints);
    }

    private static void Interfaces(string text)
    {
        if (LabeledConstraint.TryParse(text, out var labeled) is not null) return;
        if (labeled.Count > 64) throw new InvalidOperationException($"{labeled.Count} labels");
        foreach (var each in labeled)
            if (InterfaceConstraint.TryResolve(each, Topology, out var resolved) is null) _ = resolved.Match(new NetworkConfig(), "one");
    }

    private static void Devices(string text)
    {
        if (text.Length > 0 && DeviceConstraint.TryParse(text, out var constraint) is null) _ = constraint.Matches(Parse(Inventory));
    }

    private static void Definition(string text)
    {
        if (InventoryQuery.TryParse(text, out var query, out _)) _ = query.Matches(Machine, out _);
    }

    private static void Custom(string text)
    {
        if (CustomStorageLayout.Apply(Blank, text, new SequentialIds()) is not StorageResult.Changed { Config: var config }) return;
        foreach (var device in config.BlockDevices)
            if (StorageView.AvailableSize(config, device) < 0) throw new InvalidOperationException($"{device.Name} has more than it holds");
    }

    private static void TakeInventory(string text)
    {
        if (!InventoryParser.TryParse(Encoding.UTF8.GetBytes(text), out var hardware, out _)) return;
        var devices = HardwareDevice.ListOf(hardware);
        if (devices.DistinctBy(device => device.Id).Count() != devices.Count)
            throw new InvalidOperationException("two devices, one number");
        _ = InventoryDocument.Of(hardware, "one");
        _ = StorageDiscovery.Discover(hardware, Blank.Platform, Blank, new SequentialIds());
    }

    private static Hardware Parse(string text) =>
        InventoryParser.TryParse(Encoding.UTF8.GetBytes(text), out var hardware, out var error)
            ? hardware : throw new InvalidOperationException(error);
}
