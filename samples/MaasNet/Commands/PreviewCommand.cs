using System.CommandLine;
using System.Net;
using System.Text.Json;
using Maas.Client;
using MaasNet.Output;

namespace MaasNet.Commands;

/// <summary><c>maas-net preview</c>: what a machine would receive at its next boot.</summary>
internal static class PreviewCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("machine") { Description = "System id, host name or MAC address.", HelpName = "MACHINE" };
        var recipe = new Option<string?>("--recipe")
        {
            Description = "Show the answer files of this recipe, such as debian/bookworm.", HelpName = "NAME",
        };
        var other = new Option<string?>("--compare")
        {
            Description = "Compare with this machine, not with what the machine received last.", HelpName = "MACHINE",
        };
        var command = new Command(
            "preview", "Show the boot scripts and answer files of a machine's next boot, without secrets, and what changes in them.")
        {
            Arguments = { name },
            Options = { recipe, other },
        };
        Session.OnRun(command, async (session, parsed, cancellationToken) =>
        {
            var machine = await session.FindMachineAsync(parsed.GetRequiredValue(name), cancellationToken);
            var form = new MaasForm().Add("op", "preview_boot").Add("recipe", parsed.GetValue(recipe));
            if (parsed.GetValue(other) is { } text)
                form.Add("compare_to", Column.Text(await session.FindMachineAsync(text, cancellationToken), "system_id"));
            JsonElement answer;
            try
            {
                answer = await session.GetAsync($"machines/{Column.Text(machine, "system_id")}/", form, cancellationToken);
            }
            catch (MaasApiException unknown) when (unknown.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound)
            {
                throw new CommandFailedException("this server previews nothing: the operation is one of Maas for .NET");
            }

            if (session.Report.IsJson) session.Report.Object(answer);
            else Write(session.Report, machine, answer);
        });
        return command;
    }

    private static void Write(Report report, JsonElement machine, JsonElement answer)
    {
        report.Line($"{Column.Text(machine, "hostname")}: {Column.Text(answer, "next_boot")} ({Column.Text(answer, "rule")})");
        foreach (var request in answer.GetProperty("requests").EnumerateArray())
        {
            var received = request.GetProperty("answer").GetString() ?? "no answer";
            report.Line($"  {Column.Text(request, "request")}: {received} ({Column.Text(request, "rule")})");
        }

        foreach (var file in answer.GetProperty("files").EnumerateArray())
        {
            report.Line("");
            report.Line($"== {Column.Text(file, "name")}");
            WriteLines(report, file.GetProperty("text").GetString() ?? Column.Text(file, "problem"));
            if (file.GetProperty("change").GetString() is not { } change) continue;
            WriteLines(report, change.Length == 0 ? "Nothing changes." : change);
        }
    }

    // A report replaces control characters, tabs and carriage returns included.
    private static void WriteLines(Report report, string text)
    {
        foreach (var line in text.TrimEnd('\n').Split('\n'))
            report.Line(line.TrimEnd('\r').Replace("\t", "    ", StringComparison.Ordinal));
    }
}
