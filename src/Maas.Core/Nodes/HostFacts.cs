using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Maas.Core.Nodes;

/// <summary>What a controller tells of the host that it runs on.</summary>
internal static class HostFacts
{
    private const int MostAddresses = 64;

    /// <summary>Architecture and sub-architecture.</summary>
    public static string Architecture => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64/generic",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64/generic",
        System.Runtime.InteropServices.Architecture.Arm => "armhf/generic",
        System.Runtime.InteropServices.Architecture.S390x => "s390x/generic",
        System.Runtime.InteropServices.Architecture.Ppc64le => "ppc64el/generic",
        System.Runtime.InteropServices.Architecture.RiscV64 => "riscv64/generic",
        _ => "i386/generic",
    };

    /// <summary>Memory in MiB.</summary>
    public static int MemoryMiB => (int)Math.Min(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20, int.MaxValue);

    /// <summary>The version of this package, without the commit.</summary>
    public static string Version => typeof(HostFacts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
        ?.InformationalVersion.Split('+')[0] ?? "";

    /// <summary>A host name for a computer, whose name may have a domain, and letters that no host name has.</summary>
    public static string HostnameOf(string computer)
    {
        var name = computer.ToLowerInvariant().Split('.')[0];
        name = new string([.. name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-')]).Trim('-');
        return name.Length is 0 ? "controller" : name[..Math.Min(name.Length, 63)];
    }

    /// <summary>The addresses of the host that other hosts may reach, sorted; none when the system does not tell them.</summary>
    public static IReadOnlyList<string> ListAddresses() =>
    [
        .. ListInterfaces().SelectMany(one => one.Addresses).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Take(MostAddresses),
    ];

    /// <summary>The interfaces of the host that are up, but for the loopback; none when the system does not tell them.</summary>
    public static IReadOnlyList<HostInterface> ListInterfaces()
    {
        try
        {
            return
            [
                .. NetworkInterface.GetAllNetworkInterfaces()
                    .Where(link => link.OperationalStatus == OperationalStatus.Up
                        && link.NetworkInterfaceType != NetworkInterfaceType.Loopback)
                    .OrderBy(link => link.Name, StringComparer.Ordinal).Take(MostAddresses)
                    .Select(Describe),
            ];
        }
        catch (NetworkInformationException)
        {
            return []; // a sandbox may forbid to ask
        }
    }

    private static HostInterface Describe(NetworkInterface link)
    {
        var properties = link.GetIPProperties();
        return new HostInterface
        {
            Name = link.Name,
            MacAddress = MacAddress.TryParse(link.GetPhysicalAddress().ToString(), out var mac) && mac.IsUnicast ? mac : null,
            Mtu = link.Supports(NetworkInterfaceComponent.IPv4) ? properties.GetIPv4Properties()?.Mtu ?? 0 : 0,
            SpeedMbps = (int)Math.Clamp(link.Speed / 1_000_000, 0, int.MaxValue),
            Addresses =
            [
                .. properties.UnicastAddresses.Select(unicast => unicast.Address)
                    .Where(address => address.AddressFamily is AddressFamily.InterNetwork
                        || (address.AddressFamily is AddressFamily.InterNetworkV6 && !address.IsIPv6LinkLocal))
                    .Select(address => address.ToString()).Distinct(StringComparer.Ordinal).Take(MostAddresses),
            ],
        };
    }
}
