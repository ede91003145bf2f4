using System.Net;
using Maas.Journey.Tests.Lab;
using Maas.Judges;
using VmLab.Machines;
using VmLab.Networks;
using VmLab.Processes;

namespace Maas.Journey.Tests;

/// <summary>UEFI firmware on a link without IPv4: router advertisement, DHCPv6, TFTP, iPXE, DHCPv6 again, and the script.</summary>
[Collection(LabCollection.Name), Trait("Category", "Journey")]
public class IPv6BootTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_UEFI_machine_boots_iPXE_over_IPv6_and_runs_its_script()
    {
        LabJudges.RequireMachines();
        var program = Judge.RequireFile("/usr/lib/ipxe/snponly.efi", "ipxe");
        await using var bench = await LabBench.CreateAsync();
        await bench.Network.AddAddressAsync(IPAddress.Parse("fd00:77::1"), Token);
        var files = Directory.CreateDirectory(Path.Combine(bench.Folder, "files"));
        File.Copy(program, Path.Combine(files.FullName, "snponly.efi"));
        using var log = new ConsoleLog(TimeProvider.System);
        await using var server = LabProcess.Start(
            bench.Network.Command("dotnet", Server(), files.FullName, "--interface", LabNetwork.Bridge, "--subnet", "fd00:77::/64", "--range", "fd00:77::1000-fd00:77::1fff", "--leases", Path.Combine(bench.Folder, "leases")),
            log);
        var machine = await bench.AddMachineAsync("six", Firmware.Uefi, overIPv6: true);

        await machine.TurnOnAsync(Token);
        await machine.Console.WaitForAsync("NBP file downloaded successfully", Patience, 0, Token);
        await machine.Console.WaitForAsync(@"tftp://\[fd00:77::1\]/ipxe/52-54-00-77-00-01\.+ ok", Patience, 0, Token);
        await machine.Console.WaitForAsync("This machine has nothing to boot and may be switched off", Patience, 0, Token); // what our script prints

        log.ToString().Should().MatchRegex("REQUEST, Answered = REPLY.*BootFile = tftp://\\[fd00:77::1\\]/snponly.efi").And.MatchRegex("ScriptServed.*Client = fd00:77::1");
    }

    // Built beside this program, in the same configuration.
    private static string Server()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        return Judge.RequireFile(Repository.PathOf($"samples/Dhcp6Server/bin/{output.Parent?.Name}/{output.Name}/Dhcp6Server.dll"), "(dotnet build samples/Dhcp6Server)");
    }
}
