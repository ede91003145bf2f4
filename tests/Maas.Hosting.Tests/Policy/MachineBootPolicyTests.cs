using System.Net;
using Maas.Boot;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Diagnosis;
using Maas.Core.Nodes;
using Maas.Core.Scripts;
using Maas.Hosting.Link;
using Maas.Hosting.Policy;
using Maas.Install.Recipes;
using Maas.Sqlite;

namespace Maas.Hosting.Tests.Policy;

public sealed class MachineBootPolicyTests : IAsyncLifetime
{
    private static readonly HardwareAddress Hardware = HardwareAddress.Parse("52:54:00:12:34:56");
    private static readonly IPAddress Leased6 = IPAddress.Parse("fd00:77::1000"), Leased = IPAddress.Parse("10.0.0.100"), Neighbour =
        IPAddress.Parse("10.0.0.101"), Server = IPAddress.Parse("10.0.0.1");

    private readonly FixedEnvironment _environment =
        new() { Files = new EphemeralFileNames("ephemeral/amd64/kernel", "ephemeral/amd64/initrd") };
    private readonly MaasOptions _options = new() { DataDirectory = "/nowhere", HttpPort = 5240, KernelOptions = "console=ttyS0" };
    private readonly List<string> _log = [];
    private readonly ServedLinks _links = new();
    private RecipeCatalog _installers = new([DebianInstaller.Create("bookworm", "debian-12/linux", "debian-12/initrd.gz")]);
    private MaasCore _core = null!; // opened before each test

    public async ValueTask InitializeAsync() => _core = await MaasCore.OpenAsync(new SqliteMaasStore(SqliteStoreOptions.InMemory));

    public async ValueTask DisposeAsync()
    {
        _links.Dispose();
        await _core.DisposeAsync();
    }

    [Fact]
    public async Task A_machine_that_nobody_knows_is_booted_to_make_itself_known_without_a_token() =>
        CommandLine(await DecideAsync(BootPhase.Script)).Should()
        .Be("maas.url=http://10.0.0.1:5240/MAAS BOOTIF=01-52-54-00-12-34-56 maas.task=enlist console=ttyS0");

    [Fact]
    public async Task A_stranger_is_left_alone_when_enlistment_is_off()
    {
        _options.EnlistUnknownMachines = false;
        (await DecideAsync(BootPhase.Script)).Should().BeNull();
    }

    [Fact]
    public async Task Kernel_options_of_the_machines_tags_follow_the_operators()
    {
        var machine = await CommissioningMachineAsync();
        foreach (var (name, options) in new[] { ("b", "nomodeset"), ("a", "iommu=pt quiet"), ("other", "no") })
            await _core.Tags.CreateAsync(new Tag(name, KernelOptions: options), null);
        foreach (var name in new[] { "b", "a" }) await _core.Tags.UpdateMachinesAsync(name, [machine.Id], [], null, null);

        CommandLine(await DecideAsync(BootPhase.Script)).Should().EndWith(" console=ttyS0 iommu=pt quiet nomodeset");
        CommandLine(await DecideAsync(BootPhase.Discovery)).Should().EndWith(" console=ttyS0");
    }

    [Fact]
    public async Task Kernel_options_that_no_boot_program_passes_on_are_left_out_with_a_warning()
    {
        var machine = await CommissioningMachineAsync();
        foreach (var name in new[] { "a", "b", "c" })
        {
            await _core.Tags.CreateAsync(new Tag(name, KernelOptions: $"{name}=" + new string('x', 500)), null);
            await _core.Tags.UpdateMachinesAsync(name, [machine.Id], [], null, null);
        }

        CommandLine(await DecideAsync(BootPhase.Script)).Should().Contain(" a=xxx").And.Contain(" b=xxx").And.NotContain(" c=xxx");
        _log.Should().ContainSingle(line => line.Contains("without the options of its last 1 tags"));
    }

