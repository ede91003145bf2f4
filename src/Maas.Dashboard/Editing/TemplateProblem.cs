using Maas.Core.Nodes;

namespace Maas.Dashboard.Editing;

/// <summary>What is wrong with a template, as a person reads it.</summary>
internal static class TemplateProblem
{
    private const int LongestLine = 160;

    /// <summary>Why a template was not changed; <see langword="null"/> when it was.</summary>
    public static string? ReasonOf(AnswerTemplateResult result) => result switch
    {
        AnswerTemplateResult.Refused { Line: 0 } refused => $"{refused.Template}: {refused.Reason}",
        AnswerTemplateResult.Refused refused => $"{refused.Template}, line {refused.Line}, column {refused.Column}: {refused.Reason}",
        AnswerTemplateResult.Outdated { Revision: 0 } => "It was deleted meanwhile. Save it as a new template.",
        AnswerTemplateResult.Outdated outdated =>
            $"It was saved meanwhile as revision {outdated.Revision}. Open it again, so that nothing is lost.",
        AnswerTemplateResult.NotFound => "The template or the recipe does not exist any more.",
        _ => null,
    };

    /// <summary>The line that is wrong, with a mark below the column; <see langword="null"/> when it is not in the text.</summary>
    public static string? Excerpt(AnswerTemplate draft, AnswerTemplateResult result)
    {
        if (result is not AnswerTemplateResult.Refused { Line: > 0, Column: > 0 } refused || refused.Template != draft.Name) return null;
        var lines = draft.Text.ReplaceLineEndings("\n").Split('\n');
        if (refused.Line > lines.Length) return null;
        var start = Math.Max(0, refused.Column - (LongestLine / 2));
        var line = lines[refused.Line - 1].Replace('\t', ' ');
        var shown = start < line.Length ? line[start..Math.Min(line.Length, start + LongestLine)] : "";
        var number = $"{refused.Line} | ";
        return $"{number}{shown}\n{new string(' ', number.Length + refused.Column - 1 - start)}^";
    }
}
