using Maas.Boot;
using Maas.Testing.Dhcp;
using Maas.Testing.Events;
using Maas.Testing.Network;
using Maas.Testing.Tftp;

namespace Maas.Testing.Firmware;

/// <summary>Network boot as firmware does it: an address, a boot program, and what that program does.</summary>
internal sealed class BootFirmware(SimulatedMachineOptions options, bool diskBoots, MachineLog log, TimeProvider timeProvider)
{
    // As captured: OVMF and the PXE ROM by TFTP; iPXE's own TFTP.
    private static readonly TftpClientOptions RomTftp = new() { BlockSize = 1456, AskSize = true };
    private static readonly TftpClientOptions UefiTftp = new() { BlockSize = 1468, WindowSize = 4 };
    private static readonly TftpClientOptions IpxeTftp = new() { BlockSize = 1432, AskSize = true };
    private static readonly TftpClientOptions PxelinuxTftp = new() { BlockSize = 1408, AskSize = true };

    private readonly MachineLink _link = options.Network.LinkOf(options.Mac);

    private bool IsBios => options.Firmware is SimulatedFirmware.BiosPxe or SimulatedFirmware.BiosIpxe;

    public async Task<BootResult> BootFromNetworkAsync(CancellationToken cancellationToken)
    {
        switch (options.Firmware)
        {
            case SimulatedFirmware.UBoot:
                return await new UBootProgram(options, _link, log, timeProvider).RunAsync(cancellationToken).ConfigureAwait(false);
            case SimulatedFirmware.RaspberryPi:
                return await new RaspberryPiRom(options, _link, log, timeProvider).RunAsync(cancellationToken).ConfigureAwait(false);
        }

        var voice = DhcpClientProfile.Of(options.Firmware, options.Mac, options.Uuid);
        var lease =
            await new DhcpClient(options.Network, options.Mac, log, timeProvider).AcquireAsync(voice, cancellationToken)
                .ConfigureAwait(false);
        if (lease is null) return new BootResult.NextDevice("no answer to DHCP that says what to boot");
        if (options.Firmware == SimulatedFirmware.BiosIpxe) return await RunIpxeAsync(lease, cancellationToken).ConfigureAwait(false);

        using var loader = new Loader(options.Network, _link, lease, IsBios ? RomTftp : UefiTftp, log, timeProvider);
        var program = loader.Locate(lease.BootFile);
        if (await loader.LoadAsync(voice.Name, program, cancellationToken).ConfigureAwait(false) is not > 0)
            return new BootResult.NextDevice($"{program} could not be loaded");
        if (options.Faults.HasFlag(SimulatedFault.RefusesUnsignedPrograms) && !IsShim(program))
            return new BootResult.NextDevice("Access Denied: Security Violation");
        if (options.Faults.HasFlag(SimulatedFault.BootProgramHangs)) return new BootResult.Hang($"{program.Segments[^1]} hangs");
        return await RunProgramAsync(program, lease, cancellationToken).ConfigureAwait(false);
    }

    private static bool IsShim(Uri program) => program.Segments[^1].StartsWith("shim", StringComparison.OrdinalIgnoreCase);

    // What a program does cannot be read off its bytes here; its name says which one it is.
    private async Task<BootResult> RunProgramAsync(Uri program, DhcpLease lease, CancellationToken cancellationToken)
    {
        var name = program.Segments[^1].ToLowerInvariant();
        if (name.Contains("pxelinux", StringComparison.Ordinal))
        {
            using var loader = new Loader(options.Network, _link, lease, PxelinuxTftp, log, timeProvider);
            return await new PxelinuxProgram(options, lease, loader, log).RunAsync(program, cancellationToken).ConfigureAwait(false);
        }

        if (name.Contains("ipxe", StringComparison.Ordinal)
            || name.Contains("undionly", StringComparison.Ordinal)
            || name.Contains("snponly", StringComparison.Ordinal))
        {
            // iPXE asks for itself again, under its own name.
            var voice = DhcpClientProfile.Ipxe(IsBios ? BootArchitecture.X86Bios : BootArchitecture.X64Uefi, options.Mac, options.Uuid);
            var again =
                await new DhcpClient(options.Network, options.Mac, log, timeProvider).AcquireAsync(voice, cancellationToken)
                    .ConfigureAwait(false);
            return again is null
                ? new BootResult.NextDevice("iPXE got no answer to DHCP")
                : await RunIpxeAsync(again, cancellationToken).ConfigureAwait(false);
        }

        return new BootResult.NextDevice($"{name} is a program that this simulation cannot play");
    }

    private async Task<BootResult> RunIpxeAsync(DhcpLease lease, CancellationToken cancellationToken)
    {
        using var loader = new Loader(options.Network, _link, lease, IpxeTftp, log, timeProvider);
        var ipxe = new IpxeProgram(new IpxeMachine(options, lease, IsBios, diskBoots), loader, log, timeProvider);
        return await ipxe.ChainAsync(loader.Locate(lease.BootFile), cancellationToken).ConfigureAwait(false) is { } result
            ? result
            : new BootResult.NextDevice("iPXE had nothing to boot");
    }
}
