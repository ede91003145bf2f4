using Maas.Client.Json;

namespace Maas.Client.Placement;

internal sealed class ZoneReferenceConverter : ReferenceConverter<MaasZone>
{
    protected override MaasZone OfName(string name) => new() { Name = name };

    protected override MaasZone OfNumber(long number) => new() { Id = number };
}

internal sealed class ResourcePoolReferenceConverter : ReferenceConverter<MaasResourcePool>
{
    protected override MaasResourcePool OfName(string name) => new() { Name = name };

    protected override MaasResourcePool OfNumber(long number) => new() { Id = number };
}
