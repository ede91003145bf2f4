using Maas.Testing.Dhcp;
using Maas.Testing.Events;
using Maas.Testing.Network;
using Maas.Testing.Tftp;

namespace Maas.Testing.Firmware;

/// <summary>
/// U-Boot's network boot (https://docs.u-boot.org, "pxe command"; <c>bootcmd_pxe</c> of its distro boot): <c>dhcp; pxe get; pxe boot</c>.
/// </summary>
/// <remarks>
/// Unlike pxelinux it takes <c>INITRD</c> for the name of one file, does not know <c>COM32</c>, and needs a variable of its environment for
/// <c>LOCALBOOT</c>, without which it takes the next boot device.
/// </remarks>
internal sealed class UBootProgram(SimulatedMachineOptions options, MachineLink link, MachineLog log, TimeProvider timeProvider)
{
    private const string Name = "U-Boot";

    // CONFIG_TFTP_BLOCKSIZE of most boards; net/tftp.c asks for the size, and for a window only where one is configured.
    private static readonly TftpClientOptions Tftp = new() { BlockSize = 1468, AskSize = true };

    public async Task<BootResult> RunAsync(CancellationToken cancellationToken)
    {
        var profile = DhcpClientProfile.UBoot(is64Bit: options.Hardware.Architecture == "arm64");
        var lease =
            await new DhcpClient(options.Network, options.Mac, log, timeProvider).AcquireAsync(profile, cancellationToken)
                .ConfigureAwait(false);
        if (lease is null) return new BootResult.NextDevice("U-Boot got no answer to DHCP");
        using var loader = new Loader(options.Network, link, lease, Tftp, log, timeProvider);

        // "dhcp" loads the boot file too; "pxe get" runs whether that succeeds or not.
        if (lease.BootFile.Length > 0)
            await loader.LoadAsync(Name, loader.Locate(lease.BootFile), cancellationToken).ConfigureAwait(false);

        // All names, absolute ones included, are relative to the boot file's folder.
        var folder = lease.BootFile[..(lease.BootFile.LastIndexOf('/') + 1)];
        foreach (var name in (string[])[.. PxelinuxMenu.NamesFor(options.Mac, lease.Address), "default-arm", "default"])
        {
            if (await loader.ReadTextAsync(Name, loader.Locate($"{folder}pxelinux.cfg/{name}"), cancellationToken)
                .ConfigureAwait(false) is { } text)
                return await BootAsync(loader, folder, text, cancellationToken).ConfigureAwait(false);
        }

        return new BootResult.NextDevice("U-Boot found no configuration");
    }

    private async Task<BootResult> BootAsync(Loader loader, string folder, string text, CancellationToken cancellationToken)
    {
        if (PxelinuxMenu.DefaultEntry(text) is not { } entry) return new BootResult.NextDevice("U-Boot: the default label is missing");
        if (entry.ContainsKey("LOCALBOOT")) return new BootResult.NextDevice("U-Boot: no localcmd is set");
        if ((entry.GetValueOrDefault("LINUX") ?? entry.GetValueOrDefault("KERNEL")) is not { } kernel)
            return new BootResult.NextDevice("U-Boot: No kernel given, skipping boot");
        foreach (var file in (string?[])[kernel, entry.GetValueOrDefault("INITRD")])
        {
            if (file is null) continue;
            if (await loader.LoadAsync(Name, loader.Locate(folder + file), cancellationToken).ConfigureAwait(false) is null)
                return new BootResult.NextDevice($"U-Boot could not load {file}");
        }

        log.Said(Name, $"booting {kernel}");
        return new BootResult.Kernel(entry.GetValueOrDefault("APPEND") ?? "");
    }
}
