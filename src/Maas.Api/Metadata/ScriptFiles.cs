using Maas.Api.Requests;
using Maas.Core.Scripts;

namespace Maas.Api.Metadata;

/// <summary>The files that a machine sends of its scripts: named like the script, and by a suffix which stream they are.</summary>
internal static class ScriptFiles
{
    private static readonly string[] Suffixes = [".out", ".err", ".yaml"];

    /// <summary>The name of the script that a file is of.</summary>
    public static string ScriptOf(string fileName) => Split(fileName).Script;

    /// <summary>The streams in the files of one script.</summary>
    public static ScriptOutput OutputOf(IEnumerable<FormFile> files)
    {
        ReadOnlyMemory<byte> combined = default, output = default, error = default, report = default;
        foreach (var file in files)
        {
            switch (Split(file.FileName).Stream)
            {
                case ".out": output = file.Content; break;
                case ".err": error = file.Content; break;
                case ".yaml": report = file.Content; break;
                default: combined = file.Content; break;
            }
        }

        return new ScriptOutput(combined, output, error) { Report = report };
    }

    private static (string Script, string Stream) Split(string fileName)
    {
        foreach (var suffix in Suffixes)
            if (fileName.EndsWith(suffix, StringComparison.Ordinal)) return (fileName[..^suffix.Length], suffix);
        return (fileName, "");
    }
}
