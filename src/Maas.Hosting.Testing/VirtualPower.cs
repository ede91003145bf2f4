namespace Maas.Hosting.Testing;

/// <summary>How a <see cref="VirtualMaas"/> switches a machine.</summary>
public enum VirtualPower
{
    /// <summary>By the switch of the rack (power type <c>simulated</c>), which never fails.</summary>
    Switch = 0,

    /// <summary>By IPMI 2.0: the driver of <c>Maas.Power</c> and a simulated controller, over the network.</summary>
    Ipmi = 1,

    /// <summary>By Redfish: the driver of <c>Maas.Power</c> and a simulated service, over the network.</summary>
    Redfish = 2,
}
