using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Inventory;
using Maas.Core.Nodes;
using Maas.Install.Recipes;
using Maas.Install.Templates;

namespace Maas.Install.Tests.Recipes;

/// <summary>The recipes of the tests, and the files that they give to one machine.</summary>
internal static class SampleFiles
{
    public const string Hostile = "it's \"a\" \\ <b> & $(reboot) `reboot` ${IFS} ; && %end #";

    private static readonly Uri Source = new("http://mirror.example/os/");

    public static InstallRecipe Debian { get; } = DebianInstaller.Create("bookworm", "linux", "initrd.gz");

    public static InstallRecipe Ubuntu { get; } = Autoinstall.Create("noble", "vmlinuz", "initrd", Source);

    public static InstallRecipe Rocky { get; } = Kickstart.Create("rocky", "9", "vmlinuz", "initrd.img", Source);

    public static InstallRecipe CoreOS { get; } = Ignition.FedoraCoreOS("stable", "kernel", "initrd", Source);

    public static InstallRecipe Flatcar { get; } = Ignition.Flatcar("stable", "kernel", "image");

    public static InstallRecipe WindowsServer { get; } = WindowsSetup.Create("win2025", "windows", @"\\10.0.0.1\windows");

    public static string Write(
        InstallRecipe recipe, string? template = null, IReadOnlyList<string>? keys = null, string serial = "S1") =>
        Render(recipe, template, keys, serial: serial).Should().BeOfType<TemplateResult.Rendered>().Which.Text;

    public static TemplateResult Render(
        InstallRecipe recipe, string? template = null, IReadOnlyList<string>? keys = null, bool preview = false, string serial = "S1")
    {
        var id = SystemId.Parse("4y3h7n");
        var facts = new InstallFacts
        {
            Machine = new Machine
            {
                Id = id,
                Hostname = "web-1",
                Description = Hostile,
                MacAddresses = [MacAddress.Parse("52:54:00:12:34:56")],
                Hardware = new Hardware { Disks = [new Disk { Name = "sda", Serial = serial, Size = 480103981056 }] },
                Deployment = new Deployment { Disk = new InstallDisk("sda", serial) },
            },
            Recipe = recipe,
            Server = new Uri("http://10.0.0.1:5240/MAAS"),
            Token = preview ? null : new MachineToken(id, "consumer-1", "token-1", new Secret("secret-1")),
            SshKeys = keys ?? [],
        };
        return TemplateSet.Choose(BuiltInTemplates.All, [], facts.Target).Render(template ?? recipe.Files[0].Template, facts.ToValues());
    }
}
