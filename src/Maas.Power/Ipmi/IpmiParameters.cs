using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;

namespace Maas.Power.Ipmi;

/// <summary>A machine's parameters, in MAAS's names, checked.</summary>
/// <param name="Settings">Where the controller is, and as which user to log in.</param>
/// <param name="Firmware">How the next boot is asked for (<c>power_boot_type</c>).</param>
internal sealed record IpmiParameters(IpmiConnectionSettings Settings, IpmiBootFirmware Firmware)
{
    private const int DefaultPort = 623;
    private const int LongestKey = 20;

    private static readonly SearchValues<char> HexadecimalDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>Checks the parameters; on failure <paramref name="problem"/> names the wrong one.</summary>
    public static bool TryRead(PowerTarget target, out IpmiParameters? parameters, out string problem)
    {
        parameters = null;
        if (!TryParseAddress(target["power_address"], out var host, out var port))
            return Wrong("power_address must be a host name or an IP address, with or without a port", out problem);
        if (Privilege(target["privilege_level"]) is not { } privilege)
            return Wrong("privilege_level must be USER, OPERATOR or ADMIN", out problem);
        if (Protocol(target["power_driver"]) is not { } protocol)
            return Wrong("power_driver must be LAN_2_0 or LAN", out problem);
        var isLegacy = protocol == IpmiProtocol.Ipmi15;

        var user = target["power_user"] ?? "";
        if (Encoding.UTF8.GetByteCount(user) > 16 || user.Any(char.IsControl))
            return Wrong("power_user must be at most 16 characters", out problem);
        var password = target.ReadSecret("power_pass");
        var longest = isLegacy ? 16 : 20;
        if (Encoding.UTF8.GetByteCount(password) > longest)
            return Wrong($"power_pass must be at most {longest} bytes{(isLegacy ? " for IPMI 1.5" : "")}", out problem);
        int? cipher = null;
        if (!isLegacy && target["cipher_suite_id"] is { } text)
        {
            if (text is not ("3" or "8" or "17"))
                return Wrong("cipher_suite_id must be 17, 3 or 8: other suites do not protect every message", out problem);
            cipher = int.Parse(text, CultureInfo.InvariantCulture);
        }

        byte[] controllerKey = [];
        if (!isLegacy && target.ReadSecret("k_g").Trim() is { Length: > 0 } key && !TryParseKey(key, out controllerKey))
            return Wrong("k_g must be a text of at most 20 bytes, or 0x and at most 40 hexadecimal digits", out problem);

        var settings = new IpmiConnectionSettings
        {
            Host = host,
            Port = port,
            UserName = user,
            Password = password,
            ControllerKey = controllerKey,
            Privilege = privilege,
            Protocol = protocol,
            CipherSuite = cipher,
            Workarounds = Workarounds(target["workaround_flags"]),
        };
        var isEfi = string.Equals(target["power_boot_type"], "efi", StringComparison.OrdinalIgnoreCase);
        parameters = new IpmiParameters(settings, isEfi ? IpmiBootFirmware.Uefi : IpmiBootFirmware.Bios);
        problem = "";
        return true;
    }

    // Host, host:port, IPv6 bare, [IPv6] or [IPv6]:port.
    private static bool TryParseAddress(string? text, out string host, out int port)
    {
        (host, port) = (text ?? "", DefaultPort);
        if (text is null || text.Length > 255 || text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))) return false;
        if (IPAddress.TryParse(text, out var bare) && !text.StartsWith('['))
        {
            host = bare.ToString();
            return true;
        }

        if (text.StartsWith('['))
        {
            if (!IPEndPoint.TryParse(text, out var endPoint)) return false;
            (host, port) = (endPoint.Address.ToString(), endPoint.Port == 0 ? DefaultPort : endPoint.Port);
            return true;
        }

        var parts = text.Split(':');
        if (parts.Length > 2) return false;
        host = parts[0];
        if (parts.Length == 2)
        {
            if (!ushort.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0) return false;
            port = number;
        }

        return Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4;
    }

    // MAAS's default: the least that may switch a chassis (IPMI 2.0 appendix G, "Chassis Control": operator).
    private static IpmiPrivilege? Privilege(string? text) => text?.ToUpperInvariant() switch
    {
        null or "OPERATOR" => IpmiPrivilege.Operator,
        "USER" => IpmiPrivilege.User,
        "ADMIN" or "ADMINISTRATOR" => IpmiPrivilege.Administrator,
        _ => null,
    };

    private static IpmiProtocol? Protocol(string? text) => text?.ToUpperInvariant() switch
    {
        null => IpmiProtocol.Automatic,
        "LAN_2_0" => IpmiProtocol.Ipmi20,
        "LAN" => IpmiProtocol.Ipmi15,
        _ => null,
    };

    // MAAS's flags are FreeIPMI's. Those that this client does not need have no effect.
    private static IpmiWorkarounds Workarounds(string? flags)
    {
        var workarounds = IpmiWorkarounds.None;
        foreach (var flag in (flags ?? "").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            workarounds |= flag.ToLowerInvariant() switch
            {
                "authcap" => IpmiWorkarounds.SkipCapabilities,
                "opensesspriv" => IpmiWorkarounds.NamePrivilegeAtOpen,
                "integritycheckvalue" => IpmiWorkarounds.IgnoreCheckValue,
                _ => IpmiWorkarounds.None,
            };
        }

        return workarounds;
    }

    private static bool TryParseKey(string given, out byte[] key)
    {
        key = Encoding.UTF8.GetBytes(given);
        if (!given.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) return key.Length <= LongestKey;
        var digits = given.AsSpan(2);
        if (digits.Length % 2 != 0 || digits.Length > LongestKey * 2 || digits.ContainsAnyExcept(HexadecimalDigits)) return false;
        key = Convert.FromHexString(digits);
        return key.Length > 0;
    }

    private static bool Wrong(string what, out string problem)
    {
        problem = $"Parameter {what}.";
        return false;
    }
}
