using System.Net;

namespace Maas.Boot.Dhcp.Firmware;

/// <summary>What an answer tells a firmware about booting.</summary>
/// <param name="File">The boot file: a name for TFTP, or an absolute URL; empty for firmware that knows what to fetch.</param>
/// <param name="Server">The TFTP server.</param>
/// <param name="Client">The firmware it is meant for.</param>
internal sealed record BootParameters(string File, IPAddress Server, FirmwareClient Client)
{
    /// <summary>
    /// The boot part for a firmware: iPXE gets its script whatever the instruction is; other firmware gets the boot program of the
    /// table, which is iPXE again and comes back for the script. Only a program of the caller's is named directly.
    /// </summary>
    /// <remarks>
    /// A machine that is to boot from its disk gets the boot program too, and a script that says so, when it asks by PXE. When it asks by
    /// UEFI HTTP boot it gets an address and nothing to boot: that comes after PXE in the boot order of a firmware that does both, and an
    /// iPXE started there a second time was seen to hang instead of handing on to the disk (OVMF, Debian 12's iPXE).
    /// </remarks>
    /// <returns><see langword="null"/> when there is nothing this firmware could run.</returns>
    public static BootParameters? For(FirmwareClient client, BootInstruction instruction, HardwareAddress hardware, BootFileLocator source)
    {
        var file = client switch
        {
            { IsRaspberryPi: true } => source.Programs[BootArchitecture.RaspberryPi] ?? "",
            { Protocol: FirmwareProtocol.Http, IsIPxe: false } when instruction is BootInstruction.LocalDisk => null,
            { IsIPxe: true } => source.ScriptFor(hardware),
            { Protocol: FirmwareProtocol.Http } => source.HttpUrl(ProgramFor(client, instruction, source)),
            _ => ProgramFor(client, instruction, source),
        };
        return file is null ? null : new BootParameters(file, source.TftpServer, client);
    }

    private static string? ProgramFor(FirmwareClient client, BootInstruction instruction, BootFileLocator source)
    {
        // A URL is more than TFTP firmware can fetch: iPXE goes first and its script names the URL.
        if (instruction is BootInstruction.Program program
            && (client.Protocol == FirmwareProtocol.Http || !BootFileLocator.IsUrl(program.File)))
            return program.File;
        var architecture = client.Architecture
            ?? (client.Protocol == FirmwareProtocol.Http ? BootArchitecture.X64UefiHttp : BootArchitecture.X86Bios);
        return source.Programs[architecture];
    }
}
