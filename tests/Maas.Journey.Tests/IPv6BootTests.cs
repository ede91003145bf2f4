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
        var files = await PrepareAsync(bench, program);
        using var log = new ConsoleLog(TimeProvider.System);
        await using var server = Start(bench, files, log);
        var machine = await bench.AddMachineAsync("six", Firmware.Uefi, overIPv6: true);

        await machine.TurnOnAsync(Token);
        await machine.Console.WaitForAsync("NBP file downloaded successfully", Patience, 0, Token);
        await machine.Console.WaitForAsync(@"tftp://\[fd00:77::1\]/ipxe/52-54-00-77-00-01\.+ ok", Patience, 0, Token);
        // what our script prints
        await machine.Console.WaitForAsync("This machine has nothing to boot and may be switched off", Patience, 0, Token);

        log.ToString().Should().MatchRegex("REQUEST, Answered = REPLY.*BootFile = tftp://\\[fd00:77::1\\]/snponly.efi").And.MatchRegex(
            "ScriptServed.*Client = fd00:77::1");
    }

    [Fact]
    public async Task A_UEFI_machine_boots_iPXE_by_HTTP_over_IPv6_and_runs_its_script()
    {
        LabJudges.RequireMachines();
        OtherDhcpServer.Require();
        var python = Judge.Require("python3", "python3");
        var program = Judge.RequireFile("/usr/lib/ipxe/ipxe.efi", "ipxe");
        await using var bench = await LabBench.CreateAsync();
        var files = await PrepareAsync(bench, program);
        files.CreateSubdirectory("ipxe");
        await File.WriteAllTextAsync(
            Path.Combine(files.FullName, "ipxe", "52-54-00-77-00-01"), "#!ipxe\necho Booted by HTTP over IPv6\n", Token);
        using var log = new ConsoleLog(TimeProvider.System);
        using var requests = new ConsoleLog(TimeProvider.System);
        await using var server = Start(bench, files, log, "--http", "http://[::]:8080/");
        await using var web = LabProcess.Start(
            bench.Network.Command(python, "-u", "-m", "http.server", "--bind", "::", "--directory", files.FullName, "8080"), requests);
        // OVMF tries IPv4 first, for minutes where no server answers: there it is sent to a closed port, and goes on at once.
        await using var other = await bench.Network.AddHostAsync(IPAddress.Parse("10.77.0.2"), Token);
        await using var dhcp = OtherDhcpServer.Start(
            other,
            bench.Folder,
            "--dhcp-vendorclass=set:http,HTTPClient",
            "--dhcp-option-force=tag:http,60,HTTPClient",
            "--dhcp-boot=tag:http,http://10.77.0.2:9/none.efi");
        var machine = await bench.AddMachineAsync("six", Firmware.Uefi, overHttp: true);

        await machine.TurnOnAsync(Token);
        await machine.Console.WaitForAsync(@"URI: http://\[fd00:77::1\]:8080/ipxe.efi", Patience, 0, Token);
        await machine.Console.WaitForAsync("Booted by HTTP over IPv6", Patience, 0, Token);

        log.ToString().Should().MatchRegex("REQUEST, Answered = REPLY.*BootFile = http://\\[fd00:77::1\\]:8080/ipxe.efi.*X64UefiHttp");
        requests.ToString().Should().MatchRegex("fd00:77::1.* \"HEAD /ipxe.efi").And.MatchRegex("fd00:77::1.* \"GET /ipxe.efi");
    }

    private static async Task<DirectoryInfo> PrepareAsync(LabBench bench, string program)
    {
        await bench.Network.AddAddressAsync(IPAddress.Parse("fd00:77::1"), Token);
        var files = Directory.CreateDirectory(Path.Combine(bench.Folder, "files"));
        File.Copy(program, Path.Combine(files.FullName, Path.GetFileName(program)));
        return files;
    }

    private static LabProcess Start(LabBench bench, DirectoryInfo files, ConsoleLog log, params string[] more) => LabProcess.Start(
        bench.Network.Command(
            "dotnet", [
                Server(),
                files.FullName,
                "--interface",
                LabNetwork.Bridge,
                "--subnet",
                "fd00:77::/64",
                "--range",
                "fd00:77::1000-fd00:77::1fff",
                "--leases",
                Path.Combine(bench.Folder, "leases"),
                .. more
            ]),
        log);

    // Built beside this program, in the same configuration.
    private static string Server()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        return Judge.RequireFile(
            Repository.PathOf($"samples/Dhcp6Server/bin/{output.Parent?.Name}/{output.Name}/Dhcp6Server.dll"),
            "(dotnet build samples/Dhcp6Server)");
    }
}
