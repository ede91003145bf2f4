using Scriban.Syntax;

namespace Maas.Install.Templates;

/// <summary>The templates and snippets of one machine: of each name, the one with the most specific scope. Immutable.</summary>
/// <remarks>
/// Templates are Scriban texts that cannot assign, calculate or read files. A value is written as it is only if it consists of letters,
/// digits and <c>._:/@+,=-</c>; every other value needs a quote function, so that a value never becomes syntax.
/// </remarks>
public sealed class TemplateSet
{
    private readonly IReadOnlyDictionary<string, string> _texts;

    /// <summary>The templates as given.</summary>
    /// <param name="texts">Texts by name.</param>
    public TemplateSet(IReadOnlyDictionary<string, string> texts) => _texts = new Dictionary<string, string>(texts, StringComparer.Ordinal);

    /// <summary>Their names, in ordinal order.</summary>
    public IReadOnlyList<string> Names => [.. _texts.Keys.Order(StringComparer.Ordinal)];

    /// <summary>
    /// Chooses the templates of a machine. A stored template precedes the built-in one of its name. Of scopes that include the machine,
    /// <see cref="TemplateScopeKind"/> decides, then the ordinal order of the value.
    /// </summary>
    /// <param name="builtIn">The built-in texts by name.</param>
    /// <param name="stored">The stored templates.</param>
    /// <param name="target">The machine, and what it gets.</param>
    public static TemplateSet Choose(
        IReadOnlyDictionary<string, string> builtIn, IEnumerable<InstallTemplate> stored, TemplateTarget target)
    {
        var texts = new Dictionary<string, string>(builtIn, StringComparer.Ordinal);
        var applicable = stored.Where(template => template.Scope.Includes(target))
            .OrderBy(template => template.ScopeKind)
            .ThenByDescending(template => template.ScopeValue, StringComparer.Ordinal); // the last one remains
        foreach (var template in applicable) texts[template.Name] = template.Text;
        return new TemplateSet(texts);
    }

    /// <summary>The text of a template; <see langword="null"/> when it does not exist.</summary>
    /// <param name="name">The name.</param>
    public string? Find(string name) => _texts.GetValueOrDefault(name);

    /// <summary>Renders a template.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">
    /// What it can read: texts, numbers, booleans, lists and dictionaries of these by name. A name that is missing is an error.
    /// </param>
    /// <returns>
    /// The text, or what is wrong: also with a preseed (a text that begins with <c>#_preseed_V1</c>) that the installer would misread. The
    /// same templates and values give the same text.
    /// </returns>
    /// <exception cref="ArgumentException">A value is of another type.</exception>
    public TemplateResult Render(string name, IReadOnlyDictionary<string, object?> values)
    {
        if (Find(name) is not { } text) return new TemplateResult.Failed(new TemplateError(name, 0, 0, "There is no such template."));
        if (TemplateSyntax.Parse(name, text, out var fault) is not { Page: { } page })
            return new TemplateResult.Failed(fault ?? new TemplateError(name, 0, 0, "The template is empty."));
        var run = new TemplateRun(this, TemplateValues.Read(values));
        try
        {
            run.Evaluate(page);
            return PreseedSyntax.Fault(run.Text) is { } reason
                ? new TemplateResult.Failed(new TemplateError(name, 0, 0, reason))
                : new TemplateResult.Rendered(run.Text);
        }
        catch (ScriptRuntimeException exception)
        {
            return new TemplateResult.Failed(
                exception.InnerException is TemplateFaultException { Error: var inner } ? inner
                : new TemplateError(
                    exception.Span.FileName ?? name, exception.Span.Start.Line + 1, exception.Span.Start.Column + 1,
                    exception.OriginalMessage));
        }
    }
}

/// <summary>A rendered template, or what is wrong with it.</summary>
public abstract record TemplateResult
{
    private TemplateResult() { }

    /// <summary>The text.</summary>
    /// <param name="Text">The text, lines ended by LF.</param>
    public sealed record Rendered(string Text) : TemplateResult;

    /// <summary>It cannot be rendered.</summary>
    /// <param name="Error">Where and why.</param>
    public sealed record Failed(TemplateError Error) : TemplateResult;
}
