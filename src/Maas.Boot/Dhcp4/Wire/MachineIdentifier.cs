namespace Maas.Boot.Dhcp4.Wire;

/// <summary>Option 97 (RFC 4578 section 2.3): a type octet, 0, and a UUID in SMBIOS order, the first three fields little-endian.</summary>
public static class MachineIdentifier
{
    /// <summary>
    /// The UUID as the operating system shows it; <see langword="null"/> when absent, of another type, or all zeros (a machine without
    /// one).
    /// </summary>
    public static Guid? Of(DhcpMessage message)
    {
        if (message.Options.Get(DhcpOptionCode.ClientMachineIdentifier) is not [0, .. { Length: 16 } octets]) return null;
        var uuid = new Guid(octets, bigEndian: false);
        return uuid == Guid.Empty ? null : uuid;
    }

    /// <summary>Sets the option, as firmware does.</summary>
    public static void Set(DhcpMessage message, Guid uuid)
    {
        Span<byte> value = stackalloc byte[17];
        value[0] = 0;
        uuid.TryWriteBytes(value[1..], bigEndian: false, out _);
        message.Options.Set(DhcpOptionCode.ClientMachineIdentifier, value);
    }
}
