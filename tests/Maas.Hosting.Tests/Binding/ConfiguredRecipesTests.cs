using Maas.Install.Recipes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Maas.Hosting.Tests.Binding;

public class ConfiguredRecipesTests
{
    private const string Recipes = """
        {
          "Maas": {
            "DataDirectory": "/var/lib/maas",
            "Recipes": [
              { "Kind": "Debian", "Series": "bookworm", "Kernel": "d/linux", "InitialRamDisk": "d/initrd.gz",
                "Mirror": "http://m.lab/debian", "Proxy": "http://squid.lab:3128",
                "Parameters": { "user": "ann", "ssh_password_login": "true", "packages": "openssh-server, htop", "mine": "x" } },
              { "Kind": "Debian", "OsSystem": "ubuntu", "Series": "focal", "Kernel": "f/linux", "InitialRamDisk": "f/initrd.gz" },
              { "Kind": "Autoinstall", "Series": "noble", "Kernel": "n/vmlinuz", "InitialRamDisk": "n/initrd",
                "Source": "http://m.lab/n.iso" },
              { "Kind": "Kickstart", "OsSystem": "rocky", "Series": "9", "Kernel": "r/vmlinuz", "InitialRamDisk": "r/initrd.img",
                "Source": "http://m.lab/rocky/", "Architecture": "arm64" },
              { "Kind": "FedoraCoreOS", "Series": "stable", "Kernel": "c/kernel", "InitialRamDisk": "c/initrd",
                "Source": "http://m.lab/fs" },
              { "Kind": "Flatcar", "Series": "stable", "Kernel": "f/kernel", "InitialRamDisk": "f/image" },
              { "Kind": "Windows", "Series": "win2025", "Folder": "windows", "Share": "\\\\10.0.0.1\\windows",
                "Parameters": { "image_index": "2" } },
              { "Kind": "Iso", "OsSystem": "custom", "Series": "appliance", "Source": "http://m.lab/appliance.iso" }
            ]
          }
        }
        """;

    [Fact]
    public async Task Each_kind_of_recipe_in_the_configuration_is_in_the_catalog_beside_those_of_the_code()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMaas(Read(Recipes)).AddInstall(DebianInstaller.Create("trixie", "t/linux", "t/initrd.gz"));
        await using var provider = services.BuildServiceProvider();

        var catalog = provider.GetRequiredService<RecipeCatalog>();

