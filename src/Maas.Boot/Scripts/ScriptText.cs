using System.Buffers;
using Maas.Boot.Files;

namespace Maas.Boot.Scripts;

/// <summary>What all dialects ask of the texts in an instruction.</summary>
internal static class ScriptText
{
    private static readonly SearchValues<char> Interpreted = SearchValues.Create(" '\"\\$,;&|#(){}<>`*?");

    /// <summary>The words of a kernel's command line; runs of blanks separate, as they do for the kernel.</summary>
    public static string[] Words(string commandLine, string dialect)
    {
        RefuseControls(commandLine, "the kernel's command line", dialect);
        return commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>A file name that is one word: nothing a script's reader would split or interpret.</summary>
    public static string FileName(string name, string dialect)
    {
        RefuseControls(name, "a file name", dialect);
        if (IsUrl(name)) throw new BootScriptException($"{dialect} fetches from its own server only; a URL cannot be written.");
        if (!BootFileName.TryNormalize(name, out var key, out var refusal))
            throw new BootScriptException($"A file name is refused: {refusal}.");
        if (key.AsSpan().ContainsAny(Interpreted))
            throw new BootScriptException($"A file name holds a character that {dialect} would interpret.");
        return key;
    }

    public static bool IsUrl(string name) =>
        name.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || name.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    public static void RefuseControls(string text, string what, string dialect)
    {
        foreach (var letter in text)
        {
            // These programs do not treat it as a line end, but there is no honest use for it either.
            if (char.IsControl(letter) || letter is '\u2028' or '\u2029')
                throw new BootScriptException($"A control character (U+{(int)letter:X4}) in {what} cannot be written for {dialect}.");
        }
    }
}
