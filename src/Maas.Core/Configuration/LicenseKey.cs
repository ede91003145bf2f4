using System.Text.Json.Serialization;
using Maas.Core.Records;

namespace Maas.Core.Configuration;

/// <summary>The licence key with which a series of an operating system is deployed.</summary>
public sealed record LicenseKey : StoredRecord
{
    /// <summary>The operating system, such as <c>windows</c>.</summary>
    public required string OsSystem { get; init; }

    /// <summary>The series; unique within the operating system.</summary>
    public required string DistroSeries { get; init; }

    /// <summary>The key. It is encrypted in the store as the secrets of API keys are.</summary>
    [JsonConverter(typeof(StoredSecretJsonConverter))]
    public required Secret Key { get; init; }
}
