namespace Maas.Install.Templates;

/// <summary>A template as an administrator wants it to be.</summary>
/// <param name="Name">Its name, <c>debian/preseed</c>: lower-case letters, digits, <c>-</c>, <c>_</c> and <c>/</c>.</param>
/// <param name="Text">Its text, at most <see cref="TemplateLimits.Text"/> characters.</param>
public sealed record TemplateDraft(string Name, string Text)
{
    /// <summary>Its machines; all by default.</summary>
    public TemplateScope Scope { get; init; } = TemplateScope.Global;

    /// <summary>Why it is changed, at most 200 characters; empty for no reason.</summary>
    public string Comment { get; init; } = "";

    /// <summary>The revision that it replaces, 0 for a new template; <see langword="null"/> for whatever there is.</summary>
    public int? Replaces { get; init; }
}

/// <summary>The result of changing a template. Unless it is <see cref="Done"/>, nothing was changed.</summary>
public abstract record TemplateEdit
{
    private TemplateEdit() { }

    /// <summary>The change is durable.</summary>
    /// <param name="Template">The template as it is; a deleted one as it was.</param>
    public sealed record Done(InstallTemplate Template) : TemplateEdit;

    /// <summary>The template, or one that includes it, cannot be parsed or rendered for a sample machine; or a field is wrong.</summary>
    /// <param name="Error">Where and why.</param>
    public sealed record Refused(TemplateError Error) : TemplateEdit;

    /// <summary>Another revision than the expected one is there: read it, decide again.</summary>
    /// <param name="Revision">Its number; 0 when the template does not exist.</param>
    public sealed record Outdated(int Revision) : TemplateEdit;

    /// <summary>The template does not exist.</summary>
    public sealed record NotFound : TemplateEdit;
}