        catalog.All.Select(recipe => $"{recipe.Name} {recipe.Architecture}").Should().Equal(
            "debian/trixie amd64", "debian/bookworm amd64", "ubuntu/focal amd64", "ubuntu/noble amd64", "rocky/9 arm64",
            "fedora-coreos/stable amd64", "flatcar/stable amd64", "windows/win2025 amd64", "custom/appliance amd64");
        var debian = catalog.All[1];
        debian.Mirror.Should().Be(new Uri("http://m.lab/debian"));
        debian.Proxy.Should().Be(new Uri("http://squid.lab:3128"));
        debian.Parameters["user"].Should().Be("ann");
        debian.Parameters["ssh_password_login"].Should().Be(true);
        ((IEnumerable<string>)debian.Parameters["packages"]!).Should().Equal("openssh-server", "htop"); // it is the recipe's own list
        debian.Parameters["mine"].Should().Be("x");
        debian.Parameters["locale"].Should().Be("en_US.UTF-8");
        catalog.All[7].Parameters["image_index"].Should().Be(2);
    }

    [Fact]
    public async Task An_ISO_with_its_changes_is_named_in_the_configuration()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMaas(Read("""
            {
              "Maas": {
                "DataDirectory": "/var/lib/maas",
                "Recipes": [
                  { "Kind": "Iso", "OsSystem": "custom", "Series": "appliance", "Iso": "iso/appliance.iso",
                    "IsoChanges": [
                      { "Path": "answers.txt", "Template": "custom/answers" },
                      { "Path": "initrd", "InitialRamDiskPath": "etc/answers.txt", "Template": "custom/answers" },
                      { "Path": "isolinux.cfg", "Search": "---", "Replacement": "{options} ---" } ] },
                  { "Kind": "Debian", "Series": "bookworm", "Iso": "iso/debian-12.iso", "Parameters": { "user": "ann" } },
                  { "Kind": "Kickstart", "OsSystem": "rocky", "Series": "9", "Iso": "iso/rocky-9.iso", "Source": "http://m.lab/rocky/" }
                ]
              }
            }
            """)).AddInstall();
        await using var provider = services.BuildServiceProvider();

        var all = provider.GetRequiredService<RecipeCatalog>().All;

        all[0].Files.Should().Equal(new AnswerFileTemplate("answers.txt", "custom/answers"));
        all[0].Iso!.File.Should().Be("iso/appliance.iso");
        all[0].Iso!.Changes.Should().Equal(
            new InstallerIsoChange.AnswerFile("answers.txt", "custom/answers"),
            new InstallerIsoChange.InitialRamDisk("initrd", "etc/answers.txt", "custom/answers"),
            new InstallerIsoChange.Replacement("isolinux.cfg", "---", "{options} ---"));
        all[0].ReportTimeout.Should().Be(TimeSpan.FromHours(2));
        all[1].Parameters["user"].Should().Be("ann");
        all[1].Boot.Should().Be(all[0].Boot);
        all[2].Mirror.Should().Be(new Uri("http://m.lab/rocky/"));
    }

    [Theory]
    [InlineData("""{ "Kind": "Flatcar", "Series": "x", "Iso": "x.iso" }""", "Iso: a recipe of the kind Flatcar does not read it.")]
    [InlineData(
        """{ "Kind": "Iso", "OsSystem": "x", "Series": "x", "Iso": "x.iso", "Source": "http://m.lab/x.iso" }""",
        "Source: a recipe of the kind Iso does not read it.")]
    [InlineData(
        """{ "Kind": "Iso", "OsSystem": "x", "Series": "x", "Iso": "../x.iso" }""",
        "Iso: The ISO of the recipe 'x/x': '../x.iso' is no name")]
    [InlineData(
        """{ "Kind": "Iso", "OsSystem": "x", "Series": "x", "Iso": "x.iso", "IsoChanges": [ { "Path": "a" } ] }""",
        "IsoChanges:0: set one of Template and Search.")]
    [InlineData(
        """{ "Kind": "Debian", "Series": "x", "Kernel": "k", "InitialRamDisk": "i", "IsoChanges": [ { "Path": "a", "Search": "b" } ] }""",
        "IsoChanges: only an ISO of this host is changed; set Iso.")]
    [InlineData(
        """{ "Kind": "Debian", "Series": "x", "Kernel": "k" }""", "InitialRamDisk is missing: a recipe of the kind Debian needs it.")]
    [InlineData("""{ "Kind": "Iso", "Series": "x", "OsSystem": "custom" }""", "Source is missing: a recipe of the kind Iso needs it.")]
    [InlineData(
        """{ "Kind": "Flatcar", "Series": "x", "Kernel": "k", "InitialRamDisk": "i", "Share": "s" }""",
        "Share: a recipe of the kind Flatcar does not read it.")]
    [InlineData(
        """{ "Kind": "Debian", "Series": "x", "Kernel": "k", "InitialRamDisk": "i", "Parameters": { "keyring_check": "maybe" } }""",
        "Parameters:keyring_check: 'maybe' is no true or false.")]
    [InlineData(
        """{ "Kind": "Windows", "Series": "x", "Folder": "f", "Share": "s", "Parameters": { "image_index": "two" } }""",
        "Parameters:image_index: 'two' is no whole number.")]
    public void A_recipe_that_cannot_be_made_is_an_error_that_names_the_key(string recipe, string message)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMaas(Read($$"""{ "Maas": { "DataDirectory": "/var/lib/maas", "Recipes": [ {{recipe}} ] } }"""));
        using var provider = services.BuildServiceProvider();

        var reading = () => provider.GetRequiredService<IOptions<MaasOptions>>().Value;

        reading.Should().Throw<OptionsValidationException>().WithMessage($"*Maas:Recipes:0:{message}*");
    }

    private static IConfigurationSection Read(string json) => new ConfigurationBuilder()
        .AddJsonStream(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json))).Build().GetSection("Maas");
}
