using System.Formats.Tar;
using System.Text;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Nodes;

namespace Maas.Api.Machines;

/// <summary><c>op=download</c> of results: what scripts printed, as a text or as an archive.</summary>
internal static class ScriptResultDownload
{
    private const int Width = 80;

    /// <summary>The answer to a download of a set.</summary>
    public static async Task<ApiResult> AnswerAsync(ApiRequest request, Machine machine, ScriptResultSet set)
    {
        var form = request.Reader();
        var (streams, type) = (form.Optional("output") ?? "combined", form.Optional("filetype") ?? "txt");
        if (streams is not ("combined" or "stdout" or "stderr" or "all"))
            form.Refuse("output", $"Unknown output '{LogText.From(streams, 64)}': it must be combined, stdout, stderr or all.");
        if (type is not ("txt" or "tar.xz"))
            return ApiResults.BadRequest($"Unknown filetype \"{LogText.From(type, 64)}\" must be txt or tar.xz"); // MAAS-WORDING
        if (form.HasErrors) return form.BadRequest();
        var files = await FilesAsync(request, set, streams).ConfigureAwait(false);
        return type == "txt"
            ? new ApiResult.Bytes(Text(files), "text/plain; charset=utf-8")
            : new ApiResult.Bytes(
                XzFile.Store(Archive($"{machine.Hostname}-{(set.Type == 2 ? "testing" : "commissioning")}-{set.Id}", files)),
                "application/x-tar");
    }

    private static async Task<IReadOnlyList<Printed>> FilesAsync(ApiRequest request, ScriptResultSet set, string streams)
    {
        List<Printed> files = [];
        foreach (var result in set.Results.OrderBy(result => result.Name, StringComparer.Ordinal))
        {
            if (await request.Core.ScriptResults.OutputAsync(result.Id, request.Aborted).ConfigureAwait(false) is not { } output) continue;
            var time = result.Ended ?? result.Started ?? DateTimeOffset.UnixEpoch;
            if (streams is "combined" or "all") files.Add(new Printed(result.Name, output.Combined, time));
            if (streams is "stdout" or "all") files.Add(new Printed(result.Name + ".out", output.StandardOutput, time));
            if (streams is "stderr" or "all") files.Add(new Printed(result.Name + ".err", output.StandardError, time));
        }

        return files;
    }

    /// <summary>A single file is returned as it is, so that it can be piped; several follow each other, each below its name.</summary>
    private static byte[] Text(IReadOnlyList<Printed> files)
    {
        if (files is [var only]) return only.Content.ToArray();
        using var text = new MemoryStream();
        foreach (var file in files)
        {
            var dashes = new string('-', Math.Max(0, (Width - 2 - file.Name.Length) / 2));
            text.Write(Encoding.UTF8.GetBytes($"{dashes} {file.Name} {dashes}\n"));
            text.Write(file.Content.Span);
            text.Write("\n"u8);
        }

        return text.ToArray();
    }

    private static byte[] Archive(string folder, IReadOnlyList<Printed> files)
    {
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var file in files)
            {
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"{folder}/{file.Name.Replace('/', '_')}")
                {
                    Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
                    ModificationTime = file.Time,
                    DataStream = new MemoryStream(file.Content.ToArray()),
                });
            }
        }

        return archive.ToArray();
    }

    /// <summary>A file of a download.</summary>
    private sealed record Printed(string Name, ReadOnlyMemory<byte> Content, DateTimeOffset Time);
}
