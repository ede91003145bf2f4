using System.Text;
using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Server;

internal static partial class DhcpResponder
{
    // PXE 2.1 table 2-1: sub-option 6, PXE_DISCOVERY_CONTROL = 8: take the boot file of this answer, look for no boot server.
    private static ReadOnlySpan<byte> TakeThisBootFile => [6, 1, 8];

    private const byte EndOfVendorOptions = 255;

    // A menu of one entry, taken without asking: sub-option 6 control, 10 prompt (timeout 0), 9 menu (type 0, name). The ROM looks for the
    // name.
    private static readonly byte[] RaspberryPiMenu =
    [
        6, 1, 3, 10, 4, 0, (byte)'P', (byte)'X', (byte)'E', 9, 20, 0, 0, 17, .. "Raspberry Pi Boot"u8, 255
    ];

    // iPXE sub-option 176 (no-pxedhcp): do not wait 2 s for a proxy that does not exist.
    private static ReadOnlySpan<byte> DoNotWaitForProxy => [176, 1, 1];

    /// <summary>
    /// The boot file goes to the header and to option 67, since firmware reads the one or the other, in the option with a NUL behind it for
    /// firmware that copies it as a C string.
    /// </summary>
    private static void SetBoot(BootParameters boot, DhcpMessage reply, bool besideAnotherServer, PxeBootItem? item = null)
    {
        var options = reply.Options;
        reply.Siaddr = boot.Server.ToIPv4();
        if (boot.Client.IsRaspberryPi)
        {
            options.Set(DhcpOptionCode.VendorClass, "PXEClient");
            options.Set(DhcpOptionCode.VendorSpecific, RaspberryPiMenu);
            options.Set(DhcpOptionCode.TftpServerName, boot.Server.ToString());
            if (boot.File.Length == 0) return;
        }

        if (boot.File.Length < 128) reply.BootFile = boot.File;
        var file = options.Reserve(DhcpOptionCode.BootFileName, boot.File.Length + 1);
        file[Encoding.Latin1.GetBytes(boot.File, file)] = 0;

        // UEFI HTTP boot takes no answer without its class (UEFI 2.10 section 24.7.3.1); PXE firmware knows a proxy by it.
        if (boot.Client.IsRaspberryPi) return;
        if (boot.Client.Protocol == FirmwareProtocol.Http) options.Set(DhcpOptionCode.VendorClass, "HTTPClient");
        else if (besideAnotherServer)
        {
            options.Set(DhcpOptionCode.VendorClass, "PXEClient");
            // A client that asked for an item takes only an answer that names it (PXE 2.1 section 2.2.6).
            if (item is { } asked)
                options.Set(DhcpOptionCode.VendorSpecific, [.. TakeThisBootFile, .. asked.ToOption(), EndOfVendorOptions]);
            else options.Set(DhcpOptionCode.VendorSpecific, [.. TakeThisBootFile, EndOfVendorOptions]);
        }

        if (boot.Client.IsIPxe && !besideAnotherServer) options.Set(DhcpOptionCode.IPxe, DoNotWaitForProxy);
    }
}
