using System.Net;
using Maas.Journey.Tests.Lab;
using VmLab.Machines;
using VmLab.Networks;
using VmLab.Processes;
using VmLab.Servers;

namespace Maas.Journey.Tests;

/// <summary>
/// <c>samples/PxeServer</c>, which knows no MAAS: a directory that every machine on the link boots. It serves no HTTP, so all goes by TFTP.
/// </summary>
[Collection(LabCollection.Name), Trait("Category", "Journey")]
public class PxeServerTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_directory_is_booted_by_a_BIOS_machine_alone_and_by_a_UEFI_machine_beside_another_DHCP_server()
    {
        LabJudges.RequireMachines();
        OtherDhcpServer.Require();
        await using var bench = await RackBench.CreateAsync("pxeserver", output);
        var bios = await bench.Rack.AddMachineAsync("bios", Firmware.Bios, 1, Token);
        var uefi = await bench.Rack.AddMachineAsync("uefi", Firmware.Uefi, 2, Token);
        var directory = await PrepareAsync(bench);

        await using (StartServer(bench, directory, "--subnet", "10.77.0.0/24", "--range", "10.77.0.100-10.77.0.110"))
            await BootAsync(bios.Machine);

        await using var other = await bench.Rack.Network.AddHostAsync(IPAddress.Parse("10.77.0.2"), Token);
        await using var dhcp = OtherDhcpServer.Start(other, bench.Rack.Folder);
        await using (StartServer(bench, directory))
            await BootAsync(uefi.Machine);
    }

    private static async Task BootAsync(IRackMachine machine)
    {
        await machine.TurnOnAsync(Token);
        await machine.Console.WaitForAsync("MAAS-AGENT up", Patience, cancellationToken: Token);
        await machine.TurnOffAsync(Token);
    }

    private static LabProcess StartServer(RackBench bench, string directory, params IEnumerable<string> subnet) =>
        LabProcess.Start(
            bench.Rack.Network.Command(
                "dotnet",
                [
                    SampleProgram.Find("PxeServer"),
                    directory,
                    "--interface",
                    LabNetwork.Bridge,
                    "--leases",
                    Path.Combine(directory, "..", "pxe.leases"),
                    "--append",
                    "console=ttyS0,115200 quiet",
                    .. subnet
                ]),
            new ConsoleLog(TimeProvider.System, Path.Combine(bench.Rack.Folder, "pxeserver.log")));

    /// <summary>Fills a directory with what the MAAS server got from its mirror: any kernel would do.</summary>
    private static async Task<string> PrepareAsync(RackBench bench)
    {
        using (await bench.Rack.OpenAsync(Token)) await bench.Rack.Server.StopAsync(Token);
        var data = Path.Combine(bench.Rack.Folder, "data");
        var directory = Directory.CreateDirectory(Path.Combine(bench.Rack.Folder, "served")).FullName;
        foreach (var program in (string[])["undionly.kpxe", "snponly.efi"])
            File.Copy(Path.Combine(data, "boot", program), Path.Combine(directory, program));
        foreach (var (built, name) in new[] { ("kernel", "linux"), ("initrd", "initrd.gz") })
            File.Copy(
                Directory.GetFiles(Path.Combine(data, "ephemeral"), built, SearchOption.AllDirectories).Single(),
                Path.Combine(directory, name));
        return directory;
    }
}
