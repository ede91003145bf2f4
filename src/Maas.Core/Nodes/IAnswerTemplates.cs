namespace Maas.Core.Nodes;

/// <summary>
/// Edits the templates and snippets that <see cref="IAnswerFiles"/> writes answer files from. An administrator's permission is checked by
/// the caller.
/// </summary>
/// <remarks><c>Maas.Install</c> implements it; the dashboard uses it.</remarks>
public interface IAnswerTemplates
{
    /// <summary>By what the machines of a template are chosen, the widest first: <c>Global</c>, <c>OperatingSystem</c>, …</summary>
    IReadOnlyList<string> ScopeKinds { get; }

    /// <summary>The names of the recipes that a preview can be made for, such as <c>debian/bookworm</c>.</summary>
    IReadOnlyList<string> Recipes { get; }

    /// <summary>The stored templates and the built-in ones, by name and then by scope, the built-in one first.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<AnswerTemplate>> ListAsync(CancellationToken cancellationToken);

    /// <summary>The kept revisions of a stored template, the newest first; empty for a built-in one.</summary>
    /// <param name="template">Which template, by name and scope.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<AnswerTemplate>> GetRevisionsAsync(AnswerTemplate template, CancellationToken cancellationToken);

    /// <summary>
    /// Saves a template, new or over the one of the same name and scope, if it and every template that includes it can be rendered.
    /// </summary>
    /// <param name="draft">The template. Its revision is the one that it replaces, 0 for a new one; another one is not overwritten.</param>
    /// <param name="actor">User name, for the audit event.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<AnswerTemplateResult> SaveAsync(AnswerTemplate draft, string actor, CancellationToken cancellationToken);

    /// <summary>Deletes a stored template; the one with a wider scope, or the built-in one, applies again.</summary>
    /// <param name="template">Which template, by name and scope.</param>
    /// <param name="actor">User name, for the audit event.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<AnswerTemplateResult> DeleteAsync(AnswerTemplate template, string actor, CancellationToken cancellationToken);

    /// <summary>Renders a template for a machine as if it were saved, without secrets.</summary>
    /// <param name="draft">The template.</param>
    /// <param name="machine">The machine; it need not be deployed.</param>
    /// <param name="recipe">The recipe, one of <see cref="Recipes"/>.</param>
    /// <param name="server">The address under which machines reach the server, <c>http://10.0.0.1:5240/MAAS</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<AnswerTemplateResult> PreviewAsync(
        AnswerTemplate draft, Machine machine, string recipe, Uri server, CancellationToken cancellationToken);
}

/// <summary>A template of answer files, or a snippet that templates include.</summary>
/// <param name="Name">Its name, <c>debian/preseed</c>.</param>
/// <param name="Text">Its text.</param>
public sealed record AnswerTemplate(string Name, string Text)
{
    /// <summary>By what its machines are chosen, one of <see cref="IAnswerTemplates.ScopeKinds"/>. Default <c>Global</c>.</summary>
    public string ScopeKind { get; init; } = "Global";

    /// <summary>The value of that property; empty for all machines.</summary>
    public string ScopeValue { get; init; } = "";

    /// <summary>How often it was saved, 1 upward; 0 for a built-in template and for one that is not saved yet.</summary>
    public int Revision { get; init; }

    /// <summary>Why it was saved; empty for no reason.</summary>
    public string Comment { get; init; } = "";

    /// <summary>Name of the user who saved it; <see langword="null"/> for the system, and for a built-in one.</summary>
    public string? By { get; init; }

    /// <summary>When it was saved; <see langword="null"/> for a built-in one.</summary>
    public DateTimeOffset? At { get; init; }
}

/// <summary>The result of changing or rendering a template. Unless it is <see cref="Done"/>, nothing was changed.</summary>
public abstract record AnswerTemplateResult
{
    private AnswerTemplateResult() { }

    /// <summary>The change is durable.</summary>
    /// <param name="Template">The template as it is; a deleted one as it was.</param>
    public sealed record Done(AnswerTemplate Template) : AnswerTemplateResult;

    /// <summary>What the template gives to a machine.</summary>
    /// <param name="Text">The rendered template.</param>
    /// <param name="Change">
    /// What it changes in the answer files of the recipe, as of <c>diff -u</c>; empty for nothing, also when it is not for this machine.
    /// </param>
    public sealed record Rendered(string Text, string Change) : AnswerTemplateResult;

    /// <summary>The template, or one that includes it, cannot be parsed or rendered; or a field is wrong.</summary>
    /// <param name="Template">The template or snippet that is wrong.</param>
    /// <param name="Line">Line, 1 upward; 0 when no place is at fault.</param>
    /// <param name="Column">Column, 1 upward; 0 when no place is at fault.</param>
    /// <param name="Reason">What is wrong. It never contains a value of a machine.</param>
    public sealed record Refused(string Template, int Line, int Column, string Reason) : AnswerTemplateResult;

    /// <summary>Another revision than the expected one is there: read it, decide again.</summary>
    /// <param name="Revision">Its number; 0 when the template does not exist.</param>
    public sealed record Outdated(int Revision) : AnswerTemplateResult;

    /// <summary>The template or the recipe does not exist.</summary>
    public sealed record NotFound : AnswerTemplateResult;
}
