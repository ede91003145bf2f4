using System.Formats.Tar;
using System.Globalization;
using System.Text;
using Maas.Testing.Hardware;

namespace Maas.Testing.Agent;

/// <summary>
/// Commissioning, testing and release: each script of the archive is reported as started and as ended, then the whole as done.
/// </summary>
internal sealed class ScriptTask(
    SimulatedMachineOptions machine, IReadOnlyList<SimulatedDisk> disks, AgentServer server, Action<string> say)
{
    /// <summary>Runs them all; whether each passed.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        List<string> failed = [];
        HashSet<string> ran = [];
        var testing = false;
        // The archive is fetched again after the scripts of a kind: those that wait for the inventory are in it then.
        while (await NextAsync(ran, cancellationToken).ConfigureAwait(false) is { Count: > 0 } scripts)
        {
            if (scripts[0].Kind == "testing" && !testing)
            {
                // No test without an inventory; and the report says that a failure from here on is a test's.
                if (failed.Count > 0) break;
                testing = true;
                await server.SignalAsync("TESTING", null, cancellationToken).ConfigureAwait(false);
            }

            foreach (var script in scripts)
            {
                say("step=" + script.Name);
                await server.ScriptStartedAsync(script.ResultId, cancellationToken).ConfigureAwait(false);
                var result = machine.RunScript?.Invoke(script) ?? Play(script);
                if (result.ExitStatus != 0) failed.Add(script.Name);
                await server.ScriptEndedAsync(script, result, cancellationToken).ConfigureAwait(false);
            }
        }

        await server.SignalAsync(
            failed.Count == 0 ? "OK" : "FAILED", failed.Count == 0 ? null : $"failed: {string.Join(", ", failed)}", cancellationToken)
            .ConfigureAwait(false);
        return failed.Count == 0;
    }

    /// <summary>The scripts of the first kind in the archive that have not run.</summary>
    private async Task<List<SimulatedScript>> NextAsync(HashSet<string> ran, CancellationToken cancellationToken)
    {
        if (await server.GetScriptsAsync(cancellationToken).ConfigureAwait(false) is not { } archive) return [];
        var scripts = Unpack(archive);
        scripts.RemoveAll(script => ran.Contains(script.ResultId));
        scripts = [.. scripts.TakeWhile(script => script.Kind == scripts[0].Kind)];
        ran.UnionWith(scripts.Select(script => script.ResultId));
        return scripts;
    }

    private SimulatedScriptResult Play(SimulatedScript script) => script.Name switch
    {
        "00-maas-inventory" => new(0, InventoryText.Write(machine)),
        "10-maas-memory-touch" => new(0, $"All {Math.Min(machine.Hardware.MemoryMebibytes / 2, 1024)} MiB read back as written.\n"),
        "20-maas-disk-read" =>
            new(0, string.Concat(disks.Select(d => $"{d.Model.Name}: {d.Model.Size >> 20} MiB, read at 3 place(s).\n"))),
        "30-maas-network" => new(0, $"eth0 {machine.Mac}: link up, 1000 Mbit/s\n"),
        _ => new(0, "simulated\n"),
    };

    private static List<SimulatedScript> Unpack(byte[] archive)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        using var tar = new TarReader(new MemoryStream(archive));
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is null) continue;
            var content = new byte[entry.Length];
            entry.DataStream.ReadExactly(content);
            files[entry.Name] = content;
        }

        if (!files.TryGetValue("index.tsv", out var index)) throw new AgentFailedException("the scripts' archive has no index.tsv");
        return [.. Encoding.UTF8.GetString(index).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t') switch
        {
            [var kind, var name, var path, var id, var timeout, ..] when files.TryGetValue(path, out var content)
                && long.TryParse(timeout, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) =>
                new SimulatedScript(kind, name, content, id, TimeSpan.FromSeconds(seconds)),
            _ => throw new AgentFailedException("a line of the scripts' index cannot be read"),
        })];
    }
}
