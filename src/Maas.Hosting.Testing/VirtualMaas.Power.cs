using System.Net;
using Maas.Core.Power;
using Maas.Power;
using Maas.Power.Ipmi;
using Maas.Power.Redfish;
using Maas.Testing;
using Maas.Testing.Controllers;
using Maas.Testing.Virtual;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Maas.Hosting.Testing;

/// <summary>The machines' power: switches, and management controllers on a network of their own.</summary>
public sealed partial class VirtualMaas
{
    private const string UserName = "maas", Password = "virtual";
    private static readonly IPNetwork ControllerNetwork = IPNetwork.Parse("172.31.0.0/16");

    private readonly Dictionary<SimulatedMachine, PowerSettings> _power = [];
    private readonly List<IAsyncDisposable> _controllers = [];
    private uint _lastController;

    /// <summary>
    /// The host of a machine's management controller, whose link may be changed to lose datagrams; <see langword="null"/> for a machine
    /// without one.
    /// </summary>
    /// <param name="machine">The simulated machine.</param>
    public VirtualHost? ControllerOf(SimulatedMachine machine)
    {
        ArgumentNullException.ThrowIfNull(machine);
        return _power.TryGetValue(machine, out var power) && power.Parameters.TryGetValue("power_address", out var address)
            ? Network.Find(address)
            : null;
    }

    // The real drivers, in the place of those that open sockets: AddPower() adds no second one of a class.
    private void AddDrivers(IServiceCollection services, VirtualHost host) => services
        .AddSingleton<IPowerDriver>(new SimulatedRackPower(Rack))
        .AddSingleton<IPowerDriver, IpmiDriver>(
            provider => host.CreateIpmiDriver(provider.GetRequiredService<IOptions<IpmiOptions>>().Value))
        .AddSingleton<IPowerDriver, RedfishDriver>(
            provider => host.CreateRedfishDriver(provider.GetRequiredService<IOptions<RedfishOptions>>().Value));

    private PowerSettings Connect(SimulatedMachine machine, VirtualPower power)
    {
        if (power == VirtualPower.Switch) return new PowerSettings(SimulatedRackPower.PowerType, new Dictionary<string, string>());
        var host = AddController();
        var chassis = new SimulatedChassis(Network.TimeProvider)
        {
            IsMachineOn = () => machine.IsOn,
            PowerSwitched = isOn =>
            {
                if (isOn) machine.TurnOn("switched on by its controller");
                else _ = machine.TurnOffAsync("switched off by its controller"); // it is off at once
            },
        };
        var isIpmi = power == VirtualPower.Ipmi;
        _controllers.Add(isIpmi
            ? host.ServeIpmi(new SimulatedBmcOptions { UserName = UserName, Password = Password }, chassis)
            : host.ServeRedfish(new SimulatedRedfishOptions { UserName = UserName, Password = Password }, chassis));
        return new PowerSettings(isIpmi ? "ipmi" : "redfish", new Dictionary<string, string>
        {
            ["power_address"] = host.Address.ToString(), ["power_user"] = UserName, ["power_pass"] = Password,
        });
    }

    private VirtualHost AddController()
    {
        IPAddress address;
        do address = VirtualSite.At(ControllerNetwork, ++_lastController);
        while (Network.Find(address) is not null); // of another MAAS on the network
        return Network.AddHost($"{_options.Name}-bmc-{_lastController}", address);
    }
}
