using System.Globalization;
using System.Text;

namespace Maas.Core;

/// <summary>The difference of two texts, line by line, in the unified format of <c>diff -u</c>.</summary>
public static class TextDiff
{
    private const int Context = 3;

    /// <summary>Compares two texts.</summary>
    /// <param name="before">The old text.</param>
    /// <param name="after">The new text.</param>
    /// <param name="beforeName">What the old text is called in the header.</param>
    /// <param name="afterName">What the new text is called in the header.</param>
    /// <returns>The difference, lines ended by LF; empty when the texts are equal.</returns>
    public static string Unified(string before, string after, string beforeName = "before", string afterName = "after")
    {
        var (old, now) = (LinesOf(before), LinesOf(after));
        var edits = Edits(old, now);
        if (edits.TrueForAll(edit => edit.Mark == ' ')) return "";
        var text = new StringBuilder().Append("--- ").Append(beforeName).Append("\n+++ ").Append(afterName).Append('\n');
        for (var at = 0; at < edits.Count;)
        {
            if (edits[at].Mark == ' ')
            {
                at++;
                continue;
            }

            var (first, last) = (Math.Max(0, at - Context), at);
            for (var next = at; next < edits.Count && next <= last + (2 * Context) + 1; next++)
                if (edits[next].Mark != ' ') last = next;
            last = Math.Min(edits.Count - 1, last + Context);
            AppendHunk(text, edits, first, last);
            at = last + 1;
        }

        return text.ToString();
    }

    private static void AppendHunk(StringBuilder text, List<(char Mark, string Line)> edits, int first, int last)
    {
        var hunk = edits[first..(last + 1)];
        var (oldStart, newStart) = (edits[..first].Count(edit => edit.Mark != '+'), edits[..first].Count(edit => edit.Mark != '-'));
        var (oldCount, newCount) = (hunk.Count(edit => edit.Mark != '+'), hunk.Count(edit => edit.Mark != '-'));
        text.Append(
            CultureInfo.InvariantCulture,
            $"@@ -{(oldCount == 0 ? oldStart : oldStart + 1)},{oldCount} +{(newCount == 0 ? newStart : newStart + 1)},{newCount} @@\n");
        foreach (var (mark, line) in hunk)
        {
            text.Append(mark).Append(line);
            if (!line.EndsWith('\n')) text.Append("\n\\ No newline at end of file\n");
        }
    }

    /// <summary>The longest common subsequence, after the lines that both texts begin and end with.</summary>
    private static List<(char Mark, string Line)> Edits(string[] old, string[] now)
    {
        var start = 0;
        while (start < old.Length && start < now.Length && old[start] == now[start]) start++;
        var end = 0;
        while (end < old.Length - start && end < now.Length - start && old[^(end + 1)] == now[^(end + 1)]) end++;
        var (rows, columns) = (old.Length - start - end, now.Length - start - end);
        var edits = old[..start].Select(line => (' ', line)).ToList();
        // Of texts that have nothing in common the table would be large, and their difference is not read.
        if ((long)rows * columns > 16_000_000)
        {
            edits.AddRange(old[start..^end].Select(line => ('-', line)));
            edits.AddRange(now[start..^end].Select(line => ('+', line)));
        }
        else
        {
            var common = new int[rows + 1, columns + 1];
            for (var row = rows - 1; row >= 0; row--)
                for (var column = columns - 1; column >= 0; column--)
                    common[row, column] = old[start + row] == now[start + column] ? common[row + 1, column + 1] + 1
                        : Math.Max(common[row + 1, column], common[row, column + 1]);
            for (int row = 0, column = 0; row < rows || column < columns;)
            {
                if (row < rows && column < columns && old[start + row] == now[start + column])
                {
                    edits.Add((' ', old[start + row]));
                    (row, column) = (row + 1, column + 1);
                }
                else if (row < rows && (column == columns || common[row + 1, column] >= common[row, column + 1]))
                {
                    edits.Add(('-', old[start + row++]));
                }
                else
                {
                    edits.Add(('+', now[start + column++]));
                }
            }
        }

        edits.AddRange(old[^end..].Select(line => (' ', line)));
        return edits;
    }

    private static string[] LinesOf(string text)
    {
        var lines = text.Split('\n');
        for (var at = 0; at < lines.Length - 1; at++) lines[at] += '\n';
        return lines[^1].Length == 0 ? lines[..^1] : lines;
    }
}
