using System.Net;
using System.Net.Http.Headers;
using Maas.Journey.Tests.Lab;
using VmLab.Machines;
using VmLab.Servers;

namespace Maas.Journey.Tests;

/// <summary>
/// An ephemeral image as MAAS publishes it (kernel, initrd, squashfs) in the place of ours: what firmware fetches, and what the kernel is
/// told. The image is a stand-in whose initrd prints its command line, because Canonical's are not on every mirror.
/// </summary>
[Collection(LabCollection.Name), Trait("Category", "Journey")]
public class MaasEphemeralImageTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Firmware_fetches_kernel_and_initrd_of_an_image_of_MAAS_and_the_kernel_is_told_where_its_root_and_its_preseed_are()
    {
        LabJudges.RequireMachines();
        var kernel = PrintingSystem.RequireKernel();
        await using var bench = await RackBench.CreateBareAsync("maas-image", output);
        var files = Directory.CreateDirectory(Path.Combine(bench.Rack.Folder, "data", "boot", "maas")).FullName;
        File.Copy(kernel, Path.Combine(files, "boot-kernel"));
        await PrintingSystem.WriteInitialRamDiskAsync(Path.Combine(files, "boot-initrd"), bench.Rack.Folder);
        await File.WriteAllBytesAsync(Path.Combine(files, "squashfs"), [.. "hsqs"u8, .. new byte[100_000]], Token);
        bench.Rack.Server.KernelOptions = "console=ttyS0,115200 no_timer_check";
        bench.Rack.Server.Settings = new Dictionary<string, string>
        {
            ["Maas:Ephemeral:Own:Kernel"] = "maas/boot-kernel",
            ["Maas:Ephemeral:Own:InitialRamDisk"] = "maas/boot-initrd",
            ["Maas:Ephemeral:Own:RootFileSystem"] = "maas/squashfs",
        };
        await using var machine = new QemuMachine(
            new VirtualMachine
            {
                Name = "image",
                Firmware = Firmware.Bios,
                MacAddress = "52:54:00:77:00:41",
                Tap = await bench.Rack.Network.AddTapAsync(Token),
                Uuid = Guid.Parse("4c4c4544-0000-4d61-8073-000000000041"),
                Serial = "LAB0041",
                Folder = bench.Rack.Folder,
            },
            bench.Rack.Network,
            TimeProvider.System);
        await bench.Rack.Server.StartAsync(Token);

        await machine.TurnOnAsync(Token);
        await machine.Console.WaitForAsync("^BOOTED ", Patience, 0, Token);
        await machine.WaitForPowerOffAsync(Patience, Token);

        var line = $"{machine.Console}".Split('\n').Single(each => each.StartsWith("BOOTED ", StringComparison.Ordinal));
        var root = new Uri(MaasServerProcess.Address, "boot/maas/squashfs");
        line.Should().Contain($" root=squash:{root} ").And.Contain(" cc:{'datasource_list':['MAAS']}end_cc ")
            .And.Contain($" cloud-config-url={MaasServerProcess.Address}metadata/latest/enlist-preseed/?op=get_enlist_preseed ");
        using var http = new HttpClient(bench.Rack.Network.CreateHttpHandler());
        using var part = new HttpRequestMessage(HttpMethod.Get, root) { Headers = { Range = new RangeHeaderValue(0, 3) } };
        using var answer = await http.SendAsync(part, Token);
        answer.StatusCode.Should().Be(HttpStatusCode.PartialContent);
        (await answer.Content.ReadAsStringAsync(Token)).Should().Be("hsqs");
        var preseed = await http.GetStringAsync(
            new Uri(MaasServerProcess.Address, "metadata/latest/enlist-preseed/?op=get_enlist_preseed"), Token);
        preseed.Should().StartWith("#cloud-config\n").And.Contain("metadata_url");
    }
}
