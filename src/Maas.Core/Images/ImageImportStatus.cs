using System.Text.Json.Serialization;
using Maas.Core.Records;

namespace Maas.Core.Images;

/// <summary>How far the import of images is, or what came of the last one.</summary>
public sealed record ImageImportStatus : StoredRecord
{
    /// <summary>After this time without a report, an import is taken for ended: a minute.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(60);

    /// <summary>Its name; there is one.</summary>
    public string Name { get; init; } = "images";

    /// <summary>How often an import was asked for.</summary>
    public long Requests { get; init; }

    /// <summary>How many of <see cref="Requests"/> were met.</summary>
    public long Served { get; init; }

    /// <summary>Whether an import was begun and has not ended.</summary>
    public bool IsRunning { get; init; }

    /// <summary>Whether it is to stop.</summary>
    public bool IsStopRequested { get; init; }

    /// <summary>The host that imports, or did last; <see langword="null"/> before the first import.</summary>
    public SystemId? Host { get; init; }

    /// <summary>When the last import began; <see langword="null"/> before the first.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>When the running import was last heard of; <see langword="null"/> before the first.</summary>
    public DateTimeOffset? Seen { get; init; }

    /// <summary>When the last import ended; <see langword="null"/> while it runs, and before the first.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>What came of it.</summary>
    public ImageImportResult Result { get; init; }

    /// <summary>The selected images, in the order of their import.</summary>
    public IReadOnlyList<ImageImportItem> Images { get; init; } = [];

    /// <summary>What went wrong: which source, which image, and what to do; at most 20.</summary>
    public IReadOnlyList<string> Failures { get; init; } = [];

    /// <summary>Bytes of all images that were to be fetched.</summary>
    public long Size => Images.Where(image => image.State != ImageImportState.Present).Sum(image => image.Size);

    /// <summary>How many of these are here.</summary>
    public long Received => Images.Where(image => image.State != ImageImportState.Present).Sum(image => image.Received);

    /// <summary>Whether an import runs, or was asked for and will begin.</summary>
    /// <param name="now">The present time, by the store's clock.</param>
    public bool IsImporting(DateTimeOffset now) => Requests > Served || (IsRunning && now - Seen <= Patience);

    internal static RecordTable<ImageImportStatus> Table { get; } = new(
        "image_imports",
        ImageImportJson.Default.ImageImportStatus,
        [RecordColumn.Text<ImageImportStatus>("name", status => status.Name)],
        [new RecordKey("name", "name")]);
}

/// <summary>One image of an import.</summary>
/// <param name="Name">Its name, such as <c>ubuntu/noble</c>.</param>
/// <param name="Architecture">Architecture and subarchitecture, such as <c>amd64/ga-24.04</c>.</param>
/// <param name="Version">Its version.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Received">How many of them are here.</param>
/// <param name="State">How far it is.</param>
public sealed record ImageImportItem(
    string Name, string Architecture, string Version, long Size, long Received, ImageImportState State);

/// <summary>How far the import of an image is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ImageImportState>))]
public enum ImageImportState
{
    /// <summary>It waits for those before it.</summary>
    Waiting,

    /// <summary>It is being fetched.</summary>
    Fetching,

    /// <summary>It was fetched and verified.</summary>
    Imported,

    /// <summary>This version was here already.</summary>
    Present,

    /// <summary>It could not be imported; <see cref="ImageImportStatus.Failures"/> tells why.</summary>
    Failed,
}

/// <summary>What came of an import.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ImageImportResult>))]
public enum ImageImportResult
{
    /// <summary>No import has ended yet, or one runs.</summary>
    None,

    /// <summary>All selected images are here.</summary>
    Succeeded,

    /// <summary>Something failed; the other images were imported.</summary>
    Failed,

    /// <summary>It was stopped.</summary>
    Stopped,
}

/// <summary>How it is written.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(ImageImportStatus))]
internal sealed partial class ImageImportJson : JsonSerializerContext;
