using System.CommandLine;
using Maas.Images.Debian;
using Maas.Images.Simplestreams;

namespace ImageTool.Verbs.Import;

/// <summary><c>import ephemerals LIBRARY</c>: MAAS's images from a simplestreams mirror; once <c>maas-import-ephemerals</c>.</summary>
internal static class ImportEphemeralsVerb
{
    private static readonly Option<Uri> Mirror = new("--mirror")
    {
        Description = "The folder with streams/.",
        DefaultValueFactory = _ => new Uri("https://images.maas.io/ephemeral-v3/stable/"),
        CustomParser = ImportOptions.ReadAddress
    };
    private static readonly Option<string> Keyring = new("--keyring")
    {
        Description = "Who may sign.",
        DefaultValueFactory = _ => "/usr/share/keyrings/ubuntu-cloudimage-keyring.gpg"
    };
    private static readonly Option<string[]> Releases = Set("--release", "noble, jammy");
    private static readonly Option<string[]> Architectures = Set("--arch", "amd64, arm64");
    private static readonly Option<string[]> Subarchitectures = Set("--subarch", "ga-24.04, hwe-24.04");
    private static readonly Option<string[]> Labels = Set("--label", "stable, candidate");
    private static readonly Option<string[]> FileTypes = Set("--ftype", "boot-kernel, boot-initrd, squashfs");
    private static readonly Option<int?> Days = Numbers.Option("--most-days", "Refuse metadata that is older.");

    public static Command Command { get; } = ImportOptions.Make(
        "ephemerals",
        "MAAS's images from a simplestreams mirror.",
        [Mirror, Keyring, Releases, Architectures, Subarchitectures, Labels, FileTypes, Days],
        arguments => new SimplestreamsSource
        {
            Name = arguments.GetRequiredValue(Mirror).AbsoluteUri,
            Mirrors = [arguments.GetRequiredValue(Mirror)],
            Keyring = OpenPgpKeyring.Load(arguments.GetRequiredValue(Keyring)),
            MaximumAge = arguments.GetValue(Days) is { } days ? TimeSpan.FromDays(days) : null,
            Filter = new()
            {
                Releases = Chosen(arguments, Releases),
                Architectures = Chosen(arguments, Architectures),
                Subarchitectures = Chosen(arguments, Subarchitectures),
                Labels = Chosen(arguments, Labels),
                FileTypes = Chosen(arguments, FileTypes),
            },
        });

    private static Option<string[]> Set(string name, string examples) =>
        new(name) { Description = $"Only these: {examples}. May be repeated.", AllowMultipleArgumentsPerToken = true };

    private static HashSet<string>? Chosen(ParseResult arguments, Option<string[]> option) =>
        arguments.GetValue(option) is { Length: > 0 } values ? [.. values] : null;
}
