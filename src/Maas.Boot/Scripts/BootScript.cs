using System.Diagnostics;

namespace Maas.Boot.Scripts;

/// <summary>Writes boot scripts: a <see cref="BootInstruction"/> in the words of iPXE, pxelinux or GRUB.</summary>
/// <remarks>
/// Nothing of an instruction can become a command of its own: each writer escapes what its dialect can escape and
/// refuses the rest with <see cref="BootScriptException"/>. Names are written relative to the root that the script was
/// fetched from, so one script serves TFTP and HTTP.
/// </remarks>
public static class BootScript
{
    /// <summary>Writes a script.</summary>
    /// <param name="dialect">For which boot program.</param>
    /// <param name="instruction">What the machine boots.</param>
    /// <exception cref="BootScriptException">The instruction holds what the dialect cannot express safely.</exception>
    public static string Write(BootScriptDialect dialect, BootInstruction instruction) => dialect switch
    {
        BootScriptDialect.Ipxe => IpxeScript.Write(instruction),
        BootScriptDialect.Pxelinux => PxelinuxConfig.Write(instruction),
        BootScriptDialect.Grub => GrubConfig.Write(instruction),
        _ => throw new UnreachableException(),
    };
}

/// <summary>
/// An instruction holds what a boot program's script cannot express safely. The message names what, never the text itself.
/// </summary>
public sealed class BootScriptException(string message) : Exception(message);
