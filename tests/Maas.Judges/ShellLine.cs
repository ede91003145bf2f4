using System.Text;

namespace Maas.Judges;

/// <summary>
/// Finds the commands of a POSIX shell script without running it: pipelines, lists, subshells, substitutions, loops, functions and
/// here-documents. Each command is a list of words without quotes; <see cref="Unknown"/> represents what only a running shell knows.
/// </summary>
internal sealed class ShellLine
{
    /// <summary>Replaces an expansion in a word.</summary>
    public const char Unknown = '\0';

    private static readonly string[] Operators =
        ["<<<", "&>>", "<<-", ";;", "&&", "||", "|&", "&>", "<<", "<&", "<>", ">>", ">&", ">|", ";", "|", "(", ")", "&", "<", ">"];

    private static readonly HashSet<string> BeforeCommand = ["!", "{", "do", "elif", "else", "if", "then", "time", "until", "while"];
    private static readonly HashSet<string> AfterCommands = ["}", "done", "esac", "fi"];

    private readonly string _text;
    private readonly List<IReadOnlyList<string>> _commands;
    private readonly HashSet<string> _functions;
    private readonly Queue<(string Delimiter, bool IsLiteral, bool StripsTabs)> _hereDocuments = new();
    private int _position;

    private ShellLine(string text, List<IReadOnlyList<string>> commands, HashSet<string> functions) =>
        (_text, _commands, _functions) = (text, commands, functions);

    /// <summary>The commands of a script, in the order in which they appear; calls of the script's own functions are left out.</summary>
    /// <exception cref="FormatException">The script ends inside a quotation or a parenthesis.</exception>
    public static IReadOnlyList<IReadOnlyList<string>> CommandsOf(string script)
    {
        var line = new ShellLine(script, [], []);
        line.ReadCommands(Ending.Text);
        return [.. line._commands.Where(command => !line._functions.Contains(command[0]))];
    }

    private enum Ending
    {
        Text,
        Parenthesis,
        CaseBranch,
    }

    private readonly record struct Token(string Text, bool IsOperator, bool IsLiteral, bool IsAssignment = false)
    {
        public bool Is(string text) => Text == text && !IsLiteral;
    }

    /// <summary>Reads commands up to the ending; tells whether <c>esac</c> ended the last branch of a <c>case</c>.</summary>
    private bool ReadCommands(Ending ending)
    {
        var words = new List<string>();
        var depth = 0;
        while (ReadToken() is { } token)
        {
            if (!token.IsOperator)
            {
                if (words.Count > 0 || !ReadKeyword(token, ending, out var endsCase)) words.Add(token.Text);
                else if (endsCase) return true;
                continue;
            }

            if (token.Text[0] is '<' or '>' || token.Text is "&>" or "&>>")
            {
                ReadRedirection(token.Text);
                continue;
            }

            if (token.Text == "(" && words.Count == 1)
            {
                _ = ReadToken(); // the closing parenthesis of "name()"
                _functions.Add(words[0]);
                words.Clear();
                continue;
            }

            Finish(words);
            if (token.Text == ";;" && ending == Ending.CaseBranch) return false;
            if (token.Text == "(") depth++;
            if (token.Text == ")" && --depth < 0) return ending == Ending.Parenthesis ? false : throw Broken("an unexpected ')'");
        }

        Finish(words);
        return ending == Ending.Text && depth == 0 ? false : throw Broken("a missing ')' or 'esac'");
    }

    private void Finish(List<string> words)
    {
        if (words.Count > 0) _commands.Add([.. words]);
        words.Clear();
    }

    /// <summary>Whether the first word of a command is part of the grammar, which is then read.</summary>
    private bool ReadKeyword(Token word, Ending ending, out bool endsCase)
    {
        endsCase = ending == Ending.CaseBranch && word.Is("esac");
        if (word.IsAssignment) return true;
        if (word.IsLiteral) return false;
        if (BeforeCommand.Contains(word.Text) || AfterCommands.Contains(word.Text)) return true;
        switch (word.Text)
        {
            case "for" or "select":
                while (ReadToken() is { } token && !token.Is("do") && token is not { IsOperator: true, Text: ";" or "\n" }) { }
                return true;
            case "[[":
                while (ReadToken() is { } token && !token.Is("]]")) { }
                return true;
            case "function":
                if (ReadToken() is { } name) _functions.Add(name.Text);
                return true;
            case "case":
                ReadCase();
                return true;
            default:
                return false;
        }
    }

    private void ReadCase()
    {
        while (ReadToken() is { } word && !word.Is("in")) { }
        while (true)
        {
            Token? pattern;
            do pattern = ReadToken();
            while (pattern is { IsOperator: true, Text: "\n" });
            if (pattern is null) throw Broken("a missing 'esac'");
            if (pattern.Value.Is("esac")) return;
            while (ReadToken() is { } token && !(token.IsOperator && token.Text == ")")) { }
            if (ReadCommands(Ending.CaseBranch)) return;
        }
    }

    private void ReadRedirection(string redirection)
    {
        if (ReadToken() is not { IsOperator: false } target) throw Broken($"nothing after '{redirection}'");
        if (redirection is "<<" or "<<-") _hereDocuments.Enqueue((target.Text, target.IsLiteral, redirection == "<<-"));
    }

    private static bool IsName(string word) =>
        word.Length > 0 && !char.IsAsciiDigit(word[0]) && word.AsSpan().IndexOfAnyExcept(NameCharacters) < 0;

