using System.Buffers.Binary;
using System.Net;
using System.Text;
using Maas.Boot;
using Maas.Boot.Dhcp4.Wire;

namespace Maas.Testing.Dhcp;

/// <summary>How one program asks for an address: the options it sends, in its order, as captured from the real one.</summary>
internal sealed class DhcpClientProfile
{
    private static readonly byte[] PxeParameters =
        Convert.FromHexString("0102030405060c0d0f111216171c28292a2b3233363a3b3c4243618081828384858687");
    private static readonly byte[] HttpParameters = Convert.FromHexString("0102030405060c0d0f111216171c28292a2b3233363a3b3ceb4361");
    private static readonly byte[] IpxeParameters = Convert.FromHexString("010306070c0f111a2b3c4243778081828384858687afcb");
    private static readonly byte[] IpxeBiosFeatures =
        Convert.FromHexString("b105011af41000eb03010000170101220101130101110101270101190101290101100102210101150101180101120101");
    private static readonly byte[] IpxeEfiFeatures =
        Convert.FromHexString("b105011af41000eb030100001701012401011301011101012701012901011501011b0101120101");

    private readonly (DhcpOptionCode Code, byte[] Value)[] _options;

    private DhcpClientProfile(string name, BootNeed need, (DhcpOptionCode, byte[])[] options) =>
        (Name, Need, _options) = (name, need, options);

    /// <summary>The program, for the story.</summary>
    public string Name { get; }

    /// <summary>What an offer must hold to be taken.</summary>
    public BootNeed Need { get; }

    /// <summary>Whether it asks for answers by broadcast (flag B).</summary>
    public bool Broadcast { get; private init; }

    /// <summary><c>secs</c> in DISCOVER and in REQUEST; iPXE says 4, then 10.</summary>
    public (ushort Discover, ushort Request) Seconds { get; private init; }

    // Where options 54 and 50 stand in a REQUEST: behind option 53, or at the end.
    private Choice ChoiceStands { get; init; } = Choice.Behind53;

    // OVMF raises option 57 to 65280 in its REQUEST.
    private ushort? MaximumInRequest { get; init; }

    // A Raspberry Pi leaves options 60 and 97 out of its REQUEST.
    private IReadOnlyList<DhcpOptionCode> OnlyInDiscover { get; init; } = [];

    /// <summary>The firmware of a machine, at its first words.</summary>
    public static DhcpClientProfile Of(SimulatedFirmware firmware, HardwareAddress mac, Guid uuid) => firmware switch
    {
        SimulatedFirmware.BiosPxe => new("PXE ROM", BootNeed.File,
        [
            (DhcpOptionCode.MaximumMessageSize, [0x05, 0xc0]),
            (DhcpOptionCode.ParameterRequestList, PxeParameters),
            (DhcpOptionCode.ClientMachineIdentifier, Identifier(uuid)),
            (DhcpOptionCode.ClientNetworkInterface, [1, 2, 1]),
            Architecture(BootArchitecture.X86Bios),
            VendorClass("PXEClient:Arch:00000:UNDI:002001"),
        ]) { Broadcast = true },
        SimulatedFirmware.BiosIpxe => Ipxe(BootArchitecture.X86Bios, mac, uuid),
        SimulatedFirmware.UefiPxe => new("UEFI PXE", BootNeed.File,
        [
            (DhcpOptionCode.MaximumMessageSize, [0x05, 0xc0]),
            (DhcpOptionCode.ParameterRequestList, PxeParameters),
            (DhcpOptionCode.ClientMachineIdentifier, Identifier(uuid)),
            (DhcpOptionCode.ClientNetworkInterface, [1, 3, 0]),
            Architecture(BootArchitecture.X64Uefi),
            VendorClass("PXEClient:Arch:00007:UNDI:003000"),
        ]) { Broadcast = true, MaximumInRequest = 65280 },
        SimulatedFirmware.UefiHttp => new("UEFI HTTP boot", BootNeed.HttpUrl,
        [
            (DhcpOptionCode.MaximumMessageSize, [0x05, 0xc0]),
            (DhcpOptionCode.ParameterRequestList, HttpParameters),
            (DhcpOptionCode.ClientMachineIdentifier, Identifier(uuid)),
            (DhcpOptionCode.ClientNetworkInterface, [1, 3, 0]),
            Architecture(BootArchitecture.X64UefiHttp),
            VendorClass("HTTPClient:Arch:00016:UNDI:003000"),
        ]) { Broadcast = true },
        _ => throw new ArgumentOutOfRangeException(nameof(firmware)),
    };

