using System.Formats.Tar;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Maas.Api.Machines;
using Maas.Api.OAuth;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Network.Interfaces;
using Maas.Core.Nodes;
using Maas.Core.Scripts;

namespace Maas.Api.Metadata;

/// <summary>The scripts a machine still has to run, as an uncompressed tar with its own table of contents.</summary>
internal static class ScriptArchive
{
    private const int TarBlock = 512;
    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101; // 0755
    private const UnixFileMode Readable = (UnixFileMode)0b110_100_100; // 0644
    private static readonly byte[] Launch = Encoding.UTF8.GetBytes(
        Resources.Read("launch.sh").Replace(
            "#include disk-identity.sh\n", Resources.Read("disk-identity.sh"), StringComparison.Ordinal));

    /// <summary>
    /// MAAS's archive: <c>index.json</c>, our <c>index.tsv</c> for readers without a JSON parser, and a file for each script.
    /// </summary>
    public static async Task<ApiResult> ArchiveAsync(ApiRequest request)
    {
        // Enlisting runs no scripts: they are run when an administrator has accepted the machine.
        if (request.Caller is not Caller.OfMachine) return ApiResults.NoContent;
        var pending = await request.Core.ScriptResults.PendingAsync(request.MachineId, request.Aborted).ConfigureAwait(false);
        return pending.Count == 0 ? ApiResults.NoContent
            : new ApiResult.Bytes(Pack(pending, await NetworkAsync(request, pending).ConfigureAwait(false)), "application/x-tar");
    }

    /// <summary>The machine's configured network, in netplan's format, for the scripts that run in it; null when none does.</summary>
    private static async Task<ReadOnlyMemory<byte>?> NetworkAsync(ApiRequest request, IReadOnlyList<PendingScript> scripts)
    {
        if (!scripts.Any(script => script.Result.Script.ApplyConfiguredNetworking)) return null;
        if (await request.Core.Machines.GetAsync(request.MachineId, request.Aborted).ConfigureAwait(false) is not { } machine) return null;
        var config = await request.Core.NodeConfigs.GetAsync(machine, request.Aborted).ConfigureAwait(false);
        var topology = await request.Core.Topology.GetAsync(request.Aborted).ConfigureAwait(false);
        var view = NetworkViews.Of(topology, machine.Hostname, [machine.Domain]);
        return Encoding.UTF8.GetBytes($"{{\"network\": {CloudInitNetworkConfig.Write(config.Network, view)}}}\n");
    }

    /// <summary>The archive of 2012: the files alone.</summary>
    public static async Task<ApiResult> OldArchiveAsync(ApiRequest request)
    {
        var pending = await request.Core.ScriptResults.PendingAsync(request.MachineId, request.Aborted).ConfigureAwait(false);
        return new ApiResult.Bytes(
            Tar([.. pending.Select(script => ($"commissioning.d/{script.Result.Name}", script.Body, Executable))]), "application/tar");
    }

    internal static ReadOnlyMemory<byte> Pack(IReadOnlyList<PendingScript> scripts, ReadOnlyMemory<byte>? network) => Tar(
    [
        ("index.json", Json(scripts), Readable),
        .. network is { } netplan ? new (string, ReadOnlyMemory<byte>, UnixFileMode)[] { (NetworkPath, netplan, Readable) } : [],
        ("index.tsv", Encoding.UTF8.GetBytes(string.Concat(scripts.Select(Line))), Readable),
        ("launch", Launch, Executable),
        .. scripts.DistinctBy(script => PathOf(script.Result)).Select(script => (PathOf(script.Result), script.Body, Executable)),
        .. scripts.Select(script => (
            string.Create(CultureInfo.InvariantCulture, $"runs/{script.Result.Id}"),
            (ReadOnlyMemory<byte>)ScriptArguments.Run(script.Result, PathOf(script.Result)),
            Readable)),
    ]);

    /// <summary>Where MAAS's runner looks for the network configuration: beside the folder that it unpacks the archive in.</summary>
    private const string NetworkPath = "../config/netplan.yaml";

    /// <summary>MAAS's built-in script that installs: those whose names sort before it run before the installation.</summary>
    private const string Installation = "50-curtin-install";

