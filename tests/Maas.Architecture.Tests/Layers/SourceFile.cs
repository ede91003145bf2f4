namespace Maas.Architecture.Tests.Layers;

/// <summary>A source file: its namespace, what it imports, which types it declares.</summary>
internal sealed class SourceFile
{
    private static readonly HashSet<string> Operators =
        ["return", "new", "await", "is", "as", "throw", "in", "case", "not", "and", "or", "else", "yield", "when", "typeof"];

    private SourceFile(string path, IReadOnlyList<CodeToken> tokens) => (Path, Tokens) = (path, tokens);

    /// <summary>The path, as violations show it.</summary>
    public string Path { get; }

    /// <summary>The namespace.</summary>
    public string Namespace { get; private set; } = "";

    /// <summary>The types that it declares, nested ones left out.</summary>
    public IReadOnlyList<string> Types { get; private set; } = [];

    /// <summary>The <c>using</c> directives, aliases and static ones included: the name that is imported, and the line.</summary>
    public IReadOnlyList<(string Name, int Line)> Usings { get; private set; } = [];

    /// <summary>What follows the namespace declaration.</summary>
    public IReadOnlyList<CodeToken> Tokens { get; private set; }

    /// <summary>Names of members, parameters and variables that it declares. In an expression they come before namespaces.</summary>
    public IReadOnlySet<string> Variables { get; private set; } = new HashSet<string>();

    /// <summary>Reads a file with a file-scoped namespace, which is what <c>.editorconfig</c> demands.</summary>
    public static SourceFile Parse(string path, string code)
    {
        var file = new SourceFile(path, CodeTokens.Of(code));
        file.ReadHead();
        file.Types = [.. file.DeclaredTypes().Distinct(StringComparer.Ordinal)];
        file.Variables = file.DeclaredVariables().ToHashSet(StringComparer.Ordinal);
        return file;
    }

    private void ReadHead()
    {
        var usings = new List<(string, int)>();
        var at = 0;
        while (at < Tokens.Count && Tokens[at].Text is "global" or "using")
        {
            var line = Tokens[at].Line;
            var end = at;
            while (Tokens[end].Text != ";") end++;
            var directive = Tokens.Skip(at).Take(end - at).SkipWhile(token => token.Text is "global" or "using" or "static").ToList();
            var alias = directive.FindIndex(token => token.Text == "=");
            usings.Add((Join(directive.Skip(alias + 1)), line));
            at = end + 1;
        }

        Usings = usings;
        // Attributes of the assembly may come before the namespace.
        while (at < Tokens.Count && Tokens[at].Text != "namespace") at++;
        var name = Tokens.Skip(at + 1).TakeWhile(token => token.Text != ";").ToList();
        Namespace = Join(name);
        Tokens = [.. Tokens.Skip(at + name.Count + 2)];
    }

    private IEnumerable<string> DeclaredTypes()
    {
        var depth = 0;
        for (var at = 0; at + 1 < Tokens.Count; at++)
        {
            if (Tokens[at].Text is "{" or "(" or "[") depth++;
            else if (Tokens[at].Text is "}" or ")" or "]") depth--;
            if (depth != 0 || Tokens[at].Text is not ("class" or "struct" or "interface" or "enum" or "record" or "delegate")) continue;
            if (Tokens[at].Text == "delegate") yield return DelegateName(at);
            else if (Tokens[at + 1] is { IsName: true, Text: not ("class" or "struct" or "where") }) yield return Tokens[at + 1].Text;
        }
    }

    // A name behind a type: Word Name {, Word? Name =, List<Word> Name;, Word[] Name => and so on.
    private IEnumerable<string> DeclaredVariables()
    {
        for (var at = 1; at + 1 < Tokens.Count; at++)
            if (Tokens[at].IsName
                && (Tokens[at - 1].IsName ? !Operators.Contains(Tokens[at - 1].Text) : Tokens[at - 1].Text is ">" or "?" or "]")
                && Tokens[at + 1].Text is "{" or "=" or ";" or "," or ")")
                yield return Tokens[at].Text;
    }

    private string DelegateName(int at)
    {
        while (Tokens[at + 1].Text != "(") at++;
        return Tokens[at].Text;
    }

    private static string Join(IEnumerable<CodeToken> tokens) =>
        string.Concat(tokens.TakeWhile(token => token.Text != "<").Select(token => token.Text));
}
