using System.Text.Json.Serialization;
using Maas.Core.Records;

namespace Maas.Core.Configuration;

/// <summary>The tables of what administrators configure beside the settings.</summary>
internal static class ConfigurationTables
{
    public static RecordTable<PackageRepository> PackageRepositories { get; } = new(
        "package_repositories",
        ConfigurationJson.Default.PackageRepository,
        [RecordColumn.Text<PackageRepository>("name", repository => repository.Name)],
        [new RecordKey("name", "name")]);

    public static RecordTable<LicenseKey> LicenseKeys { get; } = new(
        "license_keys",
        ConfigurationJson.Default.LicenseKey,
        [
            RecordColumn.Text<LicenseKey>("osystem", key => key.OsSystem),
            RecordColumn.Text<LicenseKey>("series", key => key.DistroSeries),
        ],
        [new RecordKey(FormMessages.WholeForm, "osystem", "series")]);

    public static IReadOnlyList<RecordTable> All { get; } = [PackageRepositories, LicenseKeys];
}

/// <summary>How they are written.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PackageRepository))]
[JsonSerializable(typeof(LicenseKey))]
internal sealed partial class ConfigurationJson : JsonSerializerContext;
