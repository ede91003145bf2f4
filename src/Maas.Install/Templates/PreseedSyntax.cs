namespace Maas.Install.Templates;

/// <summary>
/// What the installer's <c>debconf-set-selections</c> would misread in a preseed. It removes blank and comment lines before it joins
/// continued ones: a backslash before such a line makes the next question a part of this one's value. Pure.
/// </summary>
internal static class PreseedSyntax
{
    /// <summary>The first line of a preseed, by which it is recognized.</summary>
    public const string Mark = "#_preseed_V1\n";

    /// <summary>The first fault of a text that begins with <see cref="Mark"/>; <see langword="null"/> for any other text.</summary>
    public static string? Fault(string text)
    {
        if (!text.StartsWith(Mark, StringComparison.Ordinal)) return null;
        var (number, start) = (0, 0); // start: the first of the lines that are joined; 0 when the last one ended
        foreach (var line in text.Split('\n'))
        {
            number++;
            var isIgnored = line.StartsWith('#') || string.IsNullOrWhiteSpace(line);
            if (isIgnored && start > 0)
            {
                return $"Line {start} of the preseed is continued by an empty line or a comment: "
                    + "the installer would add the next question to it.";
            }

            if (isIgnored) continue;
            if (start == 0 && line.Split([' ', '\t'], 4, StringSplitOptions.RemoveEmptyEntries).Length < 3)
                return $"Line {number} of the preseed has no owner, question and type.";
            start = !line.EndsWith('\\') ? 0 : start == 0 ? number : start;
        }

        return null;
    }
}
