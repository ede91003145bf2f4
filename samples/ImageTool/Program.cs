using System.CommandLine;
using ImageTool;
using ImageTool.Verbs;
using ImageTool.Verbs.Import;
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
// Without a terminal there is no width to keep to: text that a user searches in the output must not be broken.
if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = NoWidth;
using var interruption = new Interruption();
try
{
    // An argument that begins with @ is a name (btrfs's @home), not a file of more arguments.
    var parsed = root.Parse(CommandLineBytes.Of(args), new ParserConfiguration { ResponseFileTokenReplacer = null });
    var settings = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
    return await parsed.InvokeAsync(settings, interruption.Token);
}
catch (Exception) when (interruption.ExitCode is not null)
{
    return interruption.ExitCode.Value; // whatever a verb that was stopped says, it was stopped
}
catch (Exception refused) when (Complaint.Of(refused) is { } complaint)
{
    var errors = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
    if (Console.IsErrorRedirected) errors.Profile.Width = NoWidth;
    errors.MarkupLineInterpolated($"[red]{complaint}[/]");
    return 1;
}
