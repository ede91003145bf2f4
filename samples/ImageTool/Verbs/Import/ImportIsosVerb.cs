using System.CommandLine;
using Maas.Images.Import;

namespace ImageTool.Verbs.Import;

/// <summary><c>import isos LIBRARY</c>: a distribution's network installer, kernel and initrd; once <c>maas-import-isos</c>.</summary>
internal static class ImportIsosVerb
{
    private static readonly Option<Uri> Mirror = new("--mirror")
    {
        Description = "The archive.",
        DefaultValueFactory = _ => new Uri("http://deb.debian.org/debian"),
        CustomParser = ImportOptions.ReadAddress
    };
    private static readonly Option<string> Suite = new("--suite") { Description = "The suite.", DefaultValueFactory = _ => "stable" };
    private static readonly Option<string> Architecture = new("--arch")
    {
        Description = "Debian's name of the architecture.",
        DefaultValueFactory = _ => "amd64"
    };
    private static readonly Option<string> Folder = new("--folder")
    {
        Description = "images, or legacy-images in Ubuntu 20.04.",
        DefaultValueFactory = _ => "images"
    };
    private static readonly Option<string> Keyring = new("--keyring")
    {
        Description = "Who may sign.",
        DefaultValueFactory = _ => "/usr/share/keyrings/debian-archive-keyring.gpg"
    };

    public static Command Command { get; } = ImportOptions.Make(
        "isos",
        "The network installer of Debian or Ubuntu.",
        [Mirror, Suite, Architecture, Folder, Keyring],
        arguments => new DebianInstallerSource
    {
        Archive = new() { Mirror = arguments.GetRequiredValue(Mirror), Suite = arguments.GetRequiredValue(Suite) },
        Architecture = arguments.GetRequiredValue(Architecture),
        Folder = arguments.GetRequiredValue(Folder),
        Keyring = arguments.GetRequiredValue(Keyring),
    });
}