    /// <summary>iPXE, as a ROM or as a program just loaded.</summary>
    public static DhcpClientProfile Ipxe(BootArchitecture architecture, HardwareAddress mac, Guid uuid)
    {
        var bios = architecture == BootArchitecture.X86Bios;
        return new("iPXE", BootNeed.File,
        [
            (DhcpOptionCode.MaximumMessageSize, [0x05, 0xc0]),
            Architecture(architecture),
            (DhcpOptionCode.ClientNetworkInterface, bios ? [1, 2, 1] : [1, 3, 10]),
            VendorClass(bios ? "PXEClient:Arch:00000:UNDI:002001" : "PXEClient:Arch:00007:UNDI:003010"),
            (DhcpOptionCode.UserClass, "iPXE"u8.ToArray()),
            (DhcpOptionCode.ParameterRequestList, IpxeParameters),
            (DhcpOptionCode.IPxe, bios ? IpxeBiosFeatures : IpxeEfiFeatures),
            ClientIdentifier(mac),
            (DhcpOptionCode.ClientMachineIdentifier, Identifier(uuid)),
        ]) { Seconds = (4, 10), ChoiceStands = Choice.AtEnd };
    }

    /// <summary>U-Boot (net/bootp.c) with CONFIG_BOOTP_PXE. It takes any offer, and knows no proxies.</summary>
    public static DhcpClientProfile UBoot(bool is64Bit) => new("U-Boot", BootNeed.Nothing,
    [
        (DhcpOptionCode.MaximumMessageSize, [0x02, 0x40]),
        Architecture(is64Bit ? BootArchitecture.Arm64UBoot : BootArchitecture.Arm32UBoot),
        (DhcpOptionCode.ClientNetworkInterface, [1, 0, 0]),
        VendorClass(is64Bit ? "U-Boot.armv8" : "U-Boot.armv7"),
        (DhcpOptionCode.ParameterRequestList, Convert.FromHexString("0103060c0f111c282a")),
    ]) { ChoiceStands = Choice.BehindMaximum };

    /// <summary>
    /// A Raspberry Pi 4's boot ROM, which says that it is an x86 BIOS. Its option 97: the model in four letters, the board's revision, the
    /// low octets of the hardware address and of the serial number, each the low octet first.
    /// </summary>
    public static DhcpClientProfile RaspberryPi(HardwareAddress mac, uint serial)
    {
        var identifier = new byte[17];
        "RPi4"u8.CopyTo(identifier.AsSpan(1));
        BinaryPrimitives.WriteUInt32LittleEndian(identifier.AsSpan(5), 0x00c03111); // Raspberry Pi 4 B, 4 GB
        BinaryPrimitives.WriteUInt32LittleEndian(identifier.AsSpan(9), LowOctets(mac));
        BinaryPrimitives.WriteUInt32LittleEndian(identifier.AsSpan(13), serial);
        return new("Raspberry Pi", BootNeed.RaspberryPiMenu,
        [
            (DhcpOptionCode.ParameterRequestList, Convert.FromHexString("01032b3c42438081828384858687")),
            Architecture(BootArchitecture.X86Bios),
            (DhcpOptionCode.ClientNetworkInterface, [1, 2, 1]),
            (DhcpOptionCode.ClientMachineIdentifier, identifier),
            VendorClass("PXEClient:Arch:00000:UNDI:002001"),
        ]) { OnlyInDiscover = [DhcpOptionCode.ClientMachineIdentifier, DhcpOptionCode.VendorClass] };
    }

    /// <summary>The last four octets of a hardware address.</summary>
    public static uint LowOctets(HardwareAddress mac)
    {
        var octets = new byte[mac.Length];
        mac.CopyTo(octets);
        return BinaryPrimitives.ReadUInt32BigEndian(octets.AsSpan(^4..));
    }

    /// <summary>busybox's client, as the ephemeral environment's agent runs it.</summary>
    public static DhcpClientProfile Udhcpc(HardwareAddress mac) => new("udhcpc", BootNeed.Nothing,
    [
        (DhcpOptionCode.MaximumMessageSize, [0x02, 0x40]), (DhcpOptionCode.ParameterRequestList, Convert.FromHexString("0103060c0f1c2a")),
        (DhcpOptionCode.HostName, "maas-agent"u8.ToArray()), VendorClass("maas-agent"), ClientIdentifier(mac),
    ]) { ChoiceStands = Choice.Behind53AddressFirst };

    /// <summary>busybox's client, as the Debian installer runs it.</summary>
    public static DhcpClientProfile DebianInstaller(HardwareAddress mac) => new("Debian installer", BootNeed.Nothing,
    [
        (DhcpOptionCode.MaximumMessageSize, [0x02, 0x40]), (DhcpOptionCode.ParameterRequestList, Convert.FromHexString("0103060c0f1c2a")),
        VendorClass("d-i"), ClientIdentifier(mac),
    ]) { ChoiceStands = Choice.Behind53AddressFirst };

