using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;

namespace Maas.Power.Ipmi;

/// <summary>
/// A machine's parameters, checked and turned into what ipmitool is given: arguments without a secret, and an environment with them.
/// </summary>
internal sealed class IpmiConnection
{
    // IPMI 2.0 section 22.30 (Set User Password): 20 bytes at most; IPMI 1.5: 16.
    private const int LongestPassword = 20;
    private const int LongestLegacyPassword = 16;
    private const int LongestKey = 20;
    private const int LongestUser = 16;

    private static readonly SearchValues<char> HexadecimalDigits = SearchValues.Create("0123456789abcdefABCDEF");

    private IpmiConnection(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, bool efi)
    {
        Arguments = arguments;
        Environment = environment;
        BootsByEfi = efi;
    }

    /// <summary>ipmitool's options, before the command.</summary>
    public IReadOnlyList<string> Arguments { get; private set; }

    /// <summary>The secrets, by the variables that ipmitool reads them from.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Whether the next boot is to be asked for as an EFI boot (<c>power_boot_type=efi</c>).</summary>
    public bool BootsByEfi { get; }

    /// <summary>Says that a lower privilege than the one given is in use; null while the given one is.</summary>
    public string? Note { get; private set; }

    /// <summary>Replaces the privilege ADMINISTRATOR by OPERATOR, which suffices to switch a machine; false if it was another.</summary>
    public bool LowerPrivilege()
    {
        var at = Arguments.TakeWhile(argument => argument != "-L").Count() + 1;
        if (Arguments[at] != "ADMINISTRATOR") return false;
        Arguments = [.. Arguments.Take(at), "OPERATOR", .. Arguments.Skip(at + 1)];
        Note = "The controller refuses the privilege ADMINISTRATOR; OPERATOR was used instead.";
        return true;
    }

    /// <summary>Takes out of a text what must not be shown.</summary>
    public string Redact(string text) =>
        Environment.Values.Where(secret => secret.Length > 0).Aggregate(
            text, (t, secret) => t.Replace(secret, "***", StringComparison.Ordinal));

    /// <summary>Checks the parameters; on failure <paramref name="problem"/> names the wrong one.</summary>
    public static bool TryCreate(PowerTarget target, out IpmiConnection? connection, out string problem)
    {
        connection = null;
        var legacy = string.Equals(target["power_driver"], "LAN", StringComparison.OrdinalIgnoreCase);
        if (!TryParseAddress(target["power_address"], out var host, out var port))
            return Wrong("power_address must be a host name or an IP address, with or without a port", out problem);
        if (Privilege(target["privilege_level"]) is not { } privilege)
            return Wrong("privilege_level must be USER, OPERATOR or ADMIN", out problem);

        // -v: without it ipmitool does not say whether a password was wrong or the controller did not answer.
        List<string> arguments = ["-v", "-I", legacy ? "lan" : "lanplus", "-H", host, "-L", privilege, "-N", "2", "-R", "3"];
        if (port != 0) arguments.AddRange(["-p", port.ToString(CultureInfo.InvariantCulture)]);

        if (target["power_user"] is { } user)
        {
            if (user.Length > LongestUser || user.Any(char.IsControl))
                return Wrong("power_user must be at most 16 characters", out problem);
            arguments.AddRange(["-U", user]);
        }

        var password = target.Secret("power_pass");
        if (!FitsEnvironment(password, legacy ? LongestLegacyPassword : LongestPassword))
            return Wrong(legacy ? "power_pass must be at most 16 bytes for IPMI 1.5" : "power_pass must be at most 20 bytes", out problem);
        arguments.Add("-E");
        // ipmitool asks the first of these, then the second; both are set so that nothing inherited can win.
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["IPMITOOL_PASSWORD"] = password,
            ["IPMI_PASSWORD"] = password
        };

        if (!legacy && target["cipher_suite_id"] is { } cipher)
        {
            if (!byte.TryParse(cipher, NumberStyles.None, CultureInfo.InvariantCulture, out var id) || id > 17)
                return Wrong("cipher_suite_id must be a number from 0 to 17", out problem);
            arguments.AddRange(["-C", id.ToString(CultureInfo.InvariantCulture)]);
        }

        if (!legacy && target.Secret("k_g") is { Length: > 0 } key)
        {
            if (!TryParseKey(key.Trim(), out var text))
                return Wrong(
                    "k_g must be a text of at most 20 bytes, or 0x and hexadecimal digits that make such a text: ipmitool takes other keys "
                        + "only where every user of this host could read them",
                    out problem);
            arguments.Add("-K");
            environment["IPMI_KGKEY"] = text;
        }

        if (target["workaround_flags"]?.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)
            .Select(OemType)
            .FirstOrDefault(o => o is not null) is { } oem)
            arguments.AddRange(["-o", oem]);

        connection = new IpmiConnection(
            arguments, environment, string.Equals(target["power_boot_type"], "efi", StringComparison.OrdinalIgnoreCase));
        problem = "";
        return true;
    }

    // Host, host:port, IPv6 bare, [IPv6] or [IPv6]:port.
    private static bool TryParseAddress(string? text, out string host, out int port)
    {
        (host, port) = (text ?? "", 0);
        if (text is null || text.Length > 255 || text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))) return false;
        if (IPAddress.TryParse(text, out var bare) && !text.StartsWith('['))
        {
            host = bare.ToString();
            return true;
        }

        if (text.StartsWith('['))
        {
            if (!IPEndPoint.TryParse(text, out var endPoint)) return false;
            (host, port) = (endPoint.Address.ToString(), endPoint.Port);
            return true;
        }

        var parts = text.Split(':');
        if (parts.Length > 2) return false;
        host = parts[0];
        if (parts.Length == 2
            && (!ushort.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || (port = number) == 0))
            return false;
        return Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4;
    }

    // MAAS's default: the least that may switch a chassis (IPMI 2.0 appendix G, "Chassis Control": operator).
    private static string? Privilege(string? text) => text?.ToUpperInvariant() switch
    {
        null or "OPERATOR" => "OPERATOR",
        "USER" => "USER",
        "ADMIN" or "ADMINISTRATOR" => "ADMINISTRATOR",
        _ => null,
    };

    // MAAS's flags are FreeIPMI's words. Those for which ipmitool has a counterpart are translated, its own words are taken, the others
    // have no effect.
    private static string? OemType(string flag) => flag.ToLowerInvariant() switch
    {
        "intel20" or "intelplus" => "intelplus",
        "supermicro20" or "supermicro" => "supermicro",
        var own and ("intelwv2" or "icts" or "ibm" or "i82571spt" or "kontron") => own,
        _ => null,
    };

    private static bool TryParseKey(string given, out string key)
    {
        key = given;
        if (given.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            var digits = given.AsSpan(2);
            if (digits.Length % 2 != 0 || digits.Length > LongestKey * 2 || digits.ContainsAnyExcept(HexadecimalDigits)) return false;
            // The key is padded with zero bytes to its full length (IPMI 2.0 section 13.31).
            key = Encoding.Latin1.GetString(Convert.FromHexString(digits)).TrimEnd('\0');
            return key.Length > 0 && key.All(c => c is >= ' ' and <= '~');
        }

        return FitsEnvironment(given, LongestKey);
    }

    private static bool FitsEnvironment(string secret, int longest) =>
        Encoding.UTF8.GetByteCount(secret) <= longest && !secret.Contains('\0');

    private static bool Wrong(string what, out string problem)
    {
        problem = $"Parameter {what}.";
        return false;
    }
}
