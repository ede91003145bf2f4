using Maas.Client.Http;
using Maas.Client.Resources;

namespace Maas.Client.Machines;

/// <summary>Devices.</summary>
public sealed class DevicesClient : MaasCollection<MaasDevice, string, DeviceFields>
{
    internal DevicesClient(MaasConnection connection)
        : base(connection, "devices/")
    {
    }
}
