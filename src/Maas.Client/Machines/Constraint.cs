using System.Buffers;

namespace Maas.Client.Machines;

/// <summary>The parts of constraints: a character that separates would make another constraint of them.</summary>
internal static class Constraint
{
    private static readonly SearchValues<char> Separators = SearchValues.Create(":=,;()");
    private static readonly SearchValues<char> ValueSeparators = SearchValues.Create("=,;");

    public static string Word(string text) =>
        text.Length == 0 || text.AsSpan().ContainsAny(Separators) || text.Any(char.IsWhiteSpace) || text.Any(char.IsControl)
            ? throw new FormatException($"'{text}' is no word of a constraint: it is empty, or has one of : = , ; ( ) or a space.")
            : text;

    // A value may have colons: an IPv6 address, "space:db".
    public static string Value(string text) =>
        text.Length == 0 || text.AsSpan().ContainsAny(ValueSeparators) || text.Any(char.IsControl)
            ? throw new FormatException($"'{text}' is no value of a constraint: it is empty, or has one of = , ;.")
            : text;
}
