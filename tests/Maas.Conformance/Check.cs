using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Maas.Conformance;

/// <summary>What a case asserts.</summary>
public static class Check
{
    /// <summary>Fails with the message, or the expression, unless it holds.</summary>
    public static void That(bool holds, string? message = null, [CallerArgumentExpression(nameof(holds))] string expression = "")
    {
        if (!holds) throw new ConformanceException(message ?? $"does not hold: {expression}");
    }

    /// <summary>Fails unless both are equal.</summary>
    public static void Equal<T>(T expected, T actual, [CallerArgumentExpression(nameof(actual))] string expression = "") =>
        That(EqualityComparer<T>.Default.Equals(expected, actual), $"{expression} is '{actual}' instead of '{expected}'");

    /// <summary>Fails unless both have the same elements in the same order.</summary>
    public static void Sequence<T>(
        IEnumerable<T> expected,
        IEnumerable<T> actual,
        [CallerArgumentExpression(nameof(actual))] string expression = "")
    {
        var (wanted, got) = (expected.ToList(), actual.ToList());
        That(wanted.SequenceEqual(got), $"{expression} is [{string.Join(", ", got)}] instead of [{string.Join(", ", wanted)}]");
    }

    extension(JsonElement json)
    {
        /// <summary>A member of an object; fails when it is absent.</summary>
        public JsonElement Member(string name) =>
            json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var member)
                ? member
                : throw new ConformanceException($"the member {name} is absent in {Shown(json)}");

        /// <summary>A text member.</summary>
        public string Text(string name) => json.Member(name) is { ValueKind: JsonValueKind.String } text
            ? text.GetString() ?? ""
            : throw new ConformanceException($"the member {name} is not a text but {Shown(json.Member(name))}");

        /// <summary>An integer member.</summary>
        public long Integer(string name) => json.Member(name) is { ValueKind: JsonValueKind.Number } number
            && long.TryParse(number.GetRawText(), out var value)
            ? value
            : throw new ConformanceException($"the member {name} is not an integer but {Shown(json.Member(name))}");

        /// <summary>The elements of a list; fails when it is not one.</summary>
        public IReadOnlyList<JsonElement> List() => json.ValueKind == JsonValueKind.Array
            ? [.. json.EnumerateArray()]
            : throw new ConformanceException($"a list is expected, not {Shown(json)}");

        /// <summary>The elements of a list member.</summary>
        public IReadOnlyList<JsonElement> List(string name) => json.Member(name).List();
    }

    private static string Shown(JsonElement json)
    {
        var text = json.ValueKind == JsonValueKind.Undefined ? "nothing" : json.GetRawText();
        return text.Length > 200 ? text[..200] + "…" : text;
    }
}
