using System.Globalization;
using System.Text.Json.Serialization;
using Maas.Core.Records;

namespace Maas.Core.Topology;

/// <summary>
/// A set of connected switches: VLANs with the same number on it are the same network. Clients know it by
/// <see cref="StoredRecord.Id"/> - 1.
/// </summary>
public sealed record Fabric : StoredRecord
{
    /// <summary>The id of the fabric that exists from the start.</summary>
    public const long DefaultId = 1;

    /// <summary>The name that was given; empty for <c>fabric-N</c>.</summary>
    public string GivenName { get; init; } = "";

    /// <summary>Its name; unique.</summary>
    [JsonIgnore]
    public string Name => GivenName.Length > 0 ? GivenName : string.Create(CultureInfo.InvariantCulture, $"fabric-{Id - 1}");

    /// <summary>Description.</summary>
    public string Description { get; init; } = "";

    /// <summary>Class, such as <c>10g</c>; empty for none. Allocation can ask for it.</summary>
    public string ClassType { get; init; } = "";
}
