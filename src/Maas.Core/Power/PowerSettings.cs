using System.Text.Json.Serialization;

namespace Maas.Core.Power;

/// <summary>How a machine is turned on and off. Parameters may hold passwords, so printing shows only their names.</summary>
/// <param name="Type">MAAS's name of the power type: <c>manual</c>, <c>wakeonlan</c>, <c>ipmi</c>, <c>redfish</c>, <c>webhook</c> …</param>
/// <param name="Parameters">What the driver needs (<c>power_address</c>, <c>power_user</c>, <c>power_pass</c> …), by MAAS's names.</param>
[JsonConverter(typeof(PowerSettingsJsonConverter))]
public sealed record PowerSettings(string Type, IReadOnlyDictionary<string, string> Parameters)
{
    /// <summary>A person turns the machine on and off; nothing ever waits for it.</summary>
    public static PowerSettings Manual { get; } = new("manual", new Dictionary<string, string>());

    /// <summary>Whether a person does it: type <c>manual</c>, or none given.</summary>
    public bool IsManual => Type is "manual" or "";

    /// <summary>The passwords, keys and tokens among the parameters: MAAS's names of them, and others that say so.</summary>
    internal IEnumerable<string> Secrets => Parameters
        .Where(each => each.Key is "k_g" || each.Key.Contains("pass", StringComparison.Ordinal)
            || each.Key.Contains("secret", StringComparison.Ordinal) || each.Key is "power_token")
        .Select(each => each.Value);

    internal bool HasSameValuesAs(PowerSettings other) =>
        Type == other.Type && Parameters.Count == other.Parameters.Count
        && Parameters.All(each => other.Parameters.TryGetValue(each.Key, out var value) && value == each.Value);

    /// <summary>The type and the names of the parameters, never their values.</summary>
    public override string ToString() => $"{Type}({string.Join(", ", Parameters.Keys)})";
}
