using Maas.Client.Json;

namespace Maas.Client.Storage;

internal sealed class BlockDeviceReferenceConverter : ReferenceConverter<MaasBlockDevice>
{
    protected override MaasBlockDevice OfNumber(long number) => new() { Id = number };
}
