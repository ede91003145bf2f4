using System.Diagnostics.CodeAnalysis;

namespace Maas.Boot.Scripts;

/// <summary>The names under which boot programs fetch their script: one folder a dialect, one name a machine.</summary>
/// <remarks>
/// <c>ipxe/52-54-00-12-34-56</c>, <c>pxelinux.cfg/01-52-54-00-12-34-56</c> (01 is the hardware type),
/// <c>grub/grub.cfg-01-52-54-00-12-34-56</c>, <c>grub/grub.cfg-52:54:00:12:34:56</c>. pxelinux tries the machine's UUID before and its
/// address after this name; those are simply absent.
/// </remarks>
/// <param name="Dialect">Which boot program asks.</param>
/// <param name="Hardware">The machine's hardware address, as the name says it.</param>
public readonly record struct BootScriptName(BootScriptDialect Dialect, HardwareAddress Hardware)
{
    private static readonly (string Prefix, BootScriptDialect Dialect)[] Prefixes =
    [
        ("ipxe/", BootScriptDialect.Ipxe),
        ("pxelinux.cfg/01-", BootScriptDialect.Pxelinux),
        ("grub/grub.cfg-01-", BootScriptDialect.Grub),
        ("grub/grub.cfg-", BootScriptDialect.Grub), // as MAAS's own grub.cfg asks, by ${net_default_mac}
    ];

    /// <summary>Reads a normalised file name; case does not matter.</summary>
    public static bool TryParse([NotNullWhen(true)] string? name, out BootScriptName script)
    {
        foreach (var (prefix, dialect) in Prefixes)
        {
            if (name is null || !name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) continue;
            if (!HardwareAddress.TryParse(name.AsSpan(prefix.Length), out var hardware)) continue;
            if (hardware is not { Type: HardwareAddress.Ethernet, Length: 6 }) continue;
            script = new BootScriptName(dialect, hardware);
            return true;
        }

        script = default;
        return false;
    }

    /// <summary>The canonical name: lower case, dashes.</summary>
    public override string ToString()
    {
        var dialect = Dialect;
        return Prefixes.First(p => p.Dialect == dialect).Prefix + Hardware.ToString().Replace(':', '-');
    }
}

/// <summary>The boot programs that scripts are written for.</summary>
public enum BootScriptDialect
{
    /// <summary>iPXE, on BIOS and UEFI.</summary>
    Ipxe,

    /// <summary>pxelinux, on BIOS.</summary>
    Pxelinux,

    /// <summary>GRUB as a network boot program, on UEFI.</summary>
    Grub,
}
