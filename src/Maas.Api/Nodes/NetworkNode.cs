using Maas.Core;
using Maas.Core.Network.Interfaces;
using Maas.Core.Nodes;

namespace Maas.Api.Nodes;

/// <summary>A node as the resources of interfaces see it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Network">Its interfaces.</param>
/// <param name="Observed">The addresses with which it was seen.</param>
internal abstract record NetworkNode(SystemId Id, NetworkConfig Network, IReadOnlyList<string> Observed)
{
    /// <summary>A machine, whose interfaces administrators change.</summary>
    internal sealed record OfMachine(Machine Machine, NetworkConfig Config) : NetworkNode(Machine.Id, Config, Machine.IpAddresses);

    /// <summary>A device, whose interfaces its owner changes.</summary>
    internal sealed record OfDevice(Device Device) : NetworkNode(Device.SystemId, Device.Network, []);

    /// <summary>A controller, whose interfaces are those of its host.</summary>
    internal sealed record OfController(Controller Controller, NetworkConfig Config) : NetworkNode(Controller.SystemId, Config, []);
}
