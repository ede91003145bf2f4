namespace Maas.Install.Templates;

/// <summary>
/// By which property the machines of a template are chosen. Of templates with the same name, the one with the last kind in this list
/// applies.
/// </summary>
public enum TemplateScopeKind
{
    /// <summary>All machines.</summary>
    Global,

    /// <summary>Machines that get an operating system: <c>debian</c>.</summary>
    OperatingSystem,

    /// <summary>Machines that get a release: <c>debian/bookworm</c>.</summary>
    Release,

    /// <summary>Machines of an architecture: <c>amd64</c>.</summary>
    Architecture,

    /// <summary>Machines with a tag. Of several, the tag that comes first in ordinal order.</summary>
    Tag,

    /// <summary>One machine, by its system id.</summary>
    Machine,
}

/// <summary>Which machines a template is for.</summary>
/// <param name="Kind">By which property they are chosen.</param>
/// <param name="Value">The property's value; empty for <see cref="TemplateScopeKind.Global"/>.</param>
public sealed record TemplateScope(TemplateScopeKind Kind, string Value)
{
    private const int LongestValue = 120;

    /// <summary>All machines.</summary>
    public static TemplateScope Global { get; } = new(TemplateScopeKind.Global, "");

    /// <summary>Whether a machine is meant.</summary>
    /// <param name="target">The machine, and what it gets.</param>
    public bool Includes(TemplateTarget target) => Kind switch
    {
        TemplateScopeKind.Global => true,
        TemplateScopeKind.OperatingSystem => Value == target.OsSystem,
        TemplateScopeKind.Release => Value == $"{target.OsSystem}/{target.Series}",
        TemplateScopeKind.Architecture => Value == target.Architecture,
        TemplateScopeKind.Tag => target.Tags.Contains(Value, StringComparer.Ordinal),
        TemplateScopeKind.Machine => Value == target.SystemId,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>What is wrong with the value; <see langword="null"/> when nothing is.</summary>
    internal string? Check() => this switch
    {
        _ when !Enum.IsDefined(Kind) => "The scope is not known.",
        { Kind: TemplateScopeKind.Global, Value: not "" } => "The global scope has no value.",
        { Kind: TemplateScopeKind.Global } => null,
        { Value.Length: 0 or > LongestValue } => $"The scope needs a value of at most {LongestValue} characters.",
        { Kind: TemplateScopeKind.Release } when Value.Split('/') is not [{ Length: > 0 }, { Length: > 0 }] =>
            "A release is named OS/SERIES, such as debian/bookworm.",
        { Kind: TemplateScopeKind.Architecture } when Value.Contains('/', StringComparison.Ordinal) =>
            "An architecture is named without its sub-architecture, such as amd64.",
        _ => null,
    };

    /// <inheritdoc/>
    public override string ToString() => Kind is TemplateScopeKind.Global ? "global" : $"{Kind} {Value}";
}

/// <summary>What decides on the templates of a machine.</summary>
public sealed record TemplateTarget
{
    /// <summary>Operating system, <c>debian</c>.</summary>
    public string OsSystem { get; init; } = "";

    /// <summary>Series, <c>bookworm</c>.</summary>
    public string Series { get; init; } = "";

    /// <summary>Architecture without the sub-architecture, <c>amd64</c>.</summary>
    public string Architecture { get; init; } = "";

    /// <summary>The machine's tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The machine's system id.</summary>
    public string SystemId { get; init; } = "";
}
