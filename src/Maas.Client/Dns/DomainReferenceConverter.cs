using Maas.Client.Json;

namespace Maas.Client.Dns;

internal sealed class DomainReferenceConverter : ReferenceConverter<MaasDomain>
{
    protected override MaasDomain OfName(string name) => new() { Name = name };

    protected override MaasDomain OfNumber(long number) => new() { Id = number };
}
