using System.Globalization;
using System.Text.Json;
using Maas.Api.Routing;
using Maas.Core.Nodes;
using Maas.Core.Scripts;

namespace Maas.Api.Machines;

/// <summary>Results of scripts as the API shows them.</summary>
internal static class ScriptResultJson
{
    /// <summary>Writes a set of results.</summary>
    public static void Write(
        Utf8JsonWriter json, ScriptResultSet set, Machine machine, Dictionary<long, ScriptOutput> outputs, ApiView view)
    {
        json.WriteStartObject();
        json.WriteNumber("id", set.Id);
        json.WriteString("system_id", machine.Id.ToString());
        json.WriteNull("last_ping");
        json.WriteNumber("type", set.Type);
        json.WriteString("type_name", set.TypeName);
        var status = Overall(set.Results);
        json.WriteNumber("status", (int)status);
        json.WriteString("status_name", StatusName(status));
        Time(json, "started", set.Results.Min(result => result.Started));
        Time(json, "ended", set.Results.All(result => result.Ended is not null) ? set.Results.Max(result => result.Ended) : null);
        json.WriteStartArray("results");
        foreach (var result in set.Results) Write(json, result, outputs.GetValueOrDefault(result.Id));
        json.WriteEndArray();
        json.WriteString(
            "resource_uri", view.Api("nodes", machine.Id.ToString(), "results", set.Id.ToString(CultureInfo.InvariantCulture)));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ScriptResult result, ScriptOutput? output)
    {
        json.WriteStartObject();
        json.WriteNumber("id", result.Id);
        json.WriteString("name", result.Name);
        json.WriteNumber("status", (int)result.Status);
        json.WriteString("status_name", StatusName(result.Status));
        if (result.ExitStatus is { } exit) json.WriteNumber("exit_status", exit);
        else json.WriteNull("exit_status");
        Time(json, "started", result.Started);
        Time(json, "ended", result.Ended);
        json.WriteString("runtime", result.Started is { } started && result.Ended is { } ended ? (ended - started)
            .ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture) : "");
        WriteId("script_id", result.Script.ScriptId, NodeScripts.FirstAddedId);
        WriteId("script_revision_id", result.Script.RevisionId, 0);
        json.WriteStartObject("parameters");
        foreach (var argument in result.Script.Arguments)
        {
            json.WritePropertyName(argument.Name);
            ScriptArguments.Write(json, argument);
        }

        json.WriteEndObject();
        json.WriteBoolean("suppressed", result.Suppressed);
        if (output is not null)
        {
            json.WriteBase64String("output", output.Combined.Span);
            json.WriteBase64String("stdout", output.StandardOutput.Span);
            json.WriteBase64String("stderr", output.StandardError.Span);
            json.WriteBase64String("result", output.Report.Span);
        }

        json.WriteEndObject();

        void WriteId(string name, long id, long offset)
        {
            if (id == 0) json.WriteNull(name);
            else json.WriteNumber(name, id + offset);
        }
    }

    /// <summary>
    /// A time as in mail (RFC 5322), with the <c>-0000</c> of a clock that says no zone: that is how MAAS writes it here.
    /// </summary>
    private static void Time(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } at)
            json.WriteString(name, at.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss '-0000'", CultureInfo.InvariantCulture));
        else json.WriteNull(name);
    }

    /// <summary>
    /// The worst of what is known: something failed, else something still runs, else what the rest is. Suppressed results do not count.
    /// </summary>
    public static ScriptStatus Overall(IReadOnlyList<ScriptResult> results)
    {
        foreach (var worse in (ReadOnlySpan<ScriptStatus>)
        [
            ScriptStatus.Failed,
            ScriptStatus.FailedInstalling,
            ScriptStatus.FailedApplyingNetwork,
            ScriptStatus.TimedOut,
            ScriptStatus.Running,
            ScriptStatus.Installing,
            ScriptStatus.ApplyingNetwork,
            ScriptStatus.Pending,
            ScriptStatus.Aborted,
            ScriptStatus.Degraded
        ])
            foreach (var result in results)
                if (result.Status == worse && !result.Suppressed) return worse;
        return ScriptStatus.Passed;
    }

    /// <summary>MAAS's name of a status.</summary>
    public static string StatusName(ScriptStatus status) => status switch
    {
        ScriptStatus.TimedOut => "Timed out",
        ScriptStatus.Installing => "Installing dependencies",
        ScriptStatus.FailedInstalling => "Failed installing dependencies",
        ScriptStatus.ApplyingNetwork => "Applying custom network configuration",
        ScriptStatus.FailedApplyingNetwork => "Failed to apply custom network configuration",
        _ => status.ToString(),
    };
}
