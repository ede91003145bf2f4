namespace Maas.Api.Routing;

/// <summary>An argument that an operation declares.</summary>
/// <param name="Name">Its name in the form or the query.</param>
/// <param name="Meaning">Its description, which clients show.</param>
internal sealed record ApiArgument(string Name, string Meaning)
{
    private const string Mark = ":param ";

    /// <summary>The type of its value.</summary>
    public ArgumentType Type { get; init; }

    /// <summary>Whether the operation needs it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Whether it may be given several times.</summary>
    public bool IsList { get; init; }

    /// <summary>The values that it may have; empty for any of its type.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    public static ApiArgument Text(string name, string meaning) => new(name, meaning);

    public static ApiArgument Texts(string name, string meaning) => new(name, meaning) { IsList = true };

    public static ApiArgument Integer(string name, string meaning) => new(name, meaning) { Type = ArgumentType.Integer };

    public static ApiArgument Number(string name, string meaning) => new(name, meaning) { Type = ArgumentType.Number };

    public static ApiArgument Flag(string name, string meaning) => new(name, meaning) { Type = ArgumentType.Boolean };

    public static ApiArgument Choice(string name, string meaning, params IReadOnlyList<string> choices) =>
        new(name, meaning) { Choices = choices };

    public static ApiArgument File(string name, string meaning) => new(name, meaning) { Type = ArgumentType.File };

    /// <summary>The argument as one that the operation needs.</summary>
    public ApiArgument Required() => this with { IsRequired = true };

    /// <summary>The line that declares it in the notation that MAAS's clients read in <c>describe/</c>.</summary>
    public override string ToString() => $"{Mark}{Name}: {Meaning}";

    /// <summary>The arguments in a declaration: one <c>:param name: meaning</c> line each, of type text.</summary>
    public static IReadOnlyList<ApiArgument> Parse(string doc) =>
    [
        .. doc.Split('\n').Where(line => line.StartsWith(Mark, StringComparison.Ordinal))
            .Select(line => line[Mark.Length..].Split(':', 2))
            .Select(parts => new ApiArgument(parts[0].Trim(), parts.Length > 1 ? parts[1].Trim() : "")),
    ];
}

/// <summary>The type of an argument's value.</summary>
internal enum ArgumentType
{
    /// <summary>Text.</summary>
    Text,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A number.</summary>
    Number,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>Bytes.</summary>
    File,
}
