using System.Globalization;
using System.Text.Json;

namespace Maas.Core.Scripts;

/// <summary>
/// The fields of a script as texts: in a form, and in the metadata that a script contains. What is wrong is reported by field.
/// </summary>
public static class ScriptFieldParser
{
    private static readonly string[] Known =
    [
        "name", "title", "description", "tags", "script_type", "hardware_type", "parallel", "packages", "timeout", "destructive",
        "for_hardware", "may_reboot", "recommission", "apply_configured_networking", "results", "parameters",
    ];

    private static readonly string[] DerivedTags =
        [.. Enum.GetNames<ScriptHardwareType>().Select(each => each.ToLowerInvariant()), "destructive"];

    /// <summary>The fields that metadata contains, as texts; other members are left out. <c>type</c> is <c>script_type</c>.</summary>
    /// <param name="metadata">What <see cref="ScriptMetadata.Read"/> returned.</param>
    /// <param name="refuse">Takes the name of a field and what is wrong with it.</param>
    public static IReadOnlyDictionary<string, string> Read(
        IReadOnlyDictionary<string, JsonElement> metadata, Action<string, string> refuse)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentNullException.ThrowIfNull(refuse);
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (member, value) in metadata)
        {
            var name = member == "type" ? "script_type" : member;
            if (!Known.Contains(name) || value.ValueKind == JsonValueKind.Null) continue;
            switch (name)
            {
                case "tags" when value.ValueKind == JsonValueKind.Array:
                    fields[name] = string.Join(',', value.EnumerateArray().Select(TextOf));
                    break;
                case "tags" when value.ValueKind != JsonValueKind.String:
                    refuse("tags", "Embedded tags must be a string of comma seperated values, or a list of strings."); // MAAS-WORDING
                    break;
                case "title" or "description" or "name" when value.ValueKind is JsonValueKind.Object or JsonValueKind.Array:
                    refuse(name, "Enter a text.");
                    break;
                default:
                    fields.TryAdd(name, TextOf(value));
                    break;
            }
        }

        return fields;
    }

    /// <summary>The script with the values of fields; a field that is wrong or not known leaves it as it is.</summary>
    /// <param name="script">The script.</param>
    /// <param name="fields">The fields.</param>
    /// <param name="refuse">Takes the name of a field and what is wrong with it.</param>
    public static NodeScript Apply(NodeScript script, IReadOnlyDictionary<string, string> fields, Action<string, string> refuse)
    {
        ArgumentNullException.ThrowIfNull(fields);
        foreach (var (name, text) in fields) script = Apply(script, name, text.Trim(), refuse);
        return WithTags(script);
    }

    /// <summary>Whether two values of a field mean the same.</summary>
    /// <param name="name">The field.</param>
    /// <param name="one">A value.</param>
    /// <param name="other">Another value.</param>
    public static bool AreSame(string name, string one, string other)
    {
        var isWrong = false;
        var none = new NodeScript { Name = "" };
        var (first, second) = (Applied(one), Applied(other));
        return one.Trim() == other.Trim() || (!isWrong && name switch
        {
            "script_type" => first.Type == second.Type,
            "hardware_type" => first.HardwareType == second.HardwareType,
            "parallel" => first.Parallel == second.Parallel,
            "for_hardware" => first.ForHardware.SequenceEqual(second.ForHardware),
            "destructive" => first.Destructive == second.Destructive,
            "may_reboot" => first.MayReboot == second.MayReboot,
            "recommission" => first.Recommission == second.Recommission,
            "apply_configured_networking" => first.ApplyConfiguredNetworking == second.ApplyConfiguredNetworking,
            _ => false,
        });

        NodeScript Applied(string value) => Apply(none, name, value.Trim(), (_, _) => isWrong = true);
    }

    /// <summary>The tags that MAAS derives: the part of the machine, and <c>destructive</c>.</summary>
    /// <param name="script">The script.</param>
    public static NodeScript WithTags(NodeScript script)
    {
        ArgumentNullException.ThrowIfNull(script);
        var tags = script.Tags.Where(tag => !DerivedTags.Contains(tag)).Distinct(StringComparer.Ordinal).ToList();
        if (script.Destructive) tags.Add("destructive");
        tags.Add($"{script.HardwareType}".ToLowerInvariant());
        return script with { Tags = tags };
    }

    /// <summary>Reads when a script is run: a name or a number of MAAS's.</summary>
    /// <param name="text">The text.</param>
    /// <param name="type">When it is run.</param>
    /// <param name="reason">What is wrong; empty when nothing is.</param>
    public static bool TryReadType(string text, out NodeScriptType type, out string reason)
    {
        NodeScriptType? found = text switch
        {
            "test" or "testing" or "2" => NodeScriptType.Testing,
            "commission" or "commissioning" or "0" => NodeScriptType.Commissioning,
            "release" or "3" => NodeScriptType.Release,
            "deployment" or "4" => NodeScriptType.Deployment,
            _ => null,
        };
        type = found ?? default;
        reason = found is not null ? ""
            : IsNumber(text) ? "Invalid script type numeric value."
            : "Script type must be commissioning, testing, release or deployment";
        return found is not null;
    }

    /// <summary>Reads the part of a machine that a script is about: a name or a number of MAAS's.</summary>
    /// <param name="text">The text.</param>
    /// <param name="type">The part.</param>
    /// <param name="reason">What is wrong; empty when nothing is.</param>
    public static bool TryReadHardwareType(string text, out ScriptHardwareType type, out string reason)
    {
        ArgumentNullException.ThrowIfNull(text);
        ScriptHardwareType? found = text.ToLowerInvariant() switch
        {
            "node" or "machine" or "controller" or "other" or "generic" or "0" => ScriptHardwareType.Node,
            "cpu" or "processor" or "1" => ScriptHardwareType.Cpu,
            "memory" or "ram" or "2" => ScriptHardwareType.Memory,
            "storage" or "disk" or "ssd" or "3" => ScriptHardwareType.Storage,
            "network" or "net" or "interface" or "4" => ScriptHardwareType.Network,
            "gpu" or "graphics" or "5" => ScriptHardwareType.Gpu,
            _ => null,
        };
        type = found ?? default;
        reason = found is not null ? ""
            : IsNumber(text) ? "Invalid hardware type numeric value."
            : "Hardware type must be node, cpu, memory, storage, or gpu";
        return found is not null;
    }

    private static NodeScript Apply(NodeScript script, string name, string value, Action<string, string> refuse)
    {
        return name switch
        {
            "name" => script with { Name = value },
            "title" => script with { Title = value },
            "description" => script with { Description = value },
            "tags" => script with { Tags = Words(value) },
            "destructive" => script with { Destructive = FlagOf(name, value, refuse) },
            "may_reboot" => script with { MayReboot = FlagOf(name, value, refuse) },
            "recommission" => script with { Recommission = FlagOf(name, value, refuse) },
            "apply_configured_networking" => script with { ApplyConfiguredNetworking = FlagOf(name, value, refuse) },
            "results" => script with { Results = value },
            "parameters" => script with { Parameters = value },
            _ when value.Length == 0 => script,
            "script_type" => TryReadType(value, out var type, out var reason) ? script with { Type = type } : Refused(reason),
            "hardware_type" => TryReadHardwareType(value, out var part, out var reason)
                ? script with { HardwareType = part } : Refused(reason),
            "parallel" => ParallelismOf(value) is { } parallel ? script with { Parallel = parallel }
                : Refused(
                    IsNumber(value) ? "Invalid script parallel numeric value." : "Script parallel must be disabled, instance, or any."),
            "timeout" => SecondsOf(value) is { } seconds ? script with { TimeoutSeconds = seconds } : Refused("Enter a valid duration."),
            "for_hardware" => script with { ForHardware = ListOf(value) },
            "packages" => script with { Packages = value },
            _ => script,
        };

        NodeScript Refused(string reason)
        {
            refuse(name, reason);
            return script;
        }
    }

    private static ScriptParallelism? ParallelismOf(string text) => text switch
    {
        "disabled" or "none" or "0" => ScriptParallelism.Disabled,
        "instance" or "name" or "1" => ScriptParallelism.Instance,
        "any" or "enabled" or "2" => ScriptParallelism.Any,
        _ => null,
    };

    private static long? SecondsOf(string text)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) return seconds;
        return TimeSpan.TryParseExact(text, [@"h\:mm\:ss", @"hh\:mm\:ss", @"mm\:ss"], CultureInfo.InvariantCulture, out var time)
            ? (long)time.TotalSeconds : null;
    }

    private static bool FlagOf(string name, string text, Action<string, string> refuse)
    {
        switch (text.ToLowerInvariant())
        {
            case "1" or "true" or "yes" or "on": return true;
            case "" or "0" or "false" or "no" or "off" or "none": return false;
            default:
                refuse(name, "Enter true or false.");
                return false;
        }
    }

    /// <summary>A JSON list of texts, or words with commas between.</summary>
    private static IReadOnlyList<string> ListOf(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            if (json.RootElement.ValueKind == JsonValueKind.Array) return [.. json.RootElement.EnumerateArray().Select(TextOf)];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // It is no JSON, but words.
        }

        return Words(text);
    }

    private static string TextOf(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : value.GetRawText();

    private static bool IsNumber(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);

    private static string[] Words(string text) =>
        text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
