using System.Text.Json.Serialization;
using Maas.Core.Records;

namespace Maas.Core.Images;

/// <summary>Where an image was imported from. An image without an origin was uploaded.</summary>
public sealed record ImageOrigin : StoredRecord
{
    /// <summary>Name of the image (<see cref="BootResource.Name"/>); unique together with <see cref="Architecture"/>.</summary>
    public required string Name { get; init; }

    /// <summary>Architecture of the image (<see cref="BootResource.Architecture"/>).</summary>
    public required string Architecture { get; init; }

    /// <summary>URL of the source, without a password.</summary>
    public required string SourceUrl { get; init; }

    /// <summary>Name of the product in the source.</summary>
    public required string Product { get; init; }

    /// <summary>The product's label, such as <c>stable</c>; empty for none.</summary>
    public string Label { get; init; } = "";

    /// <summary>
    /// Why the newest version cannot be deployed to a disk; <see langword="null"/> when it can, or was not imported yet. A system that runs
    /// in memory may use it.
    /// </summary>
    public string? Undeployable { get; init; }

    internal static RecordTable<ImageOrigin> Table { get; } = new(
        "image_origins",
        ImageOriginJson.Default.ImageOrigin,
        [
            RecordColumn.Text<ImageOrigin>("name", origin => origin.Name),
            RecordColumn.Text<ImageOrigin>("architecture", origin => origin.Architecture),
        ],
        [new RecordKey("name", "name", "architecture")]);
}

/// <summary>How it is written.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ImageOrigin))]
internal sealed partial class ImageOriginJson : JsonSerializerContext;
