using Maas.Install.Recipes;

namespace Maas.Install.Tests.Recipes;

public class PatchedIsoTests
{
    private static readonly InstallerPlaces Places = new()
    {
        Answers = new Uri("http://10.0.0.1:5240/MAAS/metadata/latest/install/T/"),
        Files = new Uri("http://10.0.0.1:5240/MAAS/boot/"),
        Iso = new Uri("http://10.0.0.1:5240/MAAS/boot/install-iso/T/debian-12.iso"),
        Server = "10.0.0.1",
        Hostname = "node-1",
        Domain = "lab",
        Mac = "52-54-00-12-34-56",
        Options = "console=ttyS0 {hostname}",
    };

    [Fact]
    public void The_installer_of_another_recipe_keeps_its_answer_files_and_boots_from_the_ISO()
    {
        var recipe = PatchedIso.Of(
            DebianInstaller.Create("bookworm", "", ""), "iso/debian-12.iso",
            new InstallerIsoChange.InitialRamDisk("install.amd/initrd.gz", "preseed.cfg", "debian/preseed"),
            new InstallerIsoChange.AnswerFile("site/preseed.cfg", "site/answers"),
            new InstallerIsoChange.Replacement("isolinux/txt.cfg", "---", "hostname={hostname} {options} ---"));

        recipe.Files.Select(file => (file.Name, file.Template)).Should().Equal(
            ("preseed.cfg", "debian/preseed"), ("installer.sh", "debian/installer"), ("preseed.cfg-2", "site/answers"));
        recipe.Parameters["partitioning"].Should().Be("plan");
        new RecipeCatalog([recipe]).All.Should().Equal(recipe);
        recipe.Boot.At(Places).Should().Be(new InstallerBoot.IpxeScript(
            "#!ipxe\nsanboot --no-describe http://10.0.0.1:5240/MAAS/boot/install-iso/T/debian-12.iso\n"));
        recipe.Iso!.At(Places).Changes[2].Should().Be(new InstallerIsoChange.Replacement(
            "isolinux/txt.cfg", "---", "hostname=node-1 console=ttyS0 {hostname} ---"));
    }

    [Theory]
    [InlineData("iso/debian-12.iso", "debian-12.iso")]
    [InlineData("debian-12", "debian-12.iso")]
    [InlineData("sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "image.iso")]
    public void The_URL_ends_in_the_name_of_an_ISO(string file, string name)
    {
        var recipe = PatchedIso.Create("custom", "appliance", file);

        _ = new RecipeCatalog([recipe]);
        recipe.Iso!.Name.Should().Be(name);
    }

    [Theory]
    [InlineData("../secret.key")]
    [InlineData("/etc/passwd")]
    [InlineData("a b.iso")]
    [InlineData("sha256:12")]
    [InlineData("")]
    public void An_ISO_outside_of_the_boot_files_is_refused(string file)
    {
        var making = () => new RecipeCatalog([PatchedIso.Create("custom", "appliance", file)]);

        making.Should().Throw<ArgumentException>().WithMessage($"The ISO of the recipe 'custom/appliance': '{file}' is no name*");
    }

    [Fact]
    public void A_change_that_cannot_be_carried_out_is_refused()
    {
        Refusal(new InstallerIsoChange.AnswerFile("/ks.cfg", "a/b")).Should().Contain("'/ks.cfg' is no path");
        Refusal(new InstallerIsoChange.AnswerFile("a/../ks.cfg", "a/b")).Should().Contain("is no path");
        Refusal(new InstallerIsoChange.InitialRamDisk("initrd", "", "a/b")).Should().Contain("initial RAM disk");
        Refusal(new InstallerIsoChange.Replacement("grub.cfg", "", "x")).Should().Contain("No text is searched for in 'grub.cfg'");
        var recipe = PatchedIso.Create("custom", "x", "x.iso", new InstallerIsoChange.AnswerFile("ks.cfg", "a/b")) with { Files = [] };
        FluentActions.Invoking(() => new RecipeCatalog([recipe])).Should().Throw<ArgumentException>()
            .WithMessage("*no answer file of the template 'a/b'*");

        static string Refusal(InstallerIsoChange change) => FluentActions
            .Invoking(() => new RecipeCatalog([PatchedIso.Create("custom", "x", "x.iso", change)]))
            .Should().Throw<ArgumentException>().Which.Message;
    }
}
