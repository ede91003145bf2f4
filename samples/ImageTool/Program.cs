using System.CommandLine;
using ImageTool.Verbs;
using ImageTool.Verbs.Import;
using Maas.Images;
using Maas.Images.Debian;
using Spectre.Console;

const int NoWidth = 10_000;

var root = new RootCommand("Looks into disk images, ISOs, file systems and archives, and makes some, without root and without mounting.")
{
    InfoVerb.Command,
    LsVerb.Command,
    CatVerb.Command,
    ExtractVerb.Command,
    ConvertVerb.Command,
    BuildIsoVerb.Command,
    PutVerb.Command,
    RmVerb.Command,
    MkdirVerb.Command,
    BuildExt4Verb.Command,
    PatchIsoVerb.Command,
    BuildSquashfsVerb.Command,
    SeedVerb.Command,
    BuildFatVerb.Command,
    BuildDiskVerb.Command,
    GrowVerb.Command,
    ImportVerb.Command,
};
// Without a terminal there is no width to keep to: what somebody searches in the output must not be broken.
if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = NoWidth;
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception refused) when (refused is InvalidImageException or IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException or UntrustedArchiveException or HttpRequestException)
{
    var errors = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
    if (Console.IsErrorRedirected) errors.Profile.Width = NoWidth;
    errors.MarkupLineInterpolated($"[red]{refused.Message}[/]");
    return 1;
}
