using System.Text.Json;
using System.Text.Json.Serialization;

namespace Maas.Images.Library;

/// <summary>What the library holds from one source.</summary>
public sealed partial record ImportRecord
{
    internal ImportRecord(
        string source,
        DateTimeOffset importedAt,
        IReadOnlyList<ImportedFile> files,
        IReadOnlyDictionary<string, string> marks) =>
        (Source, ImportedAt, Files, Marks) = (source, importedAt, files, marks);

    /// <summary>The source's name.</summary>
    public string Source { get; }

    /// <summary>When the last import ended.</summary>
    public DateTimeOffset ImportedAt { get; }

    /// <summary>
    /// The files, in the source's order; those of the last import come before those of other selections of the source.
    /// </summary>
    public IReadOnlyList<ImportedFile> Files { get; }

    /// <summary>How new the source's metadata was (<see cref="Import.SourceListing.Marks"/>).</summary>
    public IReadOnlyDictionary<string, string> Marks { get; }

    internal static ImportRecord? Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var stored = JsonSerializer.Deserialize(file, StoredJson.Default.StoredImport)
                ?? throw new InvalidDataException($"{path} is empty.");
            return new ImportRecord(
                stored.Source,
                stored.ImportedAt,
                [.. stored.Files.Select(it =>
                    new ImportedFile(it.Name, Sha256Digest.Parse(it.Sha256), it.Length, it.Facts) { Selection = it.Selection ?? "" })],
                stored.Marks);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception fault) when (fault is JsonException or FormatException)
        {
            throw new InvalidDataException($"{path} is damaged.", fault);
        }
    }

    internal void Write(Stream output) => JsonSerializer.Serialize(
        output,
        new StoredImport(
            Source,
            ImportedAt,
            [.. Files.Select(file => new StoredFile(file.Name, $"{file.Digest}", file.Length, new(file.Metadata), file.Selection))],
            new(Marks)),
        StoredJson.Default.StoredImport);

    private sealed record StoredImport(string Source, DateTimeOffset ImportedAt, List<StoredFile> Files, Dictionary<string, string> Marks);

    private sealed record StoredFile(string Name, string Sha256, long Length, Dictionary<string, string> Facts, string? Selection = null);

    [JsonSourceGenerationOptions(WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
    [JsonSerializable(typeof(StoredImport))]
    private sealed partial class StoredJson : JsonSerializerContext;
}
