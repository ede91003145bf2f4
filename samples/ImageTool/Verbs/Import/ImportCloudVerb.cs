using System.CommandLine;
using Maas.Images.Debian;
using Maas.Images.Import;

namespace ImageTool.Verbs.Import;

/// <summary><c>import cloud LIBRARY URL FILE…</c>: images of a folder with SHA256SUMS.</summary>
internal static class ImportCloudVerb
{
    private static readonly Argument<Uri> Folder = new("url") { Description = "The folder.", CustomParser = ImportOptions.ReadAddress };
    private static readonly Argument<string[]> Files = new("files")
    {
        Description = "Names, * and ? allowed.",
        Arity = ArgumentArity.OneOrMore
    };
    private static readonly Option<string> Checksums = new("--checksums")
    {
        Description = "The list of hashes.",
        DefaultValueFactory = _ => "SHA256SUMS"
    };
    private static readonly Option<string?> Keyring = new("--keyring")
    {
        Description = "Who may sign; without it the folder must be https and its certificate is trusted."
    };
    private static readonly Option<bool> Clear = new("--clear-signed") { Description = "The signature is in the list itself." };

    public static Command Command { get; } = ImportOptions.Make(
        "cloud",
        "Cloud images from a folder with SHA256SUMS or SHA512SUMS.",
        [Folder, Files, Checksums, Keyring, Clear],
        arguments => new CloudImageSource
    {
        Name = arguments.GetRequiredValue(Folder).AbsoluteUri,
        Mirrors = [arguments.GetRequiredValue(Folder)],
        Files = arguments.GetRequiredValue(Files),
        Checksums = arguments.GetRequiredValue(Checksums),
        Keyring = arguments.GetValue(Keyring) is { } keyring ? OpenPgpKeyring.Load(keyring) : null,
        Signature = arguments.GetValue(Keyring) is null ? ChecksumSignature.None
            : arguments.GetValue(Clear) ? ChecksumSignature.Clear
            : ChecksumSignature.Detached,
    });
}
