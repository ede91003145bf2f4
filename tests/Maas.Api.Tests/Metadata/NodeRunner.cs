using System.Diagnostics;
using System.Formats.Tar;
using System.Globalization;
using System.Text.Json;
using Maas.Core.Accounts;
using Maas.Judges;

namespace Maas.Api.Tests.Metadata;

/// <summary>
/// A client of the metadata service that does on a machine what MAAS's own runner does, written after the documented formats: it reads
/// <c>index.json</c> alone, makes each script's arguments of its parameters, runs it, and signals each step.
/// </summary>
internal sealed class NodeRunner(ApiHost host, MachineToken token, DirectoryInfo folder)
{
    private const string Version = "/MAAS/metadata/2012-03-01/";
    private static readonly string[] Kinds = ["commissioning_scripts", "testing_scripts", "release_scripts", "deployment_scripts"];
    private readonly HashSet<long> _ran = [];
    private readonly List<string> _failed = [];

    /// <summary>Names of the scripts that were run, in order.</summary>
    public List<string> Ran { get; } = [];

    /// <summary>The network configurations that were applied for scripts.</summary>
    public List<string> Networks { get; } = [];

    /// <summary>Runs all scripts that the server has, and says how it went.</summary>
    public async Task RunAsync()
    {
        while (await NextAsync() is { } next)
        {
            if (next.Kind == "testing_scripts" && !Ran.Contains("TESTING"))
            {
                if (_failed.Count > 0) break;
                Ran.Add("TESTING");
                await SignalAsync("TESTING");
            }

            foreach (var script in next.Scripts) await RunAsync(script);
        }

        if (_failed.Count == 0) await SignalAsync("OK", ("error", "All scripts ran successfully"));
        else await SignalAsync("FAILED", ("error", $"{_failed.Count} scripts failed to run"));
    }

    /// <summary>The scripts of the first kind that has any which did not run; null when nothing is left.</summary>
    private async Task<(string Kind, IReadOnlyList<JsonElement> Scripts)?> NextAsync()
    {
        var reply = await host.GetAsync(token, Version + "maas-scripts");
        if (reply.Code == 204) return null;
        reply.Expect(200).ContentType.Should().Be("application/x-tar");
        using var archive = new MemoryStream(reply.Body);
        await UnpackAsync(archive);
        var text = await File.ReadAllBytesAsync(Path.Combine(Scripts, "index.json"), ApiHost.Cancellation);
        using var index = JsonDocument.Parse(text);
        foreach (var kind in Kinds)
        {
            if (!index.RootElement.GetProperty("1.0").TryGetProperty(kind, out var listed)) continue;
            List<JsonElement> scripts =
                [.. listed.EnumerateArray().Where(each => !_ran.Contains(IdOf(each))).Select(each => each.Clone())];
            if (scripts.Count > 0) return (kind, scripts);
        }

        return null;
    }

