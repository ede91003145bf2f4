using System.Text;

namespace Maas.Architecture.Tests.Layers;

/// <summary>A word or a character of C#, outside of comments and of the text of strings.</summary>
/// <param name="Text">An identifier or keyword as a whole, or one character of punctuation.</param>
/// <param name="Line">The line, from 1.</param>
internal readonly record struct CodeToken(string Text, int Line)
{
    /// <summary>Whether it is an identifier or a keyword.</summary>
    public bool IsName => char.IsLetter(Text[0]) || Text[0] == '_';
}

/// <summary>
/// Splits C# into tokens. Comments, preprocessor lines and literals are left out; the expressions inside interpolated strings are not.
/// </summary>
internal sealed class CodeTokens
{
    private readonly string _code;
    private readonly List<CodeToken> _tokens = [];
    private int _at;
    private int _line = 1;

    private CodeTokens(string code) => _code = code;

    /// <summary>Reads a file's text.</summary>
    public static IReadOnlyList<CodeToken> Of(string code)
    {
        var reader = new CodeTokens(code);
        reader.ReadCode(endsAtBrace: false);
        return reader._tokens;
    }

    private char Current => Peek(0);

    private char Peek(int ahead) => _at + ahead < _code.Length ? _code[_at + ahead] : '\0';

    private void ReadCode(bool endsAtBrace)
    {
        for (var depth = 0; _at < _code.Length;)
        {
            if (endsAtBrace && depth == 0 && Current == '}') return;
            if (Current == '{') depth++;
            else if (Current == '}') depth--;
            ReadToken();
        }
    }

    private void ReadToken()
    {
        if (Current is '/' && Peek(1) is '/') SkipWhile(() => Current != '\n');
        else if (Current is '/' && Peek(1) is '*') SkipPast("*/");
        else if (Current is '#' && IsFirstOnLine()) SkipWhile(() => Current != '\n');
        else if (Current is '\'') SkipCharacter();
        else if (StartsString(out var dollars, out var isVerbatim)) ReadString(dollars, isVerbatim);
        else if (char.IsLetterOrDigit(Current) || Current == '_') ReadWord();
        else
        {
            if (!char.IsWhiteSpace(Current)) _tokens.Add(new CodeToken(Current.ToString(), _line));
            Advance();
        }
    }

    private bool StartsString(out int dollars, out bool isVerbatim)
    {
        var ahead = 0;
        (dollars, isVerbatim) = (0, false);
        for (; Peek(ahead) is '$' or '@'; ahead++)
            if (Peek(ahead) == '$') dollars++;
            else isVerbatim = true;
        if (Peek(ahead) != '"') return false;
        for (; ahead > 0; ahead--) Advance();
        return true;
    }

    private void ReadString(int dollars, bool isVerbatim)
    {
        var quotes = 0;
        while (Current == '"' && (quotes < 2 || !isVerbatim)) { quotes++; Advance(); }
        if (quotes == 2) return; // empty
        if (isVerbatim && quotes > 1) throw new InvalidDataException($"Line {_line}: a verbatim string that begins with a quote.");
        var isRaw = quotes >= 3;
        while (_at < _code.Length)
        {
            if (Current == '"')
            {
                var run = Run('"');
                if (isVerbatim && run >= 2) { Advance(); Advance(); continue; }
                if (!isRaw || run >= quotes)
                {
                    for (var i = 0; i < (isRaw ? run : 1); i++) Advance();
                    return;
                }
            }
            else if (Current == '\\' && !isVerbatim && !isRaw) Advance();
            else if (dollars > 0 && Current == '{' && ReadHole(isRaw ? dollars : 1, isRaw)) continue;
            Advance();
        }
    }

    // An expression in as many braces as there are dollars; of an ordinary string, two braces are one of the text.
    private bool ReadHole(int braces, bool isRaw)
    {
        var run = Run('{');
        if (!isRaw && run % 2 == 0 || isRaw && run < braces)
        {
            for (var i = 0; i < run; i++) Advance();
            return true;
        }

        for (var i = 0; i < run; i++) Advance();
        ReadCode(endsAtBrace: true);
        for (var i = 0; i < braces && Current == '}'; i++) Advance();
        return true;
    }

    private int Run(char character)
    {
        var length = 0;
        while (Peek(length) == character) length++;
        return length;
    }

    private void ReadWord()
    {
        var word = new StringBuilder();
        for (; char.IsLetterOrDigit(Current) || Current == '_'; Advance()) word.Append(Current);
        _tokens.Add(new CodeToken(word.ToString(), _line));
    }

    private void SkipCharacter()
    {
        Advance();
        if (Current == '\\') Advance();
        Advance();
        SkipWhile(() => Current != '\''); // \u0000
        Advance();
    }

    private void SkipPast(string end)
    {
        SkipWhile(() => string.CompareOrdinal(_code, _at, end, 0, end.Length) != 0);
        for (var i = 0; i < end.Length; i++) Advance();
    }

    private void SkipWhile(Func<bool> condition)
    {
        while (_at < _code.Length && condition()) Advance();
    }

    private bool IsFirstOnLine()
    {
        for (var i = _at - 1; i >= 0 && _code[i] != '\n'; i--)
            if (!char.IsWhiteSpace(_code[i])) return false;
        return true;
    }

    private void Advance()
    {
        if (_at < _code.Length && _code[_at++] == '\n') _line++;
    }
}
