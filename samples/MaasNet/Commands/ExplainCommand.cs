using System.CommandLine;
using System.Net;
using System.Text.Json;
using Maas.Client;
using MaasNet.Output;

namespace MaasNet.Commands;

/// <summary><c>maas-net explain</c>: why a machine does not go on.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("machine") { Description = "System id, host name or MAC address.", HelpName = "MACHINE" };
        var command = new Command("explain", "Explain why a machine does not boot or go on: cause, evidence and next step.")
        {
            Arguments = { name },
        };
        Session.OnRun(command, async (session, parsed, cancellationToken) =>
        {
            var machine = await session.FindMachineAsync(parsed.GetRequiredValue(name), cancellationToken);
            JsonElement answer;
            try
            {
                answer = await session.GetAsync(
                    $"machines/{Column.Text(machine, "system_id")}/", new MaasForm().Add("op", "explain"), cancellationToken);
            }
            catch (MaasApiException unknown) when (unknown.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound)
            {
                throw new CommandFailedException("this server explains nothing: the operation is one of Maas for .NET");
            }

            if (session.Report.IsJson) session.Report.Object(answer);
            else Write(session.Report, machine, answer);
        });
        return command;
    }

    private static void Write(Report report, JsonElement machine, JsonElement answer)
    {
        report.Line($"{Column.Text(machine, "hostname")}: {Column.Text(machine, "status_name")} {Column.Text(machine, "status_message")}");
        foreach (var phase in answer.GetProperty("phases").EnumerateArray())
            report.Line($"  {Column.Text(phase, "start")}  {Column.Text(phase, "name")}");
        var explanations = answer.GetProperty("explanations");
        if (explanations.GetArrayLength() == 0) report.Line("Nothing is known to be wrong.");
        foreach (var explanation in explanations.EnumerateArray())
        {
            report.Line("");
            var rule = $"{Column.Text(explanation, "rule")}, {Column.Text(explanation, "confidence")}";
            report.Line($"{Column.Text(explanation, "cause")} ({rule})");
            report.Line($"Next: {Column.Text(explanation, "next_step")}");
            foreach (var evidence in explanation.GetProperty("evidence").EnumerateArray())
                report.Line($"  {Column.Text(evidence, "time")}  {Column.Text(evidence, "text")}");
        }
    }
}
