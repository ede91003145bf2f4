using System.Formats.Tar;
using System.Text;

namespace Maas.Images.Tests.Ephemeral;

/// <summary>An archive of scripts as the agent reads it: an index and the texts.</summary>
internal static class ScriptTar
{
    public static byte[] Make(params (string Kind, string Name, int Seconds, string Text, string More)[] scripts)
    {
        using var archive = new MemoryStream();
        using (var tar = new TarWriter(archive, TarEntryFormat.Ustar, leaveOpen: true))
        {
            var index = string.Concat(scripts.Select((script, i) =>
                $"{script.Kind}\t{script.Name}\t{script.Kind}/{script.Name}\t{i + 1}\t{script.Seconds}{script.More}\n"));
            Add("index.tsv", index);
            foreach (var (kind, name, _, text, _) in scripts) Add($"{kind}/{name}", text);

            void Add(string name, string text) =>
                tar.WriteEntry(
                    new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
        }

        return archive.ToArray();
    }
}
