using System.CommandLine;
using Maas.Images.Downloads;
using Maas.Images.Import;

namespace ImageTool.Verbs.Import;

/// <summary><c>import url LIBRARY HASH URL…</c>: one file whose hash is known.</summary>
internal static class ImportUrlVerb
{
    private static readonly Argument<ContentHash> Hash = new("hash")
    {
        Description = "Its SHA-256 or SHA-512.",
        CustomParser = result =>
        {
            if (!ContentHash.TryParse(result.Tokens[0].Value, out var hash)) result.AddError("A hash is 64 or 128 hexadecimal digits.");
            return hash;
        },
    };

    private static readonly Argument<Uri[]> Locations = new("urls")
    {
        Description = "Where it is; more than one are mirrors.",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = ImportOptions.ReadAddresses,
    };

    public static Command Command { get; } = ImportOptions.Make("url", "One file.", [Hash, Locations], arguments => new UrlSource
    {
        Name = Path.GetFileName(arguments.GetRequiredValue(Locations)[0].LocalPath) is { Length: > 0 } name
            ? name
            : arguments.GetRequiredValue(Locations)[0].Host,
        Locations = arguments.GetRequiredValue(Locations),
        Hash = arguments.GetRequiredValue(Hash),
    });
}
