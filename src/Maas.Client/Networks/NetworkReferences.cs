using Maas.Client.Json;

namespace Maas.Client.Networks;

internal sealed class VlanReferenceConverter : ReferenceConverter<MaasVlan>
{
    protected override MaasVlan OfName(string name) => new() { Name = name };

    protected override MaasVlan OfNumber(long number) => new() { Id = number };
}

internal sealed class SubnetReferenceConverter : ReferenceConverter<MaasSubnet>
{
    protected override MaasSubnet OfName(string name) => new() { Cidr = name };

    protected override MaasSubnet OfNumber(long number) => new() { Id = number };
}

internal sealed class InterfaceReferenceConverter : ReferenceConverter<MaasInterface>
{
    protected override MaasInterface OfNumber(long number) => new() { Id = number };
}