    /// <summary>Unpacks the archive as its names say: the network configuration goes beside the scripts' folder, not into it.</summary>
    private async Task UnpackAsync(Stream archive)
    {
        await using var tar = new TarReader(archive);
        while (await tar.GetNextEntryAsync(cancellationToken: ApiHost.Cancellation) is { } entry)
        {
            var path = Path.GetFullPath(Path.Combine(Scripts, entry.Name));
            path.Should().StartWith(folder.FullName);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!); // below the folder
            await entry.ExtractToFileAsync(path, overwrite: true, ApiHost.Cancellation);
        }
    }

    private string Scripts => Path.Combine(folder.FullName, "scripts");

    private async Task RunAsync(JsonElement script)
    {
        var (name, id) = (script.GetProperty("name").GetString()!, IdOf(script));
        _ran.Add(id);
        Ran.Add(name);
        (string, string)[] about =
        [
            ("script_name", name), ("script_result_id", Text(id)),
            .. script.GetProperty("script_version_id") is { ValueKind: JsonValueKind.Number } version
                ? new (string, string)[] { ("script_version_id", version.GetRawText()) } : [],
        ];
        if (script.GetProperty("packages").EnumerateObject().Any()) await SignalAsync("INSTALLING", [.. about, ("error", "Installing")]);
        if (script.GetProperty("apply_configured_networking").GetBoolean())
        {
            await SignalAsync("APPLYING_NETCONF", about);
            Networks.Add(await File.ReadAllTextAsync(Path.Combine(folder.FullName, "config", "netplan.yaml"), ApiHost.Cancellation));
        }

        await SignalAsync("WORKING", [.. about, ("error", $"Starting {name}")]);

        string Place(string suffix) => Path.Combine(folder.FullName, $"{name}.{Text(id)}{suffix}");
        var started = script.GetProperty("has_started").GetBoolean() ? "True" : "False";
        var timeout = script.GetProperty("timeout_seconds").GetInt64();
        List<string> arguments =
        [
            $"RESULT_PATH={Place(".yaml")}", $"OUTPUT_STDOUT_PATH={Place(".out")}", $"OUTPUT_STDERR_PATH={Place(".err")}",
            $"OUTPUT_COMBINED_PATH={Place("")}", $"DOWNLOAD_PATH={folder.FullName}", $"RUNTIME={Text(timeout)}", $"HAS_STARTED={started}",
            // The computer that runs the tests may have a controller (BMC), which stays as it is.
            .. name == "30-maas-01-bmc-config" ? (string[])[$"MAAS_SYSROOT={Place(".sysroot")}"] : [],
            "timeout", Text(timeout), Path.Combine(Scripts, script.GetProperty("path").GetString()!),
            .. ArgumentsOf(script.GetProperty("parameters")),
        ];
        var clock = Stopwatch.GetTimestamp();
        var run = await Judge.RunAsync("env", arguments, cancellationToken: ApiHost.Cancellation);

        using var form = new MultipartFormDataContent();
        var timedOut = run.ExitCode == 124;
        (string Name, string Value)[] fields =
        [
            ("op", "signal"), ("status", timedOut ? "TIMEDOUT" : "WORKING"), .. about,
            ("exit_status", Text(run.ExitCode)), ("error", $"Finished {name}: {Text(run.ExitCode)}"),
            ("runtime", Stopwatch.GetElapsedTime(clock).TotalSeconds.ToString(CultureInfo.InvariantCulture)),
        ];
        foreach (var (field, value) in fields) form.Add(new StringContent(value), field);
        form.Add(new StringContent(run.Output), name, name);
        form.Add(new StringContent(run.Output), name + ".out", name + ".out");
        form.Add(new StringContent(""), name + ".err", name + ".err");
        if (File.Exists(Place(".yaml")))
            form.Add(
                new ByteArrayContent(await File.ReadAllBytesAsync(Place(".yaml"), ApiHost.Cancellation)), name + ".yaml", name + ".yaml");
        (await host.SendAsync("POST", Version, host.Sign(token), form)).Expect(200).Text.Should().Be("OK");
        if (run.ExitCode != 0) _failed.Add(name);
    }

    /// <summary>A parameter's format with the words in braces replaced, split at blanks.</summary>
    private static IEnumerable<string> ArgumentsOf(JsonElement parameters)
    {
        foreach (var parameter in parameters.EnumerateObject())
        {
            var value = parameter.Value.GetProperty("value");
            foreach (var word in parameter.Value.GetProperty("argument_format").GetString()!.Split(' '))
            {
                yield return value.ValueKind is not JsonValueKind.Object
                    ? word.Replace("{input}", value.ToString(), StringComparison.Ordinal)
                    : value.EnumerateObject().Aggregate(
                        word.Replace("{path}", value.TryGetProperty("id_path", out var path) ? path.GetString() : "",
                            StringComparison.Ordinal),
                        (text, member) => text.Replace($"{{{member.Name}}}", member.Value.ToString(), StringComparison.Ordinal));
            }
        }
    }

    private async Task SignalAsync(string status, params (string Name, string Value)[] fields)
    {
        using var form = new MultipartFormDataContent { { new StringContent("signal"), "op" }, { new StringContent(status), "status" } };
        foreach (var (name, value) in fields) form.Add(new StringContent(value), name);
        (await host.SendAsync("POST", Version, host.Sign(token), form)).Expect(200).Text.Should().Be("OK");
    }

    private static long IdOf(JsonElement script) => script.GetProperty("script_result_id").GetInt64();

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