    private static readonly System.Buffers.SearchValues<char> NameCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    private Token? ReadToken()
    {
        SkipBlanks();
        if (_position == _text.Length) return null;
        if (_text[_position] == '\n')
        {
            _position++;
            while (_hereDocuments.TryDequeue(out var next)) ReadHereDocument(next.Delimiter, next.IsLiteral, next.StripsTabs);
            return new Token("\n", IsOperator: true, IsLiteral: false);
        }

        var isSubstitution = Starts("<(") || Starts(">(");
        if (!isSubstitution && Operators.FirstOrDefault(Starts) is { } found)
        {
            _position += found.Length;
            return new Token(found, IsOperator: true, IsLiteral: false);
        }

        return ReadWord();
    }

    private bool Starts(string text) => string.CompareOrdinal(_text, _position, text, 0, text.Length) == 0;

    private void SkipBlanks()
    {
        while (_position < _text.Length)
        {
            if (_text[_position] is ' ' or '\t' or '\r') _position++;
            else if (Starts("\\\n")) _position += 2;
            else if (_text[_position] == '#') _position = _text.IndexOf('\n', _position) is >= 0 and var end ? end : _text.Length;
            else return;
        }
    }

    private Token? ReadWord()
    {
        var word = new StringBuilder();
        var (isLiteral, isAssignment) = (false, false);
        while (_position < _text.Length)
        {
            var character = _text[_position];
            if (character is '<' or '>' && _position + 1 < _text.Length && _text[_position + 1] == '(' && word.Length == 0)
            {
                _position += 2;
                ReadCommands(Ending.Parenthesis);
                word.Append(Unknown);
                continue;
            }

            // The number in "2>file" belongs to the redirection.
            if (character is '<' or '>' && !isLiteral && word.Length > 0 && word.ToString().All(char.IsAsciiDigit)) return ReadToken();
            if (character is ' ' or '\t' or '\r' or '\n' or ';' or '&' or '|' or '<' or '>' or '(' or ')') break;
            _position++;
            switch (character)
            {
                case '\'':
                    word.Append(Until('\''));
                    isLiteral = true;
                    break;
                case '"':
                    ReadDoubleQuoted(word, closed: true);
                    isLiteral = true;
                    break;
                case '\\':
                    if (_position < _text.Length && _text[_position++] is not '\n' and var escaped) word.Append(escaped);
                    isLiteral = true;
                    break;
                case '$' or '`':
                    ReadExpansion(character, word);
                    break;
                default:
                    isAssignment |= character == '=' && !isLiteral && IsName(word.ToString().TrimEnd('+'));
                    word.Append(character);
                    break;
            }
        }

        return new Token(word.ToString(), IsOperator: false, isLiteral, isAssignment);
    }

    private string Until(char end)
    {
        var close = _text.IndexOf(end, _position);
        if (close < 0) throw Broken($"a missing {end}");
        var content = _text[_position..close];
        _position = close + 1;
        return content;
    }

    private void ReadDoubleQuoted(StringBuilder word, bool closed)
    {
        while (_position < _text.Length)
        {
            var character = _text[_position++];
            if (character == '"' && closed) return;
            if (character == '\\' && _position < _text.Length)
            {
                if (_text[_position] is not ('$' or '`' or '"' or '\\' or '\n')) word.Append(character);
                if (_text[_position] != '\n') word.Append(_text[_position]);
                _position++;
            }
            else if (character is '$' or '`') ReadExpansion(character, word);
            else word.Append(character);
        }

        if (closed) throw Broken("a missing \"");
    }

    private void ReadExpansion(char start, StringBuilder word)
    {
        if (start == '`')
        {
            new ShellLine(Until('`'), _commands, _functions).ReadCommands(Ending.Text);
            word.Append(Unknown);
        }
        else if (Starts("(("))
        {
            ReadEnclosed('(', ')');
            word.Append(Unknown);
        }
        else if (Starts("("))
        {
            _position++;
            ReadCommands(Ending.Parenthesis);
            word.Append(Unknown);
        }
        else if (Starts("{"))
        {
            ReadEnclosed('{', '}');
            word.Append(Unknown);
        }
        else if (Starts("'"))
        {
            _position++;
            word.Append(Until('\''));
        }
        else
        {
            var end = _position;
            while (end < _text.Length && NameCharacters.Contains(_text[end])) end++;
            if (end == _position && end < _text.Length && _text[end] is '@' or '*' or '#' or '?' or '-' or '$' or '!') end++;
            word.Append(end == _position ? '$' : Unknown);
            _position = end;
        }
    }

    // The inside of $((…)) or ${…}: not commands, but there may be some in its expansions.
    private void ReadEnclosed(char open, char close)
    {
        var ignored = new StringBuilder();
        var depth = 0;
        while (_position < _text.Length)
        {
            var character = _text[_position++];
            if (character == open) depth++;
            else if (character == close && --depth == 0) return;
            else if (character == '\\') _position++;
            else if (character is '$' or '`') ReadExpansion(character, ignored);
            else if (character == '"') ReadDoubleQuoted(ignored, closed: true);
        }

        throw Broken($"a missing '{close}'");
    }

    private void ReadHereDocument(string delimiter, bool isLiteral, bool stripsTabs)
    {
        var body = new StringBuilder();
        while (_position < _text.Length)
        {
            var end = _text.IndexOf('\n', _position) is >= 0 and var found ? found : _text.Length;
            var line = _text[_position..end];
            _position = Math.Min(end + 1, _text.Length);
            if ((stripsTabs ? line.TrimStart('\t') : line) == delimiter) break;
            body.Append(line).Append('\n');
        }

        if (!isLiteral) new ShellLine(body.ToString(), _commands, _functions).ReadDoubleQuoted(new StringBuilder(), closed: false);
    }

    private FormatException Broken(string fault) => new($"The shell line has {fault} near character {_position}: {_text}");
}
