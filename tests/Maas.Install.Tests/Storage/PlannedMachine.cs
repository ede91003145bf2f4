using Maas.Core;
using Maas.Core.Inventory;
using Maas.Core.Nodes;
using Maas.Core.Storage;
using Maas.Install.Recipes;
using Maas.Install.Templates;

namespace Maas.Install.Tests.Storage;

/// <summary>A machine with disks sda, sdb … of 100 GiB with the serial numbers S0, S1 …, and a storage configuration.</summary>
internal sealed class PlannedMachine(bool isUefi = true)
{
    public const string Mirror = """
        {"layout": {
          "sda": {"type": "disk", "ptable": "gpt", "boot": true, "partitions": [
            {"name": "sda1", "size": "512M", "fs": "vfat", "bootable": true}, {"name": "sda2", "size": "1G"},
            {"name": "sda3", "size": "40G"}]},
          "sdb": {"type": "disk", "ptable": "gpt", "partitions": [{"name": "sdb1", "size": "1G"}, {"name": "sdb2", "size": "40G"}]},
          "sdc": {"type": "disk", "ptable": "gpt", "partitions": [
            {"name": "sdc1", "size": "40G"}, {"name": "sdc2", "size": "4G", "fs": "swap"}]},
          "md0": {"type": "raid", "level": 1, "members": ["sda2", "sdb1"], "fs": "ext4"},
          "md1": {"type": "raid", "level": 1, "members": ["sda3", "sdb2"], "spares": ["sdc1"]},
          "vg0": {"type": "lvm", "members": ["md1"], "volumes": [
            {"name": "root", "size": "20G", "fs": "xfs"}, {"name": "srv-data", "size": "10G", "fs": "ext4"}]},
          "scratch": {"type": "special", "fs": "tmpfs"}},
         "mounts": {
          "/": {"device": "root"}, "/boot": {"device": "md0"}, "/boot/efi": {"device": "sda1"}, "none": {"device": "sdc2"},
          "/srv": {"device": "srv-data", "options": "noatime"}, "/tmp": {"device": "scratch", "options": "size=1G"}}}
        """;

    private readonly Numbers _ids = new();

    public Hardware Hardware { get; init; } = new()
    {
        Firmware = isUefi ? FirmwareKind.Uefi : FirmwareKind.Bios,
        Disks =
        [
            .. Enumerable.Range(0, 4).Select(number => new Disk
            {
                Name = $"sd{(char)('a' + number)}", Serial = $"S{number}", Size = 100L << 30, Rotational = number > 0,
            }),
        ],
    };

    public StorageConfig Config { get; private set; } = new();

    public PlannedMachine With(string layout, string bootSize = "", string custom = "")
    {
        var found = StorageDiscovery.Discover(Hardware, new BootPlatform("amd64", isUefi), null, _ids);
        return Set(StorageLayouts.Apply(
            found, new StorageLayoutRequest { Layout = layout, BootSize = bootSize, CustomLayout = custom }, _ids));
    }

    public PlannedMachine Set(StorageResult result)
    {
        Config = result.Should().BeOfType<StorageResult.Changed>("it is {0}", result).Subject.Config;
        return this;
    }

    public PlannedMachine Change(Func<StorageConfig, IIdSource, StorageResult> rule) => Set(rule(Config, _ids));

    public IReadOnlyList<string> RefusedBy(InstallRecipe recipe) =>
        StoragePlanOf(recipe) is DiskPlanResult.Refused refused ? refused.Reasons : [];

    public DiskPlanResult? StoragePlanOf(InstallRecipe recipe) =>
        new RecipeCatalog([recipe]).PlanStorage(recipe.Name, "amd64/generic", Config, Hardware);

    public string Write(InstallRecipe recipe, string? template = null)
    {
        var id = SystemId.Parse("4y3h7n");
        var facts = new InstallFacts
        {
            Machine = new Machine { Id = id, Hostname = "web-1", Hardware = Hardware },
            Recipe = recipe,
            Server = new Uri("http://10.0.0.1:5240/MAAS"),
            StoragePlan = StoragePlanOf(recipe).Should().BeOfType<DiskPlanResult.Ready>().Subject.Plan,
        };
        return TemplateSet.Choose(BuiltInTemplates.All, [], facts.Target).Render(template ?? recipe.Files[0].Template, facts.ToValues())
            .Should().BeOfType<TemplateResult.Rendered>().Which.Text;
    }

    private sealed class Numbers : IIdSource
    {
        private int _last;

        public long NextId(IdKind kind) => ++_last;

        public Guid NextUuid() => new(++_last, 0, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, 0);
    }
}
