using System.Formats.Tar;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Nodes;
using Maas.Core.Scripts;

namespace Maas.Api.Metadata;

/// <summary>The scripts a machine still has to run, as an uncompressed tar with its own table of contents.</summary>
internal static class ScriptArchive
{
    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101; // 0755
    private const UnixFileMode Readable = (UnixFileMode)0b110_100_100; // 0644

    /// <summary>
    /// MAAS's archive: <c>index.json</c>, our <c>index.tsv</c> for readers without a JSON parser, and a file for each script.
    /// </summary>
    public static async Task<ApiResult> ArchiveAsync(ApiRequest request)
    {
        var pending = await request.Core.ScriptResults.PendingAsync(request.MachineId, request.Aborted).ConfigureAwait(false);
        return pending.Count == 0 ? ApiResults.NoContent : new ApiResult.Bytes(Pack(pending), "application/x-tar");
    }

    /// <summary>The archive of 2012: the files alone.</summary>
    public static async Task<ApiResult> OldArchiveAsync(ApiRequest request)
    {
        var pending = await request.Core.ScriptResults.PendingAsync(request.MachineId, request.Aborted).ConfigureAwait(false);
        return new ApiResult.Bytes(
            Tar([.. pending.Select(script => ($"commissioning.d/{script.Result.Name}", script.Body, Executable))]), "application/tar");
    }

    internal static ReadOnlyMemory<byte> Pack(IReadOnlyList<PendingScript> scripts) => Tar(
    [
        ("index.json", Json(scripts), Readable),
        ("index.tsv", Encoding.UTF8.GetBytes(string.Concat(scripts.Select(Line))), Readable),
        .. scripts.Select(script => (PathOf(script.Result), script.Body, Executable)),
    ]);

    private static string KindOf(ScriptResult result) => result.Kind == ScriptKind.Testing ? "testing" : "commissioning";

    private static string PathOf(ScriptResult result) => $"{KindOf(result)}/{result.Name}";

    private static string Line(PendingScript script) => string.Create(CultureInfo.InvariantCulture,
        $"{KindOf(script.Result)}\t{script.Result.Name}\t{PathOf(script.Result)}\t{script.Result.Id}\t{(long)script.Result.Timeout.TotalSeconds}\n");

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
        json.WriteNumber("parallel", 0);
        json.WriteNull("script_version_id");
        json.WriteNumber("hardware_type", HardwareType(BuiltinScripts.TagsOf(result.Name)));
        json.WriteBoolean("default", true);
        json.WriteTexts("tags", BuiltinScripts.TagsOf(result.Name));
        json.WriteEmptyLists("for_hardware");
        json.WriteBoolean("has_started", result.Started is not null);
        json.WriteBoolean("has_finished", result.Ended is not null);
        json.WriteBoolean("apply_configured_networking", false);
        foreach (var empty in (ReadOnlySpan<string>)["parameters", "packages"])
        {
            json.WriteStartObject(empty);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>MAAS's number of the part that a script is about: 2 memory, 3 storage, 4 network, 0 the whole machine.</summary>
    private static int HardwareType(IReadOnlyList<string> tags) =>
        tags.Contains("memory") ? 2 : tags.Contains("storage") ? 3 : tags.Contains("network") ? 4 : 0;

    private static ReadOnlyMemory<byte> Tar(IReadOnlyList<(string Name, ReadOnlyMemory<byte> Body, UnixFileMode Mode)> files)
    {
        using var buffer = new MemoryStream();
        using (var tar = new TarWriter(buffer, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (name, body, mode) in files)
            {
                using var content = new MemoryStream(body.ToArray());
                tar.WriteEntry(new UstarTarEntry(
                    TarEntryType.RegularFile, name) { Mode = mode, ModificationTime = DateTimeOffset.UnixEpoch, DataStream = content });
            }
        }

        return buffer.ToArray();
    }
}
