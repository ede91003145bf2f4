using System.Net;
using System.Net.Sockets;
using Maas.Core.Power;

namespace Maas.Core.Nodes;

/// <summary>
/// What a machine may say about its management controller. The host sends packets to the address that it names, so that nothing but the
/// literal address of another host is taken.
/// </summary>
internal static class ReportedPower
{
    private static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        "power_address", "power_user", "power_pass", "power_driver", "power_boot_type", "privilege_level", "cipher_suite_id", "k_g",
        "mac_address",
    };

    /// <summary>Why the settings are not taken, without secrets; <see langword="null"/> when they are.</summary>
    public static string? WhyNot(PowerSettings power)
    {
        if (power.Type != "ipmi") return "Machines report the power type ipmi only.";
        if (power.Parameters.Keys.FirstOrDefault(name => !Names.Contains(name)) is { } unknown)
            return $"The parameter {LogText.From(unknown, 64)} is not taken from a machine.";
        if (power.Parameters.Values.Any(value => value.Length > 64 || value.Any(char.IsControl)))
            return "A parameter is too long or not text.";
        if (!power.Parameters.TryGetValue("power_pass", out var password) || password.Length == 0) return "The password is missing.";
        return power.Parameters.TryGetValue("power_address", out var text)
            && !text.StartsWith('[') // in brackets, a port may follow
            && IPAddress.TryParse(text, out var address)
            && IsAnotherHost(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)
            ? null
            : "Its address is not the IP address of another host.";
    }

    private static bool IsAnotherHost(IPAddress address) =>
        !IPAddress.IsLoopback(address) && !address.IsIPv6Multicast && !address.IsIPv6LinkLocal
        && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any)
        // 0.0.0.0/8, 169.254.0.0/16, and multicast, reserved and broadcast addresses from 224.0.0.0.
        && (address.AddressFamily is not AddressFamily.InterNetwork
            || address.GetAddressBytes() is var octets && octets[0] is > 0 and < 224 && !(octets[0] == 169 && octets[1] == 254));
}
