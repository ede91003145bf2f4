using System.Collections.Frozen;
using System.Text;

namespace Maas.Power;

/// <summary>
/// One machine's power control: its type and how to reach it, in the parameter names of MAAS (<c>power_address</c>, <c>power_user</c>, …).
/// </summary>
/// <remarks><see cref="ToString"/> and <see cref="Describe"/> show no password: only parameters known to be harmless are printed.</remarks>
/// <example><code>
/// var bmc = new PowerTarget("ipmi", new Dictionary&lt;string, string&gt;
/// {
///     ["power_address"] = "10.0.0.7", ["power_user"] = "maas", ["power_pass"] = password,
/// });
/// </code></example>
public sealed class PowerTarget
{
    private static readonly FrozenSet<string> Harmless = FrozenSet.ToFrozenSet(
        [
            "power_address",
            "power_user",
            "mac_address",
            "power_driver",
            "power_boot_type",
            "privilege_level",
            "cipher_suite_id",
            "workaround_flags",
            "node_id",
            "power_verify_ssl",
            "power_tls_fingerprint",
            "power_vm_name",
            "power_id",
            "power_interface"
        ],
        StringComparer.Ordinal);

    private readonly FrozenDictionary<string, string> _parameters;

    /// <summary>Names a machine's power control.</summary>
    /// <param name="powerType">The power type, such as <c>ipmi</c>.</param>
    /// <param name="parameters">The parameters; copied. A name given twice keeps its last value.</param>
    public PowerTarget(string powerType, IEnumerable<KeyValuePair<string, string>> parameters)
    {
        ArgumentNullException.ThrowIfNull(powerType);
        PowerType = powerType;
        _parameters = parameters.GroupBy(p => p.Key, StringComparer.Ordinal).ToFrozenDictionary(
            g => g.Key, g => g.Last().Value, StringComparer.Ordinal);
    }

    /// <summary>The power type, such as <c>ipmi</c>.</summary>
    public string PowerType { get; }

    /// <summary>The value of a parameter without surrounding blanks; <see langword="null"/> when it is absent or empty.</summary>
    public string? this[string name] =>
        _parameters.GetValueOrDefault(name)?.Trim() is { Length: > 0 } value ? value : null;

    /// <summary>The value of a parameter exactly as given, for blanks may belong to a password; empty when it is absent.</summary>
    public string ReadSecret(string name) => _parameters.GetValueOrDefault(name) ?? "";

    /// <summary>The controller that is asked for the machine; several machines may have one.</summary>
    internal string Controller => this["power_address"] ?? HostOf(this["power_query_uri"]) ?? ToString();

    /// <summary>The parameters as an environment: <c>MAAS_</c> and each name in capitals.</summary>
    internal Dictionary<string, string> ToEnvironment() => _parameters
        .Where(p => p.Key.Length <= 64 && p.Key.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        .Where(p => !p.Value.Contains('\0', StringComparison.Ordinal))
        .GroupBy(p => $"MAAS_{p.Key.ToUpperInvariant()}", StringComparer.Ordinal)
        .ToDictionary(g => g.Key, g => g.First().Value, StringComparer.Ordinal);

    /// <summary>Takes out of a text the values of parameters that may be secret.</summary>
    internal string Redact(string text) => _parameters
        .Where(p => p.Value.Length > 3 && !Harmless.Contains(p.Key))
        .OrderByDescending(p => p.Value.Length)
        .Aggregate(text, (t, secret) => t.Replace(secret.Value, "***", StringComparison.Ordinal));

    /// <summary>Which machine is meant, in a few words for a log: its power type and address, or its MAC address.</summary>
    public string Describe() => (this["power_address"] ?? HostOf(this["power_query_uri"]) ?? this["mac_address"]) is { } where
        ? $"{PowerType} {Printable(where)}"
        : PowerType;

    /// <summary>The type and all parameters, those that may be secret as <c>***</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(PowerType);
        foreach (var (name, value) in _parameters.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            text.Append(' ')
                .Append(Printable(name))
                .Append('=')
                .Append(Harmless.Contains(name) ? Printable(value) : value.Length == 0 ? "" : "***");
        }

        return text.ToString();
    }

    // A URL may have a secret in its path.
    private static string? HostOf(string? url) => Uri.TryCreate(url, UriKind.Absolute, out var parsed) ? parsed.Authority : null;

    private static string Printable(string text) => LogText.From(text);
}
