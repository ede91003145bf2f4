using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace ImageTool;

/// <summary>Options that take a number or a size, and say in plain words what they do not take.</summary>
internal static class Numbers
{
    /// <summary>An option for a whole number.</summary>
    public static Option<int?> Option(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result => Parse(result, name),
    };

    /// <summary>An option for bytes: a number, or one with K, M, G or T.</summary>
    public static Option<long?> SizeOption(string name, string description) => new(name)
    {
        Description = $"{description} (bytes, or a number with K, M, G or T, powers of 1024)",
        CustomParser = result =>
        {
            if (Sizes.TryParse(result.Tokens[0].Value, out var size)) return size;
            result.AddError($"{name}: {result.Tokens[0].Value} is no size; write bytes, or a number with K, M, G or T.");
            return null;
        },
    };

    private static int? Parse(ArgumentResult result, string name)
    {
        var text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        result.AddError($"{name}: {text} is no whole number.");
        return null;
    }
}