    [Fact]
    public async Task Over_DHCP_no_token_is_made()
    {
        await CommissioningMachineAsync();
        CommandLine(await DecideAsync(BootPhase.Discovery)).Should().NotContain("maas.token=");
    }

    [Fact]
    public async Task The_script_of_a_known_machine_carries_a_token_that_works_for_its_address_alone()
    {
        var machine = await CommissioningMachineAsync();
        var token = TokenIn(CommandLine(await DecideAsync(BootPhase.Script)));
        (await _core.BootTokens.RedeemAsync(token, Neighbour)).Should().BeOfType<BootTokenResult.Refused>();
        (await _core.BootTokens.RedeemAsync(token, Leased)).Should().BeOfType<BootTokenResult.Accepted>().Which.Token.MachineId.Should()
            .Be(machine.Id);
    }

    [Fact]
    public async Task Whoever_asks_for_a_neighbours_script_gets_no_token()
    {
        await CommissioningMachineAsync();
        (await DecideAsync(BootPhase.Script, from: Neighbour)).Should().BeNull();
    }

    [Fact]
    public async Task Firmware_on_IPv6_is_told_the_servers_IPv4_address_for_the_environment_which_speaks_no_other()
    {
        var question = Question(BootPhase.Script, Leased6) with { ServerAddress = IPAddress.Parse("fd00:77::1") };
        CommandLine(await Policy().DecideAsync(question, default)).Should().StartWith("maas.url=http://10.0.0.1:5240/MAAS ");
        var machine = await CommissioningMachineAsync();
        var token = TokenIn(CommandLine(await Policy().DecideAsync(question, default)));
        (await _core.BootTokens.RedeemAsync(token, Neighbour, MacAddress.Parse("52:54:00:66:66:66"))).Should()
            .BeOfType<BootTokenResult.Refused>("another host saw the script on the wire");
        (await _core.BootTokens.RedeemAsync(token, Neighbour)).Should().BeOfType<BootTokenResult.Refused>("what is not seen is refused");
        (await _core.BootTokens.RedeemAsync(token, Leased, MacAddress.Parse("52:54:00:12:34:56"))).Should()
            .BeOfType<BootTokenResult.Accepted>().Which.Token.MachineId.Should().Be(machine.Id);
        (await Policy().DecideAsync(question with { ClientAddress = IPAddress.Parse("fd00:77::1001") }, default)).Should()
            .BeNull("another has that address");
    }

    [Fact]
    public async Task While_there_is_no_environment_a_machine_that_needs_it_is_left_waiting()
    {
        _environment.Files = null;
        await CommissioningMachineAsync();
        (await DecideAsync(BootPhase.Discovery)).Should().BeNull();
        (await DecideAsync(BootPhase.Script)).Should().BeNull();
    }

    [Fact]
    public async Task A_machine_that_may_run_nothing_is_switched_off()
    {
        var machine = await CommissioningMachineAsync();
        await DoAsync(machine, new MachineCommand.MarkBroken { Comment = "smells" });
        (await DecideAsync(BootPhase.Script)).Should().BeOfType<BootInstruction.PowerOff>();
    }

    [Fact]
    public async Task An_address_that_is_no_machines_interface_is_not_answered()
    {
        foreach (var address in new[] { new HardwareAddress(20, [0x52, 0x54, 0, 0x12, 0x34, 0x56, 0, 1]),
            HardwareAddress.Parse("01:00:5e:00:00:01"), default })
            (await Policy().DecideAsync(Question(BootPhase.Discovery, Leased) with { Hardware = address }, default)).Should().BeNull();
    }

    public static TheoryData<BootArchitecture, bool> Architectures => new()
    {
        { BootArchitecture.X86Bios, true }, { BootArchitecture.X64Uefi, true }, { BootArchitecture.EfiByteCode, true },
        { BootArchitecture.X64UefiHttp, true }, { BootArchitecture.EfiByteCodeHttp, true },
        { BootArchitecture.X86Uefi, false }, { BootArchitecture.Arm64Uefi, false }, { BootArchitecture.Arm64UefiHttp, false },
        { BootArchitecture.Arm64UBoot, false }, { BootArchitecture.Arm32UBoot, false },
        { BootArchitecture.RiscV64Uefi, false }, { (BootArchitecture)0x29, false },
    };

