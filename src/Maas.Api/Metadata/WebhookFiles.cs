using System.Globalization;
using System.Text.Json;
using Maas.Api.Requests;
using Maas.Core.Nodes;
using SharpCompress.Compressors;
using SharpCompress.Compressors.BZip2;

namespace Maas.Api.Metadata;

/// <summary>
/// The files in a report of the web hook: base64, perhaps of bzip2. A file is decompressed up to what is kept of a script's output, so that
/// a small report cannot fill the memory.
/// </summary>
internal static class WebhookFiles
{
    private const int MostFiles = 100;
    private const int MostBytes = 4 * 1024 * 1024;

    /// <summary>Reads the files of a report.</summary>
    /// <param name="report">The report, an object.</param>
    /// <param name="scripts">A report on a script for each result id, and for each name without one.</param>
    /// <returns>What is wrong with them; null when nothing is.</returns>
    public static string? Read(JsonElement report, out IReadOnlyList<ScriptReport> scripts)
    {
        scripts = [];
        if (!report.TryGetProperty("files", out var list) || list.ValueKind == JsonValueKind.Null) return null;
        if (list.ValueKind != JsonValueKind.Array) return "files is not a list.";
        if (list.GetArrayLength() > MostFiles) return $"A report may have {MostFiles} files.";
        List<(long? Id, int ExitStatus, FormFile File)> files = [];
        var left = MostBytes * 3; // the three streams of a script
        foreach (var each in list.EnumerateArray())
        {
            if (each.ValueKind != JsonValueKind.Object || Text(each, "path") is not { Length: > 0 } path
                || Text(each, "content") is not { } content)
                return "A file is not an object with path and content.";
            if (Text(each, "encoding") is not (null or "base64")) return "A file has another encoding than base64.";
            if (Decode(content) is not { } bytes) return "The content of a file is not base64.";
            switch (Text(each, "compression"))
            {
                case null or "": break;
                case "bzip2" when Decompress(bytes, Math.Min(left, MostBytes)) is { } plain: bytes = plain; break;
                case "bzip2": return "The content of a file is not bzip2.";
                default: return "A file has another compression than bzip2.";
            }

            if ((left -= bytes.Length) < 0) return "The files of the report are too long.";
            files.Add((Number(each, "script_result_id"), ExitStatus(each), new FormFile(path, NameOf(path), bytes)));
        }

        scripts =
        [
            .. files.GroupBy(each => (each.Id, Name: each.Id is null ? ScriptFiles.ScriptOf(each.File.FileName) : null))
                .Select(script => new ScriptReport
                {
                    ResultId = script.Key.Id,
                    Name = script.Key.Name,
                    ExitStatus = script.Max(each => each.ExitStatus),
                    Output = ScriptFiles.OutputOf(script.Select(each => each.File)),
                })
        ];
        return null;
    }

    /// <summary>The last part of a path: a label, never a path on this host.</summary>
    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static byte[]? Decode(string content)
    {
        var bytes = new byte[(content.Length / 4 * 3) + 3];
        return Convert.TryFromBase64String(content, bytes, out var written) ? bytes[..written] : null;
    }

    private static byte[]? Decompress(byte[] compressed, int most)
    {
        try
        {
            using var plain = BZip2Stream.Create(
                new MemoryStream(compressed), CompressionMode.Decompress, decompressConcatenated: false, leaveOpen: false);
            using var all = new MemoryStream();
            var buffer = new byte[64 * 1024];
            while (all.Length < most)
            {
                var read = plain.Read(buffer, 0, (int)Math.Min(buffer.Length, most - all.Length));
                if (read <= 0) break;
                all.Write(buffer, 0, read);
            }

            return all.ToArray();
        }
        catch (Exception damage) when (damage is not OutOfMemoryException) // the decoder throws index errors too
        {
            return null;
        }
    }

    /// <summary>How the script ended: a number, or one of cloud-init's words; 0 when nothing is said.</summary>
    private static int ExitStatus(JsonElement file)
    {
        if (Number(file, "result") is { } number) return (int)Math.Clamp(number, int.MinValue, int.MaxValue);
        return Text(file, "result")?.ToUpperInvariant() is "FAIL" or "FAILURE" ? 1 : 0;
    }

    private static long? Number(JsonElement file, string name)
    {
        if (!file.TryGetProperty(name, out var value)) return null;
        if (value.ValueKind == JsonValueKind.Number) return value.TryGetInt64(out var number) ? number : null;
        return value.ValueKind == JsonValueKind.String
            && long.TryParse(value.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed)
                ? parsed
                : null;
    }

    private static string? Text(JsonElement file, string name) =>
        file.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