    private static string KindOf(ScriptResult result) => result.Kind switch
    {
        ScriptKind.Testing => "testing",
        ScriptKind.Release => "release",
        ScriptKind.Deployment => "deployment",
        _ => "commissioning",
    };

    /// <summary>When a script runs: deployment scripts before or after the image is written, others with all of their kind.</summary>
    private static string StageOf(ScriptResult result) => result.Kind is not ScriptKind.Deployment ? KindOf(result)
        : string.CompareOrdinal(result.Name, Installation) < 0 ? "pre-install" : "post-install";

    private static string PathOf(ScriptResult result) => $"{KindOf(result)}/{result.Name}";

    private static string Line(PendingScript script) => string.Create(CultureInfo.InvariantCulture,
        $"{StageOf(script.Result)}\t{script.Result.Name}\t{PathOf(script.Result)}\t{script.Result.Id}"
            + $"\t{(long)script.Result.Timeout.TotalSeconds}\t{ParallelOf(script.Result)}\t{RestartOf(script.Result)}\n");

    private static string ParallelOf(ScriptResult result) => result.Script.Parallel switch
    {
        ScriptParallelism.Any => "any",
        ScriptParallelism.Instance => "instance",
        _ => "alone",
    };

    /// <summary>Whether the machine restarted while a script ran that must not restart it: the script has failed.</summary>
    private static string RestartOf(ScriptResult result) =>
        result is { Started: not null, Kind: not ScriptKind.Commissioning, Script.MayReboot: false } ? "restarted" : "fresh";

    private static byte[] Json(IReadOnlyList<PendingScript> scripts)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("1.0");
            foreach (var kind in scripts.GroupBy(script => KindOf(script.Result), StringComparer.Ordinal))
            {
                json.WriteStartArray($"{kind.Key}_scripts");
                foreach (var script in kind) Write(json, script.Result);
                json.WriteEndArray();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void Write(Utf8JsonWriter json, ScriptResult result)
    {
        json.WriteStartObject();
        json.WriteString("name", result.Name);
        json.WriteString("path", PathOf(result));
        json.WriteNumber("script_result_id", result.Id);
        json.WriteNumber("timeout_seconds", (long)result.Timeout.TotalSeconds);
        json.WriteNumber("parallel", (int)result.Script.Parallel);
        if (result.Script.RevisionId > 0) json.WriteNumber("script_version_id", result.Script.RevisionId);
        else json.WriteNull("script_version_id");
        json.WriteNumber("hardware_type", (int)result.Script.HardwareType);
        json.WriteBoolean("default", result.Script.IsDefault);
        json.WriteTexts("tags", result.Script.Tags);
        json.WriteTexts("for_hardware", result.Script.ForHardware);
        json.WriteBoolean("has_started", result.Started is not null);
        json.WriteBoolean("has_finished", result.Ended is not null);
        json.WriteBoolean("apply_configured_networking", result.Script.ApplyConfiguredNetworking);
        json.WriteStartObject("parameters");
        foreach (var argument in result.Script.Arguments)
        {
            json.WritePropertyName(argument.Name);
            ScriptArguments.Write(json, argument);
        }

        json.WriteEndObject();
        json.WritePropertyName("packages");
        json.WriteRawValue(result.Script.Packages);
        json.WriteEndObject();
    }

    private static ReadOnlyMemory<byte> Tar(IReadOnlyList<(string Name, ReadOnlyMemory<byte> Body, UnixFileMode Mode)> files)
    {
        // A header and up to one block of padding for each file, and the end.
        using var buffer = new MemoryStream(files.Sum(file => file.Body.Length + (2 * TarBlock)) + (2 * TarBlock));
        using (var tar = new TarWriter(buffer, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (name, body, mode) in files)
            {
                using var content = MemoryMarshal.TryGetArray(body, out var array)
                    ? new MemoryStream(array.Array ?? [], array.Offset, array.Count, writable: false)
                    : new MemoryStream(body.ToArray());
                tar.WriteEntry(new UstarTarEntry(
                    TarEntryType.RegularFile, name) { Mode = mode, ModificationTime = DateTimeOffset.UnixEpoch, DataStream = content });
            }
        }

        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }
}
