using System.Text.Json.Serialization;

namespace Maas.Core.Storage;

/// <summary>
/// A layout that a commissioning script describes: devices by name, and where their file systems are mounted. Properties have setters,
/// because the generated reader gives an init-only property that the text lacks its type's default instead of its initializer's value.
/// </summary>
internal sealed class CustomStorageDocument
{
    [JsonPropertyName("layout")]
    public Dictionary<string, CustomDevice>? Layout { get; set; }

    [JsonPropertyName("mounts")]
    public Dictionary<string, CustomMount>? Mounts { get; set; }
}

/// <summary>A device of a custom layout: the fields of all of its types (disk, lvm, raid, bcache, special).</summary>
internal sealed class CustomDevice
{
    [JsonPropertyName("type")]
    public string Type { get; set; } = "";

    [JsonPropertyName("ptable")]
    public string PartitionTable { get; set; } = "";

    [JsonPropertyName("boot")]
    public bool IsBootDisk { get; set; }

    [JsonPropertyName("partitions")]
    public IReadOnlyList<CustomPart> Partitions { get; set; } = [];

    [JsonPropertyName("volumes")]
    public IReadOnlyList<CustomPart> Volumes { get; set; } = [];

    [JsonPropertyName("level")]
    public int Level { get; set; }

    [JsonPropertyName("members")]
    public IReadOnlyList<string> Members { get; set; } = [];

    [JsonPropertyName("spares")]
    public IReadOnlyList<string> Spares { get; set; } = [];

    [JsonPropertyName("backing-device")]
    public string BackingDevice { get; set; } = "";

    [JsonPropertyName("cache-device")]
    public string CacheDevice { get; set; } = "";

    [JsonPropertyName("cache-mode")]
    public string CacheMode { get; set; } = "writethrough";

    [JsonPropertyName("fs")]
    public string FileSystem { get; set; } = "";

    /// <summary>Whether JSON put a null into a list, which no annotation keeps out.</summary>
    [JsonIgnore]
    public bool HasNulls =>
        Members.Concat(Spares).Any(name => name is null) || Partitions.Concat(Volumes).Any(part => part is null);

    /// <summary>The devices that must exist first.</summary>
    [JsonIgnore]
    public IEnumerable<string> Needs => Type switch
    {
        "lvm" => Members,
        "raid" => Members.Concat(Spares),
        "bcache" => [BackingDevice, CacheDevice],
        _ => [],
    };
}

/// <summary>A partition or a logical volume of a custom layout.</summary>
internal sealed class CustomPart
{
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    [JsonPropertyName("size")]
    public string Size { get; set; } = "";

    [JsonPropertyName("bootable")]
    public bool Bootable { get; set; }

    [JsonPropertyName("fs")]
    public string FileSystem { get; set; } = "";
}

/// <summary>Where a device of a custom layout is mounted.</summary>
internal sealed class CustomMount
{
    [JsonPropertyName("device")]
    public string Device { get; set; } = "";

    [JsonPropertyName("options")]
    public string Options { get; set; } = "";
}

[JsonSourceGenerationOptions(RespectNullableAnnotations = true)]
[JsonSerializable(typeof(CustomStorageDocument))]
internal sealed partial class CustomStorageJson : JsonSerializerContext;
