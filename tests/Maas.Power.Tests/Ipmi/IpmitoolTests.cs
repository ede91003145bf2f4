using Maas.Judges;
using Maas.Testing.Controllers;

namespace Maas.Power.Tests.Ipmi;

/// <summary>What ipmitool says of the simulated controller: a judge of the wire format that the client and the simulator share.</summary>
public sealed class IpmitoolTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private const string Ipmitool = "ipmitool";

    private static async Task<Verdict> Run(SimulatedBmc bmc, string command, string suite = "17", string password = "secret") =>
        await Judge.RunAsync(
            Ipmitool,
            [
                "-I", "lanplus", "-H", $"{bmc.Address.Address}", "-p", $"{bmc.Address.Port}", "-U", "admin", "-P", password, "-C", suite,
                "-N", "2", "-R", "2", .. command.Split(' ')
            ],
            cancellationToken: Stop);

    private static async Task<string> Output(SimulatedBmc bmc, string command, string suite = "17")
    {
        var verdict = await Run(bmc, command, suite);
        verdict.ExitCode.Should().Be(0, "{0} printed {1} {2}", command, verdict.Output, verdict.Error);
        return verdict.Output;
    }

    [Theory]
    [InlineData("17")]
    [InlineData("3")]
    [InlineData("8")]
    public async Task It_switches_the_machine(string suite)
    {
        await using var bmc = new SimulatedBmc(new() { CipherSuites = [17, 3, 8] });
        (await Output(bmc, "chassis power status", suite)).Should().Contain("Chassis Power is off");
        (await Output(bmc, "chassis power on", suite)).Should().Contain("Up/On");
        (await Output(bmc, "chassis power status", suite)).Should().Contain("Chassis Power is on");
        bmc.OpenSessions.Should().Be(0);
    }

    [Fact]
    public async Task It_chooses_a_suite_from_the_controller_s_list()
    {
        await using var bmc = new SimulatedBmc();
        var verdict = await Judge.RunAsync(
            Ipmitool,
            [
                "-I", "lanplus", "-H", $"{bmc.Address.Address}", "-p", $"{bmc.Address.Port}", "-U", "admin", "-P", "secret",
                "-v", "channel", "getciphers", "ipmi", "1"
            ],
            cancellationToken: Stop);
        verdict.Output.Should().Contain("sha256", "{0}", verdict.Error).And.Contain("aes_cbc_128");
    }

    [Fact]
    public async Task It_refuses_a_wrong_password_and_the_simulator_too()
    {
        await using var bmc = new SimulatedBmc();
        var verdict = await Run(bmc, "-v chassis power status", password: "wrong");
        verdict.ExitCode.Should().NotBe(0);
        verdict.Error.Should().Contain("RAKP 2 HMAC is invalid");
    }

    [Fact]
    public async Task It_chooses_a_boot_device_and_reads_it_back()
    {
        await using var bmc = new SimulatedBmc();
        await Output(bmc, "chassis bootdev pxe options=efiboot");
        bmc.Chassis.BootChoice.Should().Be(new SimulatedBootChoice("pxe", IsUefi: true));
        (await Output(bmc, "chassis bootparam get 5")).Should().ContainAll("Force PXE", "BIOS EFI boot", "Options apply to only next boot");
    }

    [Fact]
    public async Task It_reads_sensors_log_inventory_and_version()
    {
        await using var bmc = new SimulatedBmc();
        (await Output(bmc, "sdr list")).Should().MatchRegex(@"CPU Temp +\| 51 degrees C").And.MatchRegex(@"Fan 1 +\| 5400 RPM")
            .And.MatchRegex(@"12V +\| 12\.10 Volts").And.MatchRegex(@"Power +\| 184 Watts");
        (await Output(bmc, "sel list")).Should().Contain("Temperature").And.Contain("System Event");
        (await Output(bmc, "fru print 0")).Should().MatchRegex(@"Product Serial +: SIM0001").And.MatchRegex(@"Board Mfg +: Simulated");
        (await Output(bmc, "mc info")).Should().MatchRegex(@"IPMI Version +: 2\.0");
        await Output(bmc, "sel clear");
        (await Output(bmc, "sel list")).Should().NotContain("Temperature");
    }

    [Fact]
    public async Task It_types_on_the_serial_console()
    {
        Judge.RequireAll(Ipmitool, "script");
        await using var bmc = new SimulatedBmc();
        bmc.Serial.Print("login: ");
        // ipmitool wants a terminal; "~." ends the console.
        var tool = $"ipmitool -I lanplus -H {bmc.Address.Address} -p {bmc.Address.Port} -U admin -P secret -C 17 sol activate";
        using var process = Judge.Start("script", ["-qefc", tool, "/dev/null"]);
        var output = new char[4096];
        var shown = "";
        while (!shown.Contains("login: ", StringComparison.Ordinal))
        {
            var count = await process.StandardOutput.ReadAsync(output, Stop);
            count.Should().BePositive("ipmitool printed {0}", shown);
            shown += new string(output, 0, count);
        }

        await process.StandardInput.WriteAsync("root\r~.".AsMemory(), Stop);
        await process.StandardInput.FlushAsync(Stop);
        await process.WaitForExitAsync(Stop);
        bmc.Serial.Typed.Should().StartWith("root");
    }
}