    /// <summary>ISC's client, in a system on disk.</summary>
    public static DhcpClientProfile Dhclient(string hostName) => new("dhclient", BootNeed.Nothing,
        [
            (DhcpOptionCode.HostName, Encoding.ASCII.GetBytes(hostName)),
            (DhcpOptionCode.ParameterRequestList, Convert.FromHexString("011c030f06770c1a2a"))
        ]);

    public DhcpMessage Discover(HardwareAddress mac, uint transaction)
    {
        var message = Begin(mac, transaction, DhcpMessageType.Discover, Seconds.Discover);
        foreach (var (code, value) in _options) message.Options.Set(code, value);
        return message;
    }

    /// <summary>Takes the address that a server offered.</summary>
    public DhcpMessage Request(HardwareAddress mac, uint transaction, DhcpMessage offer)
    {
        var message = Begin(mac, transaction, DhcpMessageType.Request, Seconds.Request);
        if (ChoiceStands == Choice.Behind53AddressFirst) message.Options.Set(DhcpOptionCode.RequestedAddress, offer.YourAddress);
        if (ChoiceStands is Choice.Behind53 or Choice.Behind53AddressFirst) Choose(message, offer);
        foreach (var (code, value) in _options)
        {
            if (OnlyInDiscover.Contains(code)) continue;
            if (code == DhcpOptionCode.MaximumMessageSize && MaximumInRequest is { } maximum) message.Options.Set(code, maximum);
            else message.Options.Set(code, value);
            if (code == DhcpOptionCode.MaximumMessageSize && ChoiceStands == Choice.BehindMaximum) Choose(message, offer);
        }

        if (ChoiceStands == Choice.AtEnd) Choose(message, offer);
        return message;
    }

    /// <summary>Asks a proxy's boot service what to boot (PXE 2.1 section 2.2.3), with the address the client has by now.</summary>
    public DhcpMessage AskBootService(HardwareAddress mac, uint transaction, DhcpMessage acknowledged) =>
        Extend(mac, transaction, acknowledged.YourAddress);

    /// <summary>Asks to keep the address that the client uses (RFC 2131 section 4.3.2, RENEWING and REBINDING).</summary>
    public DhcpMessage Extend(HardwareAddress mac, uint transaction, IPAddress address)
    {
        var message = Begin(mac, transaction, DhcpMessageType.Request, Seconds.Request);
        message.ClientAddress = address;
        message.Broadcast = false;
        foreach (var (code, value) in _options) message.Options.Set(code, value);
        return message;
    }

    private DhcpMessage Begin(HardwareAddress mac, uint transaction, DhcpMessageType type, ushort seconds) => new()
    {
        Operation = DhcpOperation.Request, Hardware = mac, TransactionId = transaction, Type = type, SecondsElapsed = seconds,
        Broadcast = Broadcast,
    };

    private static void Choose(DhcpMessage message, DhcpMessage offer)
    {
        if (offer.Options.GetAddress(DhcpOptionCode.ServerIdentifier) is { } server)
            message.Options.Set(DhcpOptionCode.ServerIdentifier, server);
        message.Options.Set(DhcpOptionCode.RequestedAddress, offer.YourAddress);
    }

    private static (DhcpOptionCode, byte[]) Architecture(BootArchitecture architecture)
    {
        var value = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(value, (ushort)architecture);
        return (DhcpOptionCode.ClientArchitecture, value);
    }

    private static (DhcpOptionCode, byte[]) VendorClass(string text) => (DhcpOptionCode.VendorClass, Encoding.ASCII.GetBytes(text));

    private static (DhcpOptionCode, byte[]) ClientIdentifier(HardwareAddress mac)
    {
        var value = new byte[1 + mac.Length];
        value[0] = mac.Type;
        mac.CopyTo(value.AsSpan(1));
        return (DhcpOptionCode.ClientIdentifier, value);
    }

    private static byte[] Identifier(Guid uuid)
    {
        var message = new DhcpMessage();
        MachineIdentifier.Set(message, uuid);
        return message.Options.Get(DhcpOptionCode.ClientMachineIdentifier).ToArray();
    }

    private enum Choice
    {
        Behind53,
        Behind53AddressFirst,
        BehindMaximum,
        AtEnd,
    }
}

/// <summary>What a client must be told besides its address.</summary>
internal enum BootNeed
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>A boot file, in the offer or from a proxy.</summary>
    File,

    /// <summary>A URL, in an offer that says HTTPClient.</summary>
    HttpUrl,

    /// <summary>A boot menu with the entry that a Raspberry Pi looks for.</summary>
    RaspberryPiMenu,
}
