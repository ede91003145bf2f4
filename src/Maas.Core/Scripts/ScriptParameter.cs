using System.Text.Json;

namespace Maas.Core.Scripts;

/// <summary>A parameter of a script, as its metadata declares it.</summary>
internal sealed record ScriptParameter
{
    private const int MostParameters = 20;
    private const int LongestText = 4096;

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it is; one that is optional may have a type of its own, which is a text.</summary>
    public required string Type { get; init; }

    /// <summary>The least value of a run time, in seconds; <see langword="null"/> for any.</summary>
    public long? Least { get; init; }

    /// <summary>The greatest value of a run time, in seconds; <see langword="null"/> for any.</summary>
    public long? Most { get; init; }

    /// <summary>The value without one of the user; <see langword="null"/> for none, and for disks and interfaces all of them.</summary>
    public string? Default { get; init; }

    /// <summary>Whether it must have a value; <see langword="null"/> when the metadata does not tell.</summary>
    public bool? Required { get; init; }

    /// <summary>Whether a URL may be several, with commas between.</summary>
    public bool AllowsList { get; init; }

    /// <summary>
    /// The arguments that the script gets; blanks separate them, and <c>{input}</c>, <c>{path}</c> … are replaced.
    /// </summary>
    public required string ArgumentFormat { get; init; }

    /// <summary>Whether a script runs once for each value: disks and interfaces.</summary>
    public bool IsDevice => Type is "storage" or "interface";

    /// <summary>The words in braces that the arguments of a type may contain.</summary>
    /// <param name="type">The type.</param>
    internal static IReadOnlyList<string> PlaceholdersOf(string type) => type switch
    {
        "storage" => ["input", "name", "path", "model", "serial"],
        "interface" => ["input", "name", "mac", "vendor", "product"],
        _ => ["input"],
    };

    /// <summary>Reads the parameters of a script.</summary>
    /// <param name="json">A JSON object: a member for each parameter.</param>
    /// <param name="parameters">The parameters, in their order.</param>
    /// <param name="reason">What is wrong; empty when nothing is.</param>
    public static bool TryReadAll(string json, out IReadOnlyList<ScriptParameter> parameters, out string reason)
    {
        parameters = [];
        reason = "";
        List<ScriptParameter> read = [];
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object) reason = "Must be a dictionary";
            else
            {
                foreach (var member in document.RootElement.EnumerateObject())
                {
                    reason = WhyNot(member.Name, member.Value) ?? "";
                    if (reason.Length > 0) break;
                    read.Add(Read(member.Name, member.Value));
                }
            }
        }
        catch (JsonException)
        {
            reason = "Must be a dictionary";
        }

        if (reason.Length == 0 && read.Count > MostParameters) reason = $"A script may have {MostParameters} parameters.";
        if (reason.Length == 0 && read.Select(each => each.Name).Distinct(StringComparer.Ordinal).Count() < read.Count)
            reason = "A parameter is declared twice.";
        if (reason.Length == 0 && read.Where(each => each.IsDevice).GroupBy(each => each.Type).Any(same => same.Count() > 1))
            reason = "A script may have one storage and one interface parameter.";
        if (reason.Length > 0) return false;
        parameters = read;
        return true;
    }

    private static ScriptParameter Read(string name, JsonElement json)
    {
        var type = Text(json, "type") ?? "string";
        return new ScriptParameter
        {
            Name = name,
            Type = type,
            Least = Number(json, "min"),
            Most = Number(json, "max"),
            Default = Member(json, "default") is { ValueKind: JsonValueKind.Number } number ? number.GetRawText() : Text(json, "default"),
            Required = Member(json, "required") is { } required ? required.ValueKind == JsonValueKind.True : null,
            AllowsList = Member(json, "allow_list") is { ValueKind: JsonValueKind.True },
            ArgumentFormat = Text(json, "argument_format") ?? type switch
            {
                "storage" => "--storage={path}",
                "interface" => "--interface={name}",
                _ => $"--{type}={{input}}",
            },
        };
    }

    /// <summary>What is wrong with a declaration. The order and the texts are MAAS's, for what MAAS has.</summary>
    private static string? WhyNot(string name, JsonElement json)
    {
        if (name.Length is 0 or > 64 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
            return $"{LogText.From(name, 64)}: a parameter's name has letters, digits, '-' and '_'";
        if (json.ValueKind != JsonValueKind.Object) return $"{name}: parameter must be a dictionary";
        if (Member(json, "type") is not { ValueKind: JsonValueKind.String }) return $"{Shown(json, "type")}: type must be a string";
        var type = Text(json, "type")!; // a string, which is checked above
        foreach (var field in (ReadOnlySpan<string>)["min", "max"])
            if (Member(json, field) is { } value && (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out _)))
                return $"{Shown(json, field)}: {field} must be an integer";
        foreach (var field in (ReadOnlySpan<string>)["title", "description", "argument_format"])
            if (Member(json, field) is { ValueKind: not JsonValueKind.String }) return $"{Shown(json, field)}: {field} must be a string";
        if (Member(json, "default") is { } given && given.ValueKind is not (JsonValueKind.String or JsonValueKind.Number))
            return $"{Shown(json, "default")}: default must be a string";
        foreach (var field in (ReadOnlySpan<string>)["required", "allow_list"])
            if (Member(json, field) is { ValueKind: not (JsonValueKind.True or JsonValueKind.False) })
                return $"{Shown(json, field)}: {field} must be a boolean";
        if (Member(json, "allow_list") is not null && type != "url") return "allow_list only supported with the url type.";
        if (type is not ("storage" or "interface" or "url" or "runtime" or "string")
            && Member(json, "required") is not { ValueKind: JsonValueKind.False })
            return $"{LogText.From(type, 64)}: type must be either storage, interface, url, or runtime";
        if (!type.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')) return $"{LogText.From(type, 64)}: this is not a type";
        var (least, most) = (Number(json, "min"), Number(json, "max"));
        if (type is "storage" or "interface" or "url" && (least ?? most) is not null) return "Type doesn't support min or max";
        if (type == "runtime" && least < 0) return "runtime minimum must be greater than zero";
        if (least > most) return "min must be less than max";
        if (type == "runtime" && Member(json, "default") is not null && !long.TryParse(Shown(json, "default"), out _))
            return $"{Shown(json, "default")}: the default of a runtime must be an integer";
        return WhyNotFormat(type, Text(json, "argument_format"));
    }

    private static string? WhyNotFormat(string type, string? format)
    {
        if (format is null) return null;
        if (format.Length > LongestText) return "argument_format is too long";
        var allowed = PlaceholdersOf(type);
        if (!allowed.Any(each => format.Contains($"{{{each}}}", StringComparison.Ordinal)))
            return allowed.Count == 1 ? $"{type}: argument_format must contain {{input}}"
                : $"{type}: argument_format must contain one of {string.Join(", ", allowed.Select(each => $"{{{each}}}"))}";
        var rest = allowed.Aggregate(format, (text, each) => text.Replace($"{{{each}}}", "", StringComparison.Ordinal));
        return rest.AsSpan().ContainsAny('{', '}') ? $"{type}: argument_format contains a brace that is no field" : null;
    }

    private static JsonElement? Member(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string? Text(JsonElement json, string name) =>
        Member(json, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static long? Number(JsonElement json, string name) =>
        Member(json, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : null;

    private static string Shown(JsonElement json, string name) =>
        LogText.From(Member(json, name) is not { } value ? "None" : Text(json, name) ?? value.GetRawText(), 64);
}
