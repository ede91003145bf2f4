using Maas.Core.Records;

namespace Maas.Install.Templates;

/// <summary>A template of an answer file, or a snippet that templates include, as an administrator saved it.</summary>
public sealed record InstallTemplate : StoredRecord
{
    /// <summary>Its name, <c>debian/preseed</c>: lower-case letters, digits, <c>-</c>, <c>_</c> and <c>/</c>.</summary>
    public required string Name { get; init; }

    /// <summary>By which property its machines are chosen.</summary>
    public TemplateScopeKind ScopeKind { get; init; }

    /// <summary>The value of that property; empty for all machines.</summary>
    public string ScopeValue { get; init; } = "";

    /// <summary>Its text.</summary>
    public required string Text { get; init; }

    /// <summary>How often it was saved, 1 upward.</summary>
    public int Revision { get; init; }

    /// <summary>Why it was saved, in the user's words; empty for no reason.</summary>
    public string Comment { get; init; } = "";

    /// <summary>Name of the user who saved it; <see langword="null"/> for the system.</summary>
    public string? By { get; init; }

    /// <summary>When it was saved.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Its machines.</summary>
    public TemplateScope Scope => new(ScopeKind, ScopeValue);
}

/// <summary>A template as it was.</summary>
public sealed record TemplateRevision : StoredRecord
{
    /// <summary>Id of the template.</summary>
    public long TemplateId { get; init; }

    /// <summary>Its number, 1 upward.</summary>
    public int Revision { get; init; }

    /// <summary>The text.</summary>
    public required string Text { get; init; }

    /// <summary>Why it was saved, in the user's words; empty for no reason.</summary>
    public string Comment { get; init; } = "";

    /// <summary>Name of the user who saved it; <see langword="null"/> for the system.</summary>
    public string? By { get; init; }

    /// <summary>When it was saved.</summary>
    public DateTimeOffset At { get; init; }
}
