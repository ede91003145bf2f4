using Maas.Install.Quoting;
using Scriban;
using Scriban.Parsing;
using Scriban.Runtime;
using Scriban.Syntax;

namespace Maas.Install.Templates;

/// <summary>One rendering of one template, with everything that it has used up of the limits.</summary>
internal sealed class TemplateRun : TemplateContext
{
    private readonly TemplateSet _templates;
    private readonly BoundedOutput _text = new();
    private ScriptNode? _statement; // the one whose value is written next
    private int _depth, _steps, _evaluations;

    public TemplateRun(TemplateSet templates, ScriptObject values)
        : base(TemplateFunctions.Create())
    {
        _templates = templates;
        StrictVariables = true;
        EnableRelaxedMemberAccess = false;
        EnableRelaxedIndexerAccess = false;
        AutoIndent = false;
        RecursiveLimit = 100;
        LimitToString = TemplateLimits.Output;
        ObjectRecursionLimit = 8;
        NewLine = "\n";
        PushGlobal(values);
        PushOutput(_text);
    }

    /// <summary>What was written.</summary>
    public string Text => _text.ToString();

    /// <summary>Writes the template of this name where the caller is.</summary>
    /// <exception cref="ScriptRuntimeException">There is no such template, it cannot be parsed, or it includes itself.</exception>
    public void Include(ScriptNode caller, string name)
    {
        if (_depth == TemplateLimits.SnippetDepth)
            throw new ScriptRuntimeException(caller.Span, $"Snippets are nested more than {TemplateLimits.SnippetDepth} deep.");
        if (_templates.Find(name) is not { } text) throw new ScriptRuntimeException(caller.Span, $"There is no snippet '{name}'.");
        if (TemplateSyntax.Parse(name, text, out var error) is not { Page: { } page })
            throw new TemplateFaultException(error ?? new TemplateError(name, 0, 0, "The snippet is empty."));
        _depth++;
        Evaluate(page);
        _depth--;
    }

    /// <summary>The text that a template would write, as a value: it needs a quote function to be written.</summary>
    /// <exception cref="ScriptRuntimeException">As <see cref="Include"/>.</exception>
    public string Render(ScriptNode caller, string name)
    {
        var text = new BoundedOutput();
        PushOutput(text);
        Include(caller, name);
        PopOutput();
        return text.ToString();
    }

    /// <summary>Writes a value. One that no quote function has seen is written only if it means itself everywhere.</summary>
    public override TemplateContext Write(SourceSpan span, object? textAsObject)
    {
        if (textAsObject is null) return this;
        var statement = _statement ?? CurrentNode ?? throw new InvalidOperationException("Only statements write values.");
        var text = TemplateFunctions.TextOf(statement, textAsObject);
        if (textAsObject is not QuotedText && !Quote.IsPlain(text))
            throw new ScriptRuntimeException(
                statement.Span,
                "The value has characters other than letters, digits and ._:/@+,=- and needs a quote function, such as quote.sh.");
        Write(text);
        return this;
    }

    /// <inheritdoc/>
    public override object? Evaluate(ScriptNode? scriptNode, bool aliasReturnedFunction)
    {
        if (++_evaluations > TemplateLimits.Evaluations)
            throw new ScriptRuntimeException(CurrentSpan, $"The template needs more than {TemplateLimits.Evaluations} evaluations.");
        var value = base.Evaluate(scriptNode, aliasReturnedFunction);
        if (scriptNode is ScriptExpressionStatement { Expression: { } expression }) _statement = expression;
        return value;
    }

    /// <inheritdoc/>
    protected override bool OnStepLoop(ScriptLoopStatementBase loop) =>
        ++_steps <= TemplateLimits.LoopSteps ? true
            : throw new ScriptRuntimeException(loop.Span, $"The template's loops take more than {TemplateLimits.LoopSteps} steps.");
}

/// <summary>A template that was included is at fault.</summary>
internal sealed class TemplateFaultException(TemplateError error) : Exception(error.ToString())
{
    public TemplateError Error => error;
}
