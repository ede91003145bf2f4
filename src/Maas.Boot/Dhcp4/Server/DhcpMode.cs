namespace Maas.Boot.Dhcp4.Server;

/// <summary>What a DHCP server does on its links.</summary>
public enum DhcpMode
{
    /// <summary>Leases addresses, and names the boot program to firmware that asks for one.</summary>
    Full,

    /// <summary>
    /// Leaves addresses to another server and adds only the boot part: proxy-DHCP, on port 67 and 4011 (PXE 2.1 section 2.2).
    /// </summary>
    Proxy,

    /// <summary>Answers nothing and reports what it would have answered, and which servers it saw.</summary>
    Observe,
}
