using System.Net;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Tests.Packets;

namespace Maas.Boot.Tests.Dhcp4.Server;

/// <summary>Datagrams as clients send them: the header, and the options as octets in hexadecimal.</summary>
internal static class ClientPackets
{
    public static readonly IPAddress Server = IPAddress.Parse("10.0.0.1");

    /// <summary>U-Boot on a 64-bit Arm board: DISCOVER, class "U-Boot.armv8", architecture 22.</summary>
    public const string UBootArm64 = "350101 39020240 5d020016 5e03010000 3c0c 552d426f6f742e61726d7638 3709 01 03 06 0c 0f 11 1c 28 2a ff";

    /// <summary>U-Boot on a 32-bit Arm board: class "U-Boot.armv7", architecture 21.</summary>
    public const string UBootArm32 = "350101 39020240 5d020015 5e03010000 3c0c 552d426f6f742e61726d7637 3709 01 03 06 0c 0f 11 1c 28 2a ff";

    /// <summary>
    /// A Raspberry Pi 4's boot ROM: class "PXEClient:Arch:00000:UNDI:002001", architecture 0, machine 00 "RPi4" and more.
    /// </summary>
    public const string RaspberryPi4 =
        "350101 370e 01 03 2b 3c 42 43 80 81 82 83 84 85 86 87 5d020000 5e03010201 6111 00 52506934 15c03111 5c6f1d4f 6c6f1d4f "
        + "3c20 505845436c69656e743a417263683a30303030303a554e44493a303032303031 ff";

    /// <summary>The same ROM's REQUEST, but for the address and the server, which the test adds: neither class nor machine.</summary>
    public const string RaspberryPi4Request = "350103 370e 01 03 2b 3c 42 43 80 81 82 83 84 85 86 87 5d020000 5e03010201 ff";

    /// <summary>The octets of a message with these options.</summary>
    public static byte[] Datagram(string options, string hardware = "52:54:00:00:00:01", string? clientAddress = null)
    {
        var datagram = new byte[240];
        (datagram[0], datagram[1], datagram[2]) = (1, 1, 6);
        Convert.FromHexString("01020304").CopyTo(datagram, 4);
        if (clientAddress is not null) IPAddress.Parse(clientAddress).GetAddressBytes().CopyTo(datagram, 12);
        Convert.FromHexString(hardware.Replace(":", "", StringComparison.Ordinal)).CopyTo(datagram, 28);
        Convert.FromHexString("63825363").CopyTo(datagram, 236);
        return [.. datagram, .. Convert.FromHexString(options.Replace(" ", "", StringComparison.Ordinal))];
    }

    public static DhcpMessage Message(string options, string hardware = "52:54:00:00:00:01", string? clientAddress = null) =>
        Captures.Parse(Datagram(options, hardware, clientAddress));
}