    [Theory]
    [MemberData(nameof(Architectures))]
    public async Task Firmware_is_only_offered_what_there_is_for_its_architecture(BootArchitecture architecture, bool served)
    {
        var policy = Policy();
        for (var times = 0; times < 3; times++)
        {
            var answer = await policy.DecideAsync(Question(BootPhase.Discovery, Leased) with { Architecture = architecture }, default);
            (answer is not null).Should().Be(served);
        }

        _log.Should().HaveCount(served ? 0 : 1, "it is said once");
        _environment.Architectures = [];
        (await policy.DecideAsync(Question(BootPhase.Discovery, Leased) with { Architecture = architecture }, default)).Should()
            .NotBeNull("a host's own environment may be for any");
    }

    [Fact]
    public async Task A_machine_of_another_architecture_is_not_given_a_kernel_it_cannot_run()
    {
        await _core.Machines.EnlistAsync(
            new NewMachine { MacAddresses = [MacAddress.Parse("52:54:00:12:34:56")], Architecture = "arm64/generic" });
        (await DecideAsync(BootPhase.Script)).Should().BeNull();
        _log.Should().ContainSingle().Which.Should().Contain("52:54:00:12:34:56").And.Contain("arm64");
    }

    [Fact]
    public async Task MAASs_own_ephemeral_images_get_their_root_over_HTTP_and_their_configuration_for_the_token()
    {
        _environment.Files = new EphemeralFileNames("maas/boot-kernel", "maas/boot-initrd", RootFileSystem: "maas/squashfs");
        var unknown = CommandLine(await DecideAsync(BootPhase.Script));
        var machine = await CommissioningMachineAsync();

        var known = CommandLine(await DecideAsync(BootPhase.Script));

        unknown.Should().StartWith("ro root=squash:http://10.0.0.1:5240/MAAS/boot/maas/squashfs ip=::::maas-ephemeral:BOOTIF ip6=off ")
            .And.Contain(" cc:{'datasource_list':['MAAS']}end_cc ").And.Contain(" BOOTIF=01-52-54-00-12-34-56")
            .And.Contain(" cloud-config-url=http://10.0.0.1:5240/MAAS/metadata/latest/enlist-preseed/?op=get_enlist_preseed ");
        const string Before = "cloud-config-url=http://10.0.0.1:5240/MAAS/metadata/latest/by-token/";
        var url = known.Split(' ').Single(word => word.StartsWith(Before, StringComparison.Ordinal));
        url.Should().EndWith("/?op=get_preseed");
        (await _core.BootTokens.RedeemAsync(new Secret(url[Before.Length..].Split('/')[0]), Leased)).Should()
            .BeOfType<BootTokenResult.Accepted>().Which.Token.MachineId.Should().Be(machine.Id);
        var preview = await Policy().PreviewAsync((await _core.Machines.GetAsync(machine.Id))!, default);
        preview.Single(entry => entry.Request == "kernel command line").Answer.Should().Contain("by-token/***/?op=get_preseed");
    }

    [Fact]
    public async Task Each_machine_boots_the_environment_of_its_architecture()
    {
        _environment.Architectures = ["amd64", "arm64"];
        var policy = Policy();

        (await KernelAsync(BootArchitecture.X64Uefi)).Should().Be("ephemeral/amd64/kernel");
        (await KernelAsync(BootArchitecture.Arm64Uefi)).Should().Be("ephemeral/arm64/kernel");
        await _core.Machines.EnlistAsync(
            new NewMachine { MacAddresses = [MacAddress.Parse("52:54:00:12:34:56")], Architecture = "arm64/generic" });
        (await DecideAsync(BootPhase.Script)).Should().BeOfType<BootInstruction.Kernel>().Which.KernelFile.Should().Be("ephemeral/arm64/kernel");
        (await policy.DecideAsync(Question(BootPhase.Discovery, Leased) with { Architecture = BootArchitecture.RiscV64Uefi }, default))
            .Should().BeNull();
        _log.Should().ContainSingle().Which.Should().Contain("only for amd64 and arm64");

        async Task<string> KernelAsync(BootArchitecture firmware)
        {
            var offer = await policy.DecideAsync(Question(BootPhase.Discovery, Leased) with { Architecture = firmware }, default);
            offer.Should().NotBeNull();
            var script = await policy.DecideAsync(Question(BootPhase.Script, Leased), default);
            return script.Should().BeOfType<BootInstruction.Kernel>().Which.KernelFile;
        }
    }

