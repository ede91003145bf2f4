using System.Net;
using Maas.Testing.Dhcp;

namespace Maas.Testing.Firmware;

/// <summary>What iPXE knows about the machine it runs on: its settings (https://ipxe.org/cfg).</summary>
internal sealed class IpxeMachine(SimulatedMachineOptions options, DhcpLease lease, bool isBios, bool diskBoots)
{
    private readonly Dictionary<string, string> _set = new(StringComparer.OrdinalIgnoreCase);

    public bool DiskBoots { get; } = diskBoots;

    public void Set(string name, string value) => _set[name] = value;

    public void Clear(string name) => _set.Remove(name);

    /// <summary>Replaces each <c>${name}</c>; an unknown setting is empty.</summary>
    public string Expand(string text)
    {
        while (text.IndexOf("${", StringComparison.Ordinal) is var start and >= 0 && text.IndexOf('}', start) is var end and >= 0)
        {
            text = text[..start] + (Value(text[(start + 2)..end]) ?? "") + text[(end + 1)..];
        }

        return text;
    }

    /// <summary>A setting's value, with its type suffix; <see langword="null"/> when it is not set.</summary>
    public string? Value(string name)
    {
        var parts = name.Split(':', 2);
        var value = _set.GetValueOrDefault(parts[0])
            ?? BuiltIn(parts[0].StartsWith("net0/", StringComparison.OrdinalIgnoreCase) ? parts[0][5..] : parts[0]);
        return parts is [_, var type] && value is not null
            ? type switch
            {
                "hexhyp" => value.Replace(':', '-'),
                "hexraw" => value.Replace(":", "", StringComparison.Ordinal),
                "uristring" => Uri.EscapeDataString(value),
                _ => value,
            }
            : value;
    }

    private string? BuiltIn(string name) => name.ToLowerInvariant() switch
    {
        "mac" => options.Mac.ToString(),
        "ip" => lease.Address.ToString(),
        "dhcp-server" => lease.Server.ToString(),
        "next-server" => lease.BootServer.Equals(IPAddress.Any) ? null : lease.BootServer.ToString(),
        "filename" => lease.BootFile,
        "uuid" => options.Uuid == Guid.Empty ? null : options.Uuid.ToString(),
        "platform" => isBios ? "pcbios" : "efi",
        "buildarch" => isBios ? "i386" : "x86_64",
        "manufacturer" => options.Hardware.Vendor,
        "product" => options.Hardware.Product,
        "serial" => options.Hardware.Serial,
        "version" => "1.21.1+",
        _ => null,
    };
}
