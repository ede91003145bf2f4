using Maas.Testing.Dhcp;
using Maas.Testing.Events;

namespace Maas.Testing.Firmware;

/// <summary>
/// pxelinux (https://wiki.syslinux.org, "PXELINUX"): looks for its configuration under the names it tries, and boots its default label.
/// </summary>
internal sealed class PxelinuxProgram(SimulatedMachineOptions options, DhcpLease lease, Loader loader, MachineLog log)
{
    private const string Name = "pxelinux";

    public async Task<BootResult> RunAsync(Uri program, CancellationToken cancellationToken)
    {
        if (await loader.LoadAsync(Name, new Uri(program, "ldlinux.c32"), cancellationToken).ConfigureAwait(false) is null)
            return new BootResult.NextDevice("pxelinux did not find ldlinux.c32");
        foreach (var name in ConfigurationNames())
        {
            if (await loader.ReadTextAsync(Name, new Uri(program, "pxelinux.cfg/" + name), cancellationToken)
                .ConfigureAwait(false) is { } text)
                return await BootAsync(program, text, cancellationToken).ConfigureAwait(false);
        }

        return new BootResult.NextDevice("pxelinux found no configuration");
    }

    private IEnumerable<string> ConfigurationNames()
    {
        if (options.Uuid != Guid.Empty) yield return options.Uuid.ToString();
        foreach (var name in PxelinuxMenu.NamesFor(options.Mac, lease.Address)) yield return name;
        yield return "default";
    }

    private async Task<BootResult> BootAsync(Uri program, string text, CancellationToken cancellationToken)
    {
        if (PxelinuxMenu.DefaultEntry(text) is not { } entry) return new BootResult.NextDevice("pxelinux: the default label is missing");
        if (entry.ContainsKey("LOCALBOOT")) return new BootResult.NextDevice("pxelinux gave control back");
        if (entry.GetValueOrDefault("COM32") is { } module)
            return module.StartsWith("poweroff", StringComparison.Ordinal)
                ? new BootResult.PowerOff("switched off by pxelinux")
                : new BootResult.NextDevice($"pxelinux: {module} cannot be played");

        var kernel = entry.GetValueOrDefault("LINUX") ?? entry.GetValueOrDefault("KERNEL");
        if (kernel is null) return new BootResult.NextDevice("pxelinux: the label names no kernel");
        var append = entry.GetValueOrDefault("APPEND") ?? "";
        foreach (var file in (entry.GetValueOrDefault("INITRD") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Prepend(kernel))
        {
            if (await loader.LoadAsync(Name, new Uri(program, file), cancellationToken).ConfigureAwait(false) is null)
                return new BootResult.NextDevice($"pxelinux could not load {file}");
        }

        log.Said(Name, $"booting {kernel}");
        // BOOTIF is what IPAPPEND 2 would add; our scripts say it themselves.
        return new BootResult.Kernel(append);
    }
}
