using System.CommandLine;

namespace ImageTool.Verbs.Import;

/// <summary><c>import</c>: images from where they are published into a library.</summary>
internal static class ImportVerb
{
    public static Command Command { get; } = new(
        "import",
        "Brings images into a library: only what is not there, with signatures and hashes checked. Another selection from the same source "
            + "is kept beside the first; the same one again replaces what it brought.")
    {
        ImportIsosVerb.Command,
        ImportEphemeralsVerb.Command,
        ImportCloudVerb.Command,
        ImportIsoVerb.Command,
        ImportUrlVerb.Command,
        ImportListVerb.Command,
        ImportDropVerb.Command,
    };
}
