using Maas.Journey.Tests.Lab;
using Maas.Judges;
using VmLab.Journeys;
using VmLab.Machines;

namespace Maas.Journey.Tests;

/// <summary>
/// Firmware that runs only what Microsoft's keys lead to: it refuses iPXE, and goes through shim, GRUB and Debian's kernel.
/// </summary>
[Collection(LabCollection.Name), Trait("Category", "Journey")]
public class SecureBootTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_machine_with_Secure_Boot_refuses_an_unsigned_program_and_enlists_through_the_signed_chain()
    {
        LabJudges.RequireMachines();
        Judge.RequireFile("/usr/share/OVMF/OVMF_CODE_4M.secboot.fd", "ovmf");
        await using var bench = await RackBench.CreateAsync("secureboot", output);
        // Loud enough for the kernel to say that it is locked down, which is a notice.
        bench.Rack.Server.KernelOptions = "console=ttyS0,115200 loglevel=6 no_timer_check";
        var racked = await bench.Rack.AddMachineAsync("secure", Firmware.UefiSecureBoot, 4, Token);
        var console = racked.Machine.Console;
        using var client = await bench.Rack.OpenAsync(Token);

        await racked.Machine.TurnOnAsync(Token);
        await console.WaitForAsync("Access Denied|Security Violation", Patience, 0, Token);
        await racked.Machine.TurnOffAsync(Token);
        console.ToString().Should().NotContain("iPXE initialising", "it is not signed");

        await bench.Rack.Server.StopAsync(Token);
        bench.Rack.Server.Options = ["--secure-boot", "bootx64.efi"];
        await bench.Rack.Server.StartAsync(Token);
        await new MachineJourney(client, racked, TimeProvider.System, bench) { Patience = Patience }.EnlistAsync(Token);

        console.ToString().Should().Contain("Kernel is locked down from EFI Secure Boot");
    }
}
