using System.Globalization;
using Maas.Testing.Dhcp;
using Maas.Testing.Events;
using Maas.Testing.Network;
using Maas.Testing.Tftp;

namespace Maas.Testing.Firmware;

/// <summary>
/// The boot ROM of a Raspberry Pi 4 (https://www.raspberrypi.com/documentation, "Raspberry Pi boot modes", "Network booting"): the
/// GPU's firmware out of the folder named by the serial number, or out of the root folder, then <c>config.txt</c>, and the program that
/// it names.
/// </summary>
internal sealed class RaspberryPiRom(SimulatedMachineOptions options, MachineLink link, MachineLog log, TimeProvider timeProvider)
{
    private const string Name = "Raspberry Pi";

    private static readonly TftpClientOptions Tftp = new() { BlockSize = 1024, AskSize = true };

    public async Task<BootResult> RunAsync(CancellationToken cancellationToken)
    {
        var serial = SerialOf(options);
        var lease =
            await new DhcpClient(options.Network, options.Mac, log, timeProvider)
                .AcquireAsync(DhcpClientProfile.RaspberryPi(options.Mac, serial), cancellationToken).ConfigureAwait(false);
        if (lease is null) return new BootResult.NextDevice("no answer to DHCP with a boot menu for a Raspberry Pi");
        using var loader = new Loader(options.Network, link, lease, Tftp, log, timeProvider);
        var folder = string.Create(CultureInfo.InvariantCulture, $"{serial:x8}/");
        if (await LoadAsync("start4.elf").ConfigureAwait(false) is null)
        {
            folder = "";
            if (await LoadAsync("start4.elf").ConfigureAwait(false) is null)
                return new BootResult.NextDevice("start4.elf was not found");
        }

        await LoadAsync("fixup4.dat").ConfigureAwait(false);
        var config = await ReadAsync("config.txt").ConfigureAwait(false) ?? "";
        var kernel = ValueIn(config, "kernel=") ?? "kernel8.img";
        if (await LoadAsync(kernel).ConfigureAwait(false) is null) return new BootResult.NextDevice($"{kernel} was not found");
        if (kernel.Contains("u-boot", StringComparison.OrdinalIgnoreCase))
            return await new UBootProgram(options, link, log, timeProvider).RunAsync(cancellationToken).ConfigureAwait(false);

        if (ValueIn(config, "initramfs ")?.Split(' ')[0] is { } initramfs
            && await LoadAsync(initramfs).ConfigureAwait(false) is null)
            return new BootResult.NextDevice($"{initramfs} was not found");
        return new BootResult.Kernel((await ReadAsync("cmdline.txt").ConfigureAwait(false) ?? "").Trim());

        Task<long?> LoadAsync(string file) => loader.LoadAsync(Name, loader.Locate(folder + file), cancellationToken);

        Task<string?> ReadAsync(string file) => loader.ReadTextAsync(Name, loader.Locate(folder + file), cancellationToken);
    }

    /// <summary>
    /// The lower half of the serial number; of the hardware address, where the serial number is not one of a Raspberry Pi.
    /// </summary>
    private static uint SerialOf(SimulatedMachineOptions options) =>
        options.Hardware.Serial is { Length: 8 or 16 } text
            && uint.TryParse(text.AsSpan(text.Length - 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var serial)
            ? serial
            : DhcpClientProfile.LowOctets(options.Mac);

    // Filters such as [pi4] are not read: what is outside them and inside them counts alike.
    private static string? ValueIn(string config, string keyword) => config.Split('\n', StringSplitOptions.TrimEntries)
        .LastOrDefault(line => line.StartsWith(keyword, StringComparison.Ordinal))?[keyword.Length..].Trim();
}
