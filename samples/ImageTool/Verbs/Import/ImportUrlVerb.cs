using System.CommandLine;
using Maas.Images.Downloads;
using Maas.Images.Import;

namespace ImageTool.Verbs.Import;

/// <summary><c>import url LIBRARY HASH URL…</c>: one file whose hash somebody told.</summary>
internal static class ImportUrlVerb
{
    private static readonly Argument<string> Hash = new("hash") { Description = "Its SHA-256 or SHA-512." };
    private static readonly Argument<Uri[]> Locations = new("urls") { Description = "Where it is; more than one are mirrors.", Arity = ArgumentArity.OneOrMore };

    public static Command Command { get; } = ImportOptions.Make("url", "One file.", [Hash, Locations], arguments => new AddressSource
    {
        Name = Path.GetFileName(arguments.GetRequiredValue(Locations)[0].LocalPath),
        Locations = arguments.GetRequiredValue(Locations),
        Hash = ContentHash.TryParse(arguments.GetRequiredValue(Hash), out var hash) ? hash : throw new InvalidDataException("A hash is 64 or 128 hexadecimal digits."),
    });
}
