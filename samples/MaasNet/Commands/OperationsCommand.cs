using System.CommandLine;
using System.Net;
using System.Text.Json;
using Maas.Client;
using MaasNet.Output;

namespace MaasNet.Commands;

/// <summary><c>maas-net operations</c>: what runs on machines.</summary>
internal static class OperationsCommand
{
    private static readonly Column[] S_columns =
    [
        Column.Of("ID", "system_id"), Column.Of("MACHINE", "hostname"), Column.Of("OPERATION", "operation"), new("STEP", StepOf),
        Column.Of("SINCE", "since"), Column.Of("ENDS AT THE LATEST", "deadline"), new("WHY IT WAITS", ReasonOf),
    ];

    public static Command Create()
    {
        var command = new Command(
            "operations", "List what runs on machines: the operation, its step, since when, its deadline, and why it does not go on.");
        Session.OnRun(command, async (session, _, cancellationToken) =>
        {
            try
            {
                session.Report.List(
                    await session.ListAsync("machines/", new MaasForm().Add("op", "operations"), cancellationToken), S_columns);
            }
            catch (MaasApiException unknown) when (unknown.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound)
            {
                throw new CommandFailedException("this server lists no operations: the list is one of Maas for .NET");
            }
        });
        return command;
    }

    private static string StepOf(JsonElement operation) =>
        Column.Text(operation, "percent") is { Length: > 0 } percent
            ? $"{Column.Text(operation, "step")} {percent} %"
            : Column.Text(operation, "step");

    private static string ReasonOf(JsonElement operation) =>
        Column.Text(operation, "power_failure") is { Length: > 0 } failure ? failure : Column.Text(operation, "explanation");
}
