using Maas.Install.Templates;
using Maas.Journey.Tests.Lab;
using Maas.Judges;
using Microsoft.Extensions.DependencyInjection;
using VmLab.Machines;
using VmLab.Processes;
using VmLab.Servers;

namespace Maas.Journey.Tests;

/// <summary>
/// A machine is deployed with a recipe of the configuration: its firmware boots the ISO that the recipe names, which reports by what the
/// server put into it for this machine.
/// </summary>
[Collection(LabCollection.Name), Trait("Category", "Journey")]
public class MachineIsoTests(ITestOutputHelper output)
{
    private const string Menu = "serial 0 115200\ndefault linux\nprompt 0\nlabel linux\nkernel /linux\n"
        + "append initrd=/initrd console=ttyS0,115200 no_timer_check from=iso\n";

    private const string Answers = "{{ snippet \"iso/report\" }}\necho ANSWERED {{ machine.system_id }}\n"
        + "netboot_off && deployed && echo REPORTED\n";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_machine_boots_an_ISO_that_is_patched_for_it_and_reports_by_its_answer_file()
    {
        LabJudges.RequireMachines();
        Judge.RequireAll("xorriso");
        Judge.RequireFile("/usr/lib/ISOLINUX/isolinux.bin", "isolinux");
        Judge.RequireFile("/usr/lib/syslinux/modules/bios/ldlinux.c32", "syslinux-common");
        var kernel = PrintingSystem.RequireKernel();
        await using var bench = await RackBench.CreateAsync("iso", output);
        var data = Path.Combine(bench.Rack.Folder, "data");
        await WriteIsoAsync(Path.Combine(Directory.CreateDirectory(Path.Combine(data, "boot", "iso")).FullName, "appliance.iso"), kernel,
            bench.Rack.Folder);
        bench.Rack.Server.Settings = new Dictionary<string, string>
        {
            ["Maas:Recipes:0:Kind"] = "Iso",
            ["Maas:Recipes:0:OsSystem"] = "custom",
            ["Maas:Recipes:0:Series"] = "appliance",
            ["Maas:Recipes:0:Iso"] = "iso/appliance.iso",
            ["Maas:Recipes:0:IsoChanges:0:Path"] = "initrd",
            ["Maas:Recipes:0:IsoChanges:0:InitialRamDiskPath"] = "answers.sh",
            ["Maas:Recipes:0:IsoChanges:0:Template"] = "iso/appliance",
            ["Maas:Recipes:0:IsoChanges:1:Path"] = "isolinux.cfg",
            ["Maas:Recipes:0:IsoChanges:1:Search"] = "from=iso",
            ["Maas:Recipes:0:IsoChanges:1:Replacement"] = "from=iso host={hostname}",
        };
        await using var machine = new QemuMachine(
            new VirtualMachine
            {
                Name = "appliance",
                Firmware = Firmware.Bios,
                Card = PrintingSystem.Card,
                MacAddress = "52:54:00:77:00:42",
                Tap = await bench.Rack.Network.AddTapAsync(Token),
                Uuid = Guid.Parse("4c4c4544-0000-4d61-8073-000000000042"),
                Serial = "LAB0042",
                Folder = bench.Rack.Folder,
            },
            bench.Rack.Network,
            TimeProvider.System);
        bench.Rack.WakeOnLan(machine);
        await bench.Rack.Server.StartAsync(Token);
        await bench.Rack.Server.StopAsync(Token);
        var id = await StoredMachine.AddReadyAsync(data, machine);
        await SaveTemplateAsync(data);
        await bench.Rack.Server.StartAsync(Token);
        using var client = new MaasClient(
            bench.Rack.Network.CreateHttpHandler(), MaasServerProcess.Address, await bench.Rack.Server.ReadApiKeyAsync(Token),
            TimeProvider.System);

        await client.PostAsync("machines/?op=allocate", [new("system_id", id)], Token);
        await client.PostAsync($"machines/{id}/?op=deploy", [new("osystem", "custom"), new("distro_series", "appliance")], Token);
        await machine.Console.WaitForAsync("BOOTED .*from=iso host=", Patience, 0, Token);

        machine.Console.ToString().Should().Contain("ISOLINUX").And.Contain($"ANSWERED {id}").And.Contain("REPORTED");
        var deployed = await client.GetAsync($"machines/{id}/", Token);
        deployed.GetProperty("status_name").GetString().Should().Be("Deployed");
        deployed.GetProperty("netboot").GetBoolean().Should().BeFalse();
        machine.Console.ToString().Should().Contain($"host={deployed.GetProperty("hostname").GetString()}");
    }

    private static async Task SaveTemplateAsync(string data)
    {
        await using var core = await StoredMachine.OpenStoreAsync(data, TemplateLibrary.Tables);
        await using var services = new ServiceCollection()
            .AddSingleton(core).AddSingleton(core.Records).AddMaasInstall().BuildServiceProvider();
        var templates = services.GetRequiredService<TemplateLibrary>();
        (await templates.SaveAsync(new TemplateDraft("iso/appliance", Answers), "test", Token)).Should().BeOfType<TemplateEdit.Done>();
    }

    private static async Task WriteIsoAsync(string target, string kernel, string folder)
    {
        var root = Directory.CreateDirectory(Path.Combine(folder, "iso-root")).FullName;
        File.Copy(kernel, Path.Combine(root, "linux"));
        await PrintingSystem.WriteInitialRamDiskAsync(Path.Combine(root, "initrd"), folder, hasNetwork: true);
        File.Copy("/usr/lib/ISOLINUX/isolinux.bin", Path.Combine(root, "isolinux.bin"));
        File.Copy("/usr/lib/syslinux/modules/bios/ldlinux.c32", Path.Combine(root, "ldlinux.c32"));
        await File.WriteAllTextAsync(Path.Combine(root, "isolinux.cfg"), Menu, Token);
        await HostCommand.RunAsync(
            "xorriso",
            [
                "-as", "mkisofs", "-quiet", "-o", target, "-b", "isolinux.bin", "-c", "boot.cat", "-no-emul-boot", "-boot-load-size", "4",
                "-boot-info-table", root,
            ],
            Token);
    }
}
