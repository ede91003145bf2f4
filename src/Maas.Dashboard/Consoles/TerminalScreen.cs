using System.Globalization;
using System.Text;

namespace Maas.Dashboard.Consoles;

/// <summary>
/// The text of a terminal of 80 columns and 25 lines, with the lines that left it at the top. It reads what consoles of firmware, boot
/// programs and Linux send: text in UTF-8, and the VT100's movements and erasures. Colours and all other sequences are skipped, and nothing
/// is answered. Its size is bounded whatever it is sent, and it holds no control or format characters.
/// </summary>
internal sealed class TerminalScreen
{
    /// <summary>Characters in a line.</summary>
    public const int Columns = 80;

    /// <summary>Lines of the screen.</summary>
    public const int Rows = 25;

    /// <summary>Lines that are kept after they left the screen.</summary>
    public const int MostScrolled = 500;

    private const int LongestSequence = 64;

    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly char[][] _lines = [.. Enumerable.Range(0, Rows).Select(_ => Empty())];
    private readonly Queue<string> _scrolled = new();
    private readonly StringBuilder _sequence = new();
    private State _state;
    private int _row, _column;

    private enum State
    {
        Text,
        Escape,
        Sequence, // ESC [
        String, // ESC ] and the like: a text that a terminator ends
        Skip, // ESC ( and the like: one more character
    }

    /// <summary>Takes what the machine prints.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        Span<char> characters = stackalloc char[512];
        while (!bytes.IsEmpty)
        {
            _decoder.Convert(bytes, characters, flush: false, out var used, out var count, out _);
            foreach (var character in characters[..count]) Take(character);
            bytes = bytes[used..];
        }
    }

    /// <summary>The lines that left the screen and the screen, without blanks at the ends of lines and lines at the end.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var line in _scrolled) text.Append(line).Append('\n');
        foreach (var line in _lines) text.Append(TextOf(line)).Append('\n');
        return text.ToString().TrimEnd('\n');
    }

    private static char[] Empty()
    {
        var line = new char[Columns];
        Array.Fill(line, ' ');
        return line;
    }

    private static string TextOf(char[] line) => new string(line).TrimEnd(' ');

    private void Take(char character)
    {
        switch (_state)
        {
            case State.Text:
                Print(character);
                break;
            case State.Escape:
                TakeEscape(character);
                break;
            case State.Sequence when character is >= '@' and <= '~':
                Run(character);
                _state = State.Text;
                break;
            case State.Sequence when character is >= ' ' and <= '?' && _sequence.Length < LongestSequence:
                _sequence.Append(character);
                break;
            case State.String when character == '\e':
                _state = State.Escape;
                break;
            case State.String when character != '\a' && _sequence.Length < LongestSequence * 16:
                _sequence.Append(' '); // only its length counts
                break;
            default:
                _state = State.Text;
                break;
        }
    }

    private void TakeEscape(char character)
    {
        _sequence.Clear();
        _state = character switch
        {
            '[' => State.Sequence,
            ']' or 'P' or '_' or '^' or 'X' => State.String,
            '(' or ')' or '#' or '%' => State.Skip,
            _ => State.Text,
        };
        if (character == 'c') Clear();
        else if (character is 'D' or 'E') LineFeed();
        if (character == 'E') _column = 0;
        if (character == 'M') _row = Math.Max(0, _row - 1);
    }

    private void Print(char character)
    {
        switch (character)
        {
            case '\e':
                _state = State.Escape;
                break;
            case '\r':
                _column = 0;
                break;
            case '\n' or '\v' or '\f':
                LineFeed();
                break;
            case '\b':
                _column = Math.Max(0, _column - 1);
                break;
            case '\t':
                _column = Math.Min(Columns - 1, (_column / 8 * 8) + 8);
                break;
            default:
                if (!IsControl(character)) Put(IsHarmless(character) ? character : '\uFFFD');
                break;
        }
    }

    private static bool IsControl(char character) => char.GetUnicodeCategory(character) is UnicodeCategory.Control;

    // Characters that reorder or hide text would show another text than the machine's.
    private static bool IsHarmless(char character) => char.GetUnicodeCategory(character) is not (
        UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.NonSpacingMark
        or UnicodeCategory.EnclosingMark);

    private void Put(char character)
    {
        if (_column == Columns)
        {
            _column = 0;
            LineFeed();
        }

        _lines[_row][_column++] = character;
    }

    private void LineFeed()
    {
        if (++_row < Rows) return;
        _row = Rows - 1;
        _scrolled.Enqueue(TextOf(_lines[0]));
        if (_scrolled.Count > MostScrolled) _scrolled.Dequeue();
        Array.Copy(_lines, 1, _lines, 0, Rows - 1);
        _lines[Rows - 1] = Empty();
    }

    private void Clear()
    {
        foreach (var line in _lines) Array.Fill(line, ' ');
        (_row, _column) = (0, 0);
    }

    // ECMA-48, 8.3: the sequences that move the cursor and erase.
    private void Run(char final)
    {
        var text = _sequence.ToString();
        if (text.StartsWith('?')) return; // a terminal's modes
        var numbers = text.Split(';').Select(each => int.TryParse(each, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? Math.Min(number, 1000) : 0).ToArray();
        var count = Math.Max(1, numbers[0]);
        var column = Math.Min(_column, Columns - 1);
        switch (final)
        {
            case 'A':
                _row -= count;
                break;
            case 'B' or 'e':
                _row += count;
                break;
            case 'C' or 'a':
                _column += count;
                break;
            case 'D':
                _column -= count;
                break;
            case 'E' or 'F':
                (_row, _column) = (_row + (final == 'E' ? count : -count), 0);
                break;
            case 'G' or '`':
                _column = count - 1;
                break;
            case 'd':
                _row = count - 1;
                break;
            case 'H' or 'f':
                (_row, _column) = (count - 1, (numbers.Length > 1 ? Math.Max(1, numbers[1]) : 1) - 1);
                break;
            case 'J':
                EraseScreen(numbers[0], column);
                return;
            case 'K':
                EraseLine(_row, numbers[0], column);
                return;
            default:
                return;
        }

        (_row, _column) = (Math.Clamp(_row, 0, Rows - 1), Math.Clamp(_column, 0, Columns - 1));
    }

    private void EraseScreen(int part, int column)
    {
        for (var row = 0; row < Rows; row++)
        {
            if (part is 2 or 3 || (part == 0 && row > _row) || (part == 1 && row < _row)) Array.Fill(_lines[row], ' ');
            else if (row == _row) EraseLine(row, part, column);
        }
    }

    private void EraseLine(int row, int part, int column)
    {
        var (start, end) = part switch { 0 => (column, Columns), 1 => (0, column + 1), _ => (0, Columns) };
        Array.Fill(_lines[row], ' ', start, end - start);
    }
}
