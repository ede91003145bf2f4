using System.Globalization;
using System.Text.Json.Serialization;
using Maas.Core.Records;

namespace Maas.Core.Topology;

/// <summary>A set of VLANs between which traffic may flow. A VLAN without one is in the space <c>undefined</c>.</summary>
public sealed record Space : StoredRecord
{
    /// <summary>The name of the space of VLANs that have none.</summary>
    public const string Undefined = "undefined";

    /// <summary>The name that was given; empty for <c>space-N</c>.</summary>
    public string GivenName { get; init; } = "";

    /// <summary>Its name; unique.</summary>
    [JsonIgnore]
    public string Name => GivenName.Length > 0 ? GivenName : string.Create(CultureInfo.InvariantCulture, $"space-{Id}");

    /// <summary>Description.</summary>
    public string Description { get; init; } = "";
}
