using Scriban;
using Scriban.Syntax;

namespace Maas.Install.Templates;

/// <summary>
/// The part of Scriban's language that templates may use: texts, values, functions, <c>if</c> and <c>for</c>. A template cannot assign,
/// calculate, define functions or make ranges, so that what it reads is bounded by what the machine's values are.
/// </summary>
internal static class TemplateSyntax
{
    private const int DeepestLoops = 3;
    private const int DeepestNodes = 200;

    /// <summary>Parses a template.</summary>
    /// <param name="name">Its name, for errors.</param>
    /// <param name="text">Its text.</param>
    /// <param name="error">What is wrong; <see langword="null"/> when nothing is.</param>
    /// <returns>The template; <see langword="null"/> when something is wrong.</returns>
    public static Template? Parse(string name, string text, out TemplateError? error)
    {
        error = null;
        if (text.Length > TemplateLimits.Text)
        {
            error = new TemplateError(name, 0, 0, $"A template has at most {TemplateLimits.Text} characters.");
            return null;
        }

        if (text.Contains('\0', StringComparison.Ordinal))
        {
            error = new TemplateError(name, 0, 0, "A template cannot contain NUL characters.");
            return null;
        }

        var template = Template.Parse(text.ReplaceLineEndings("\n"), name, new() { ExpressionDepthLimit = DeepestNodes });
        if (template.Messages.FirstOrDefault(each => each.Type == Scriban.Parsing.ParserMessageType.Error) is { } message)
            error = new TemplateError(name, message.Span.Start.Line + 1, message.Span.Start.Column + 1, message.Message);
        else if (template.Page is { } page) error = Check(name, page, loops: 0, depth: 0);
        return error is null ? template : null;
    }

    private static TemplateError? Check(string name, ScriptNode node, int loops, int depth)
    {
        if (depth > DeepestNodes) return Refuse(name, node, "The template is nested too deeply.");
        if (Refusal(node) is { } reason) return Refuse(name, node, reason);
        if (node is ScriptForStatement && ++loops > DeepestLoops) return Refuse(name, node, $"More than {DeepestLoops} loops are nested.");
        for (var at = 0; at < node.ChildrenCount; at++)
            if (node.GetChildren(at) is { } child && Check(name, child, loops, depth + 1) is { } error) return error;
        return null;
    }

    private static string? Refusal(ScriptNode node) => node switch
    {
        ScriptPage or ScriptBlockStatement or ScriptRawStatement or ScriptEscapeStatement or ScriptExpressionStatement or ScriptNopStatement
            or ScriptEndStatement or ScriptIfStatement or ScriptElseStatement or ScriptForStatement or ScriptConditionStatement => null,
        ScriptLiteral or ScriptVariable or ScriptMemberExpression or ScriptIndexerExpression or ScriptNestedExpression
            or ScriptPipeCall or ScriptFunctionCall or ScriptConditionalExpression => null,
        ScriptUnaryExpression { Operator: ScriptUnaryOperator.Not } => null,
        ScriptBinaryExpression
        {
            Operator: ScriptBinaryOperator.And or ScriptBinaryOperator.Or or ScriptBinaryOperator.EmptyCoalescing
            or ScriptBinaryOperator.CompareEqual or ScriptBinaryOperator.CompareNotEqual
            or ScriptBinaryOperator.CompareLess or ScriptBinaryOperator.CompareLessOrEqual
            or ScriptBinaryOperator.CompareGreater or ScriptBinaryOperator.CompareGreaterOrEqual
        } => null,
        ScriptVerbatim or ScriptIdentifier or ScriptList => null,
        ScriptAssignExpression => "Templates cannot assign variables.",
        ScriptBinaryExpression or ScriptUnaryExpression => "Templates compare values and do not calculate.",
        _ => $"Templates cannot use {NameOf(node)}.",
    };

    private static string NameOf(ScriptNode node) =>
        node.GetType().Name.Replace("Script", "", StringComparison.Ordinal).Replace("Statement", "", StringComparison.Ordinal)
            .Replace("Expression", "", StringComparison.Ordinal).ToLowerInvariant();

    private static TemplateError Refuse(string name, ScriptNode node, string reason) =>
        new(name, node.Span.Start.Line + 1, node.Span.Start.Column + 1, reason);
}
