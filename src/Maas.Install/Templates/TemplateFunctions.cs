using System.Globalization;
using System.Text;
using Maas.Install.Quoting;
using Scriban.Runtime;
using Scriban.Syntax;

namespace Maas.Install.Templates;

/// <summary>Everything that templates may call: Scriban's own functions are not available to them.</summary>
internal static class TemplateFunctions
{
    private const int LongestValue = 64 * 1024;

    /// <summary>A new object with all functions, as the global variables of a template.</summary>
    public static ScriptObject Create()
    {
        var quote = new ScriptObject
        {
            ["sh"] = Quoting(Quote.Shell),
            ["yaml"] = Quoting(Quote.Yaml),
            ["json"] = Quoting(Quote.Json),
            ["preseed"] = Quoting(Quote.Preseed),
            ["kickstart"] = Quoting(Quote.Kickstart),
            ["xml"] = Quoting(Quote.Xml),
            ["powershell"] = Quoting(Quote.PowerShell),
        };
        quote.IsReadOnly = true;
        return new ScriptObject
        {
            ["quote"] = quote,
            ["base64"] = new TemplateFunction(1, static (_, node, values) =>
                new QuotedText(Convert.ToBase64String(Encoding.UTF8.GetBytes(TextOf(node, values[0]))))),
            // what PowerShell's -EncodedCommand takes
            ["base64_utf16"] = new TemplateFunction(1, static (_, node, values) =>
                new QuotedText(Convert.ToBase64String(Encoding.Unicode.GetBytes(TextOf(node, values[0]))))),
            ["join"] = new TemplateFunction(2, static (_, node, values) =>
                Bounded(node, string.Join(TextOf(node, values[1]), ListOf(node, values[0])))),
            ["contains"] = new TemplateFunction(2, static (_, node, values) =>
                ListOf(node, values[0]).Contains(TextOf(node, values[1]), StringComparer.Ordinal)),
            ["size"] = new TemplateFunction(1, static (_, node, values) => ListOf(node, values[0]).Count()),
            ["render"] = new TemplateFunction(1, static (run, node, values) => run.Render(node, TextOf(node, values[0]))),
            ["snippet"] = new TemplateFunction(1, static (run, node, values) =>
            {
                run.Include(node, TextOf(node, values[0]));
                return null;
            }),
        };
    }

    private static TemplateFunction Quoting(Func<string, string> quote) => new(1, (_, node, values) =>
    {
        try
        {
            return new QuotedText(quote(TextOf(node, values[0])));
        }
        catch (ArgumentException refusal)
        {
            throw new ScriptRuntimeException(node.Span, refusal.Message, refusal);
        }
    });

    /// <summary>The text of a value that is not a list or an object.</summary>
    /// <exception cref="ScriptRuntimeException">The value has no text, or more than any language needs.</exception>
    internal static string TextOf(ScriptNode node, object? value) => Bounded(node, value switch
    {
        string text => text,
        QuotedText quoted => quoted.Text,
        bool flag => flag ? "true" : "false",
        int or long => ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture),
        null => throw new ScriptRuntimeException(node.Span, "There is no value here."),
        _ => throw new ScriptRuntimeException(node.Span, "A text is expected here, not a list or an object."),
    });

    private static string Bounded(ScriptNode node, string text) =>
        text.Length <= LongestValue ? text
            : throw new ScriptRuntimeException(node.Span, $"A value has more than {LongestValue} characters.");

    private static IEnumerable<string> ListOf(ScriptNode node, object? value) =>
        value is ScriptArray list ? list.Select(each => TextOf(node, each))
            : throw new ScriptRuntimeException(node.Span, "A list is expected here.");
}
