using System.CommandLine;
using ImageTool.Verbs;
using ImageTool.Verbs.Import;
using Maas.Images;
using Maas.Images.Debian;
using Spectre.Console;

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
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception refused) when (refused is InvalidImageException or IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException or UntrustedArchiveException or HttpRequestException)
{
    AnsiConsole.Console.Profile.Out = new AnsiConsoleOutput(Console.Error);
    AnsiConsole.MarkupLineInterpolated($"[red]{refused.Message}[/]");
    return 1;
}
