using Maas.Core.Network.Interfaces;
using Maas.Core.Nodes;
using Maas.Install.Recipes;
using Maas.Install.Tests.Storage;
using static Maas.Install.Tests.Recipes.SampleFiles;

namespace Maas.Install.Tests.Recipes;

/// <summary>Every recipe applies what is configured for a machine and the user data, or says that it does not.</summary>
public class RecipeLimitsTests
{
    private static readonly Uri Iso = new("http://mirror.example/a.iso");

    public static TheoryData<string> Names => [.. All.Keys];

    private static IReadOnlyDictionary<string, InstallRecipe> All { get; } = new Dictionary<string, InstallRecipe>
    {
        ["Debian"] = Debian,
        ["Ubuntu"] = Ubuntu,
        ["Rocky"] = Rocky,
        ["CoreOS"] = CoreOS,
        ["Flatcar"] = Flatcar,
        ["Windows"] = WindowsServer,
        ["unmodified ISO"] = UnmodifiedIso.Create("custom", "rescue", Iso),
        ["patched ISO"] = PatchedIso.Create("custom", "appliance", "a.iso", new InstallerIsoChange.AnswerFile("a.sh", "iso/report")),
        ["patched ISO of Debian"] = PatchedIso.Of(
            Debian, "a.iso", new InstallerIsoChange.InitialRamDisk("initrd.gz", "preseed.cfg", "debian/preseed")),
        ["Debian with a layout of its own"] = Debian.With(("partitioning", "regular")),
    };

    private static IReadOnlyList<InterfaceLink> Dhcp { get; } = [new() { Id = 1, Mode = LinkMode.Dhcp }];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_recipe_has_cloud_init_when_its_files_install_the_data_source(string name) => All[name].HasCloudInit.Should().Be(
        All[name].Files.Any(file => Write(All[name], file.Template).Contains("maas-cloud-config", StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_configuration_is_carried_out_or_refused(string name)
    {
        var recipe = All[name];
        var volumes = new PlannedMachine().With("lvm", bootSize: "1G");
        var bond = new NetworkConfig
        {
            Interfaces =
            [
                new NodeInterface { Id = 1, Name = "eth0", Vlan = 1 },
                new NodeInterface
                {
                    Id = 2, Name = "bond0", Type = InterfaceType.Bond, Parents = [1], Vlan = 1, Links = Dhcp, Bond = new BondParameters(),
                },
            ],
        };

        Reasons(recipe, volumes, new NetworkConfig(), hasUserData: false).Any().Should().Be(volumes.StoragePlanOf(recipe) is null);
        Reasons(recipe, new PlannedMachine().With("flat"), bond, hasUserData: false).Any().Should().Be(!recipe.HasCloudInit);
        Reasons(recipe, new PlannedMachine().With("flat"), new NetworkConfig(), hasUserData: true).Any().Should().Be(!recipe.HasCloudInit);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_machine_as_commissioning_leaves_it_is_installed_by_every_recipe(string name)
    {
        var network = new NetworkConfig { Interfaces = [new NodeInterface { Id = 1, Name = "eth0", Vlan = 1, Links = Dhcp }] };

        Reasons(All[name], new PlannedMachine().With("flat"), network, hasUserData: false).Should().BeEmpty();
    }

    private static IReadOnlyList<string> Reasons(InstallRecipe recipe, PlannedMachine machine, NetworkConfig network, bool hasUserData)
    {
        var catalog = new RecipeCatalog([recipe]);
        return new RecipeLimits
        {
            Recipe = recipe.Name,
            Plan = machine.StoragePlanOf(recipe),
            HasCloudInit = ((IInstallRecipes)catalog).HasCloudInit(recipe.Name, "amd64/generic"),
        }.Find(new NodeConfig { Storage = machine.Config, Network = network }, "flat", hasUserData);
    }
}