    [Fact]
    public async Task A_client_whose_firmware_told_another_architecture_over_DHCP_gets_no_script_with_a_kernel_it_cannot_run()
    {
        var policy = Policy();
        (await policy.DecideAsync(Question(BootPhase.Script, Leased), default)).Should()
            .NotBeNull("nothing tells its architecture: it gets what there is");
        (await policy.DecideAsync(Question(BootPhase.Discovery, Leased) with { Architecture = BootArchitecture.Arm64UBoot }, default))
            .Should().BeNull();
        (await policy.DecideAsync(Question(BootPhase.Script, Leased), default)).Should()
            .BeNull("U-Boot asks for pxelinux.cfg/01-… all the same, and that names no architecture");
        _log.Should().ContainSingle().Which.Should().Contain("arm64");
        (await policy.DecideAsync(Question(BootPhase.Discovery, Leased) with { Architecture = BootArchitecture.X64Uefi }, default)).Should()
            .NotBeNull();
        (await policy.DecideAsync(Question(BootPhase.Script, Leased), default)).Should().NotBeNull("the last word counts");
    }

    [Fact]
    public async Task The_firmwares_word_goes_before_what_the_machine_is_recorded_as()
    {
        await _core.Machines.EnlistAsync(
            new NewMachine { MacAddresses = [MacAddress.Parse("52:54:00:12:34:56")], Architecture = "amd64/generic" });
        var policy = Policy();
        (await policy.DecideAsync(Question(BootPhase.Discovery, Leased) with { Architecture = BootArchitecture.Arm64Uefi }, default))
            .Should().BeNull();
        (await policy.DecideAsync(Question(BootPhase.Script, Leased), default)).Should().BeNull();
    }

    // What takes no environment: U-Boot and a Raspberry Pi need no boot program either, other firmware gets one that is there.
    [Theory]
    [InlineData(BootArchitecture.Arm64UBoot, null, true)]
    [InlineData(BootArchitecture.Arm32UBoot, null, true)]
    [InlineData(BootArchitecture.RaspberryPi, null, true)]
    [InlineData(BootArchitecture.Arm64Uefi, null, false)]
    [InlineData(BootArchitecture.Arm64Uefi, "snponly-arm64.efi", true)]
    [InlineData(BootArchitecture.X64Uefi, null, true)]
    public async Task A_machine_that_needs_no_environment_is_answered_if_its_firmware_can_run_the_answer(
    BootArchitecture architecture, string? program, bool served)
    {
        var data = Directory.CreateTempSubdirectory("maas-policy");
        try
        {
            _options.DataDirectory = data.FullName;
            Directory.CreateDirectory(_options.ProgramDirectory);
            if (program is not null) await File.WriteAllTextAsync(Path.Combine(_options.ProgramDirectory, program), "");
            var machine = await CommissioningMachineAsync();
            await DoAsync(machine, new MachineCommand.MarkBroken { Comment = "smells" });
            var policy = Policy();
            var answer = await policy.DecideAsync(Question(BootPhase.Discovery, Leased) with { Architecture = architecture }, default);
            (answer is BootInstruction.PowerOff).Should().Be(served);
            (await policy.DecideAsync(Question(BootPhase.Script, Leased), default)).Should()
                .BeOfType<BootInstruction.PowerOff>("it runs a boot program already");
            _log.Should().BeEmpty();
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_architectures_that_are_remembered_are_bounded()
    {
        var recent = new RecentArchitectures(capacity: 10);
        for (var client = 0; client < 100; client++)
            recent.Remember(MacAddress.From([2, 0, 0, 0, 0, (byte)client]), BootArchitecture.X64Uefi);
        Enumerable.Range(0, 100).Count(client => recent.Find(MacAddress.From([2, 0, 0, 0, 0, (byte)client])) is not null).Should()
            .BeInRange(5, 10);
        recent.Find(MacAddress.From([2, 0, 0, 0, 0, 99])).Should().Be(BootArchitecture.X64Uefi);
    }

    [Fact]
    public async Task A_machine_that_is_deployed_by_a_recipe_boots_its_installer_with_a_token_for_its_answer_files_alone()
    {
        _environment.Files = null; // the installer needs none
        var machine = await DeployedByRecipeAsync();
        (await DecideAsync(BootPhase.Discovery)).Should().BeOfType<BootInstruction.Kernel>().Which.CommandLine.Should()
            .Contain("/metadata/latest/install/-/preseed.cfg ", "over DHCP no token is made");
        var kernel = (await DecideAsync(BootPhase.Script)).Should().BeOfType<BootInstruction.Kernel>().Subject;
        (kernel.KernelFile, kernel.InitialRamDisks.Single()).Should().Be(("debian-12/linux", "debian-12/initrd.gz"));
        kernel.CommandLine.Should().EndWith(" console=ttyS0").And.Contain($" hostname={machine.Hostname} ");
        const string Before = "url=http://10.0.0.1:5240/MAAS/metadata/latest/install/";
        var url = kernel.CommandLine.Split(' ').Single(word => word.StartsWith(Before, StringComparison.Ordinal));
        var token = new Secret(url[Before.Length..].Split('/')[0]);
        (await _core.BootTokens.RedeemAsync(token, Neighbour)).Should().BeOfType<BootTokenResult.Refused>();
        (await _core.BootTokens.RedeemAsync(token, Leased)).Should().BeOfType<BootTokenResult.Accepted>();
        (await DecideAsync(BootPhase.Script, from: Neighbour)).Should().BeNull("another host asks");
        _installers = new RecipeCatalog([]);
        (await DecideAsync(BootPhase.Script)).Should().BeNull();
        _log.Should().ContainSingle(line => line.Contains("recipe debian/bookworm, which this server does not have"));
    }

    [Theory]
    [InlineData(EraseMode.Secure, 1024, true)]
    [InlineData(EraseMode.Secure, 512, false)]
    [InlineData(EraseMode.Full, 1024, false)]
    public async Task A_machine_whose_disks_shall_erase_themselves_boots_the_tools_for_it_if_it_has_the_memory(
        EraseMode erase, int memory, bool withTools)
    {
        var machine = await ReadyMachineAsync(memory);
        await DoAsync(machine, new MachineCommand.Allocate("ann"));
        await DoAsync(machine, new MachineCommand.Release { Erase = erase });
        _environment.Files = new EphemeralFileNames("kernel", "initrd", "tools");

        (await DecideAsync(BootPhase.Script)).Should().BeOfType<BootInstruction.Kernel>().Which.InitialRamDisks.Should()
            .Equal(withTools ? ["initrd", "tools"] : ["initrd"]);
    }

    [Fact]
    public async Task A_machine_that_a_root_archive_is_unpacked_on_boots_the_install_tools_beside_the_environment()
    {
        var machine = await ReadyMachineAsync();
        await DoAsync(machine, new MachineCommand.Deploy("ann") { Image = Image("tgz") });

        RamDisks(await DecideAsync(BootPhase.Script)).Should().Equal("ephemeral/amd64/initrd");
        _environment.Files = new EphemeralFileNames("ephemeral/amd64/kernel", "ephemeral/amd64/initrd", "ephemeral/amd64/tools");
        RamDisks(await DecideAsync(BootPhase.Script)).Should().Equal("ephemeral/amd64/initrd", "ephemeral/amd64/tools");
        (await Policy().PreviewAsync((await _core.Machines.GetAsync(machine.Id))!, default)).Should().ContainSingle(
            entry => entry.Request == "iPXE script").Which.Answer.Should()
            .Be("kernel ephemeral/amd64/kernel, initrd ephemeral/amd64/initrd, ephemeral/amd64/tools");
        await DoAsync(machine, new MachineCommand.Abort());
        await DoAsync(machine, new MachineCommand.Deploy("ann") { Image = Image("ddgz") });
        RamDisks(await DecideAsync(BootPhase.Script)).Should().Equal("ephemeral/amd64/initrd");

        static ImageReference Image(string fileType) => new(1, 1, "custom/debian", fileType, 100, new string('a', 64));
    }

    [Fact]
    public async Task A_machine_that_may_set_up_its_controller_boots_the_program_for_it_beside_the_environment()
    {
        _environment.Files = new EphemeralFileNames("kernel", "initrd", "tools", BmcTools: "bmc");
        var machine = await ReadyMachineAsync();
        await DoAsync(machine, new MachineCommand.Commission());
        RamDisks(await DecideAsync(BootPhase.Script)).Should().Equal("initrd", "bmc");

        await DoAsync(machine, new MachineCommand.Abort());
        await DoAsync(machine, new MachineCommand.Commission { SkipBmcConfig = true });
        RamDisks(await DecideAsync(BootPhase.Script)).Should().Equal("initrd");
    }

    [Fact]
    public async Task A_machine_in_rescue_mode_boots_the_SSH_server_beside_the_environment()
    {
        _environment.Files = new EphemeralFileNames("kernel", "initrd", "tools", RescueTools: "rescue");
        var machine = await ReadyMachineAsync();
        await DoAsync(machine, new MachineCommand.EnterRescueMode());

        RamDisks(await DecideAsync(BootPhase.Script)).Should().Equal("initrd", "rescue");
        _environment.Files = new EphemeralFileNames("kernel", "initrd");
        RamDisks(await DecideAsync(BootPhase.Script)).Should().Equal("initrd");
    }

    [Fact]
    public async Task A_machine_that_runs_in_memory_boots_the_environment_again_after_its_deployment()
    {
        _environment.Files = new EphemeralFileNames("kernel", "initrd", "tools", RescueTools: "rescue");
        var machine = await ReadyMachineAsync();
        await DoAsync(machine, new MachineCommand.Deploy("ann")
        {
            Ephemeral = true, OsSystem = Deployment.EnvironmentSystem, DistroSeries = Deployment.EnvironmentSeries,
        });
        RamDisks(await DecideAsync(BootPhase.Script)).Should().Equal("initrd", "rescue");

        await _core.Machines.ReportAsync(machine.Id, new MachineReport.Signal(SignalReport.Ok, null));

        (await _core.Machines.GetAsync(machine.Id))!.Status.Should().Be(MachineStatus.Deployed);
        CommandLine(await DecideAsync(BootPhase.Script)).Should().Contain(" maas.token=", "it restarted, and needs its key again");
    }

    private static IReadOnlyList<string> RamDisks(BootInstruction? instruction) =>
        instruction.Should().BeOfType<BootInstruction.Kernel>().Subject.InitialRamDisks;

    private async Task<Machine> DeployedByRecipeAsync()
    {
        var machine = await ReadyMachineAsync();
        await DoAsync(machine, new MachineCommand.Deploy("ann") { Recipe = "debian/bookworm" });
        return machine;
    }

    private async Task<Machine> ReadyMachineAsync(int memory = 2)
    {
        var machine = await CommissioningMachineAsync();
        var inventory = System.Text.Encoding.ASCII.GetBytes(
            $"maas-inventory\t1\ncpu\tcount=2\nmemory\tkib={memory * 1024}\ndisk\tname=vda\tserial=S1\tsize=4294967296\nend\n");
        foreach (var script in await _core.ScriptResults.PendingAsync(machine.Id))
        {
            var output = new ScriptOutput(inventory, inventory, default);
            await _core.ScriptResults.ReportAsync(
                machine.Id, new ScriptReport { ResultId = script.Result.Id, ExitStatus = 0, Output = output });
        }

        await _core.Machines.ReportAsync(machine.Id, new MachineReport.Signal(SignalReport.Ok, null));
        return machine;
    }

    [Fact]
    public async Task A_preview_is_what_each_request_would_receive_without_a_token()
    {
        var machine = await CommissioningMachineAsync();

        var preview = await Policy().PreviewAsync((await _core.Machines.GetAsync(machine.Id))!, default);

        preview.Should().Contain(new BootPreviewEntry("BIOS PXE", "undionly.kpxe by TFTP", "its status runs the task Commission"));
        preview.Should().Contain(new BootPreviewEntry("UEFI HTTP boot, x64", "ipxe.efi by HTTP", "its status runs the task Commission"));
        preview.Should().Contain(
            new BootPreviewEntry("UEFI PXE, arm64", null, "there is no ephemeral environment for arm64, only for amd64"));
        preview.Single(entry => entry.Request == "iPXE script").Answer.Should()
            .Be("kernel ephemeral/amd64/kernel, initrd ephemeral/amd64/initrd");
        preview.Single(entry => entry.Request == "kernel command line").Answer.Should()
            .Be("maas.url=http://10.0.0.1:5240/MAAS BOOTIF=01-52-54-00-12-34-56 maas.token=*** console=ttyS0");
        _log.Should().BeEmpty();
    }

    [Fact]
    public async Task A_preview_has_the_script_of_each_boot_program_and_what_was_served_is_stored_without_its_token()
    {
        var machine = (await _core.Machines.GetAsync((await CommissioningMachineAsync()).Id))!;
        var policy = Policy();

        var scripts = (await policy.PreviewAsync(machine, default)).Where(entry => entry.Text is not null)
            .ToDictionary(entry => entry.Request, entry => entry.Text!);
        var question = Question(BootPhase.Script, Leased);
        await policy.DecideAsync(question with { ScriptName = "ipxe/52-54-00-12-34-56" }, default);
        await policy.DecideAsync(question with { ScriptName = "grub/grub.cfg-01-52-54-00-12-34-56" }, default);
        await policy.DecideAsync(question with { ClientAddress = Neighbour, ScriptName = "pxelinux.cfg/01-52-54-00-12-34-56" }, default);

        scripts.Keys.Should().BeEquivalentTo("iPXE script", "GRUB configuration", "pxelinux configuration");
        scripts["iPXE script"].Should().StartWith("#!ipxe\nkernel ../ephemeral/amd64/kernel initrd=initrd0 maas.url=")
            .And.Contain(" maas.token=*** ");
        scripts["GRUB configuration"].Should().Contain("'maas.token=***'");
        (await _core.ReceivedBootFiles.ListAsync(machine.Id)).Select(file => (file.Name, file.Text)).Should().Equal(
            ("GRUB configuration", scripts["GRUB configuration"]), ("iPXE script", scripts["iPXE script"]));
        policy.FindServerAddress(machine).Should().Be(new Uri("http://10.0.0.1:5240/MAAS"));
    }

    [Fact]
    public async Task A_preview_of_an_installer_has_its_script_with_no_token_in_the_address_of_its_answer_files()
    {
        var machine = (await _core.Machines.GetAsync((await DeployedByRecipeAsync()).Id))!;
        var policy = Policy();
        await policy.DecideAsync(Question(BootPhase.Script, Leased) with { ScriptName = "ipxe/52-54-00-12-34-56" }, default);

        var text = (await policy.PreviewAsync(machine, default)).Single(entry => entry.Request == "iPXE script").Text!;

        text.Should().Contain("/metadata/latest/install/***/preseed.cfg ");
        (await _core.ReceivedBootFiles.ListAsync(machine.Id)).Should().ContainSingle().Which.Text.Should().Be(text);
    }

    [Fact]
    public async Task A_preview_names_what_is_missing_and_what_boots_from_the_disk()
    {
        var machine = (await _core.Machines.GetAsync((await CommissioningMachineAsync()).Id))!;
        var deployed = await Policy().PreviewAsync(machine with { Status = MachineStatus.Deployed }, default);
        deployed.Single(entry => entry.Request == "iPXE script").Answer.Should().Be("local disk");
        deployed.Single(entry => entry.Request == "UEFI HTTP boot, x64").Answer.Should().BeNull("it goes on to the disk");
        deployed.Single(entry => entry.Request == "kernel command line").Answer.Should().BeNull();
        (await Policy().PreviewAsync(machine with { Status = MachineStatus.Retired }, default)).Should()
            .OnlyContain(entry => entry.Answer == null);

        _environment.Files = null;
        (await Policy().PreviewAsync(machine, default)).Where(entry => !entry.Request.Contains("arm64"))
            .Should().OnlyContain(entry => entry.Answer == null)
            .And.Contain(entry => entry.Rule == "the ephemeral environment is not ready");
    }

    private async Task<Machine> CommissioningMachineAsync()
    {
        var created = await _core.Machines.EnlistAsync(new NewMachine { MacAddresses = [MacAddress.Parse("52:54:00:12:34:56")] });
        var machine = created.Should().BeOfType<CreateResult.Created>().Which.Machine;
        await DoAsync(machine, new MachineCommand.Commission());
        return machine;
    }

    private async Task DoAsync(Machine machine, MachineCommand command) =>
        (await _core.Machines.ExecuteAsync(machine.Id, command)).Should().BeOfType<CommandResult.Done>();

    private ValueTask<BootInstruction?> DecideAsync(BootPhase phase, IPAddress? from = null) =>
        Policy().DecideAsync(Question(phase, from ?? Leased), default);

    private MachineBootPolicy Policy()
    {
        _links.Set(new ServedLink("lab", new MaasNetworkOptions(), new BootNetwork(Server, IPNetwork.Parse("10.0.0.0/24")), null));
        return new(
            _core.Machines, _core.Devices, _core.Tags, _core.BootTokens, _environment, new OneOwner(), _options, _links,
            new WebAddress(_options), _core.ReceivedBootFiles, new LogLines<MachineBootPolicy>(_log), _installers);
    }

    private static BootRequest Question(BootPhase phase, IPAddress from) =>
        new() { Hardware = Hardware, Phase = phase, ClientAddress = from, ServerAddress = Server };

    private static string CommandLine(BootInstruction? instruction) =>
        instruction.Should().BeOfType<BootInstruction.Kernel>().Which.CommandLine;

    private static Secret TokenIn(string commandLine) =>
        new(commandLine.Split(' ').Single(word => word.StartsWith("maas.token=", StringComparison.Ordinal))["maas.token=".Length..]);

    private sealed class FixedEnvironment : IEphemeralEnvironment
    {
        public EphemeralFileNames? Files { get; set; }

        public IReadOnlyList<string> Architectures { get; set; } = ["amd64"];

        public EphemeralFileNames? FilesFor(string? architecture) => architecture == "arm64" && Architectures.Contains("arm64")
            ? new EphemeralFileNames("ephemeral/arm64/kernel", "ephemeral/arm64/initrd")
            : Files;
    }

    private sealed class OneOwner : IAddressResolver
    {
        public ValueTask<AddressEvidence> FindEvidenceAsync(
            HardwareAddress client, IPAddress address, CancellationToken cancellationToken) =>
            new(OwnerOf(address) == client ? AddressEvidence.Client : AddressEvidence.Another);

        public HardwareAddress? OwnerOf(IPAddress address) =>
            address.Equals(Leased) || address.Equals(Leased6) ? Hardware : HardwareAddress.Parse("52:54:00:99:99:99");
    }
}
