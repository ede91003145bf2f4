using Maas.Power.Ipmi;
using Maas.Power.Redfish;
using Maas.Testing.Virtual;

namespace Maas.Testing.Controllers;

/// <summary>
/// Management controllers as hosts of a network in memory, and the power drivers of <c>Maas.Power</c> that reach them there: the real
/// drivers, by the network's clock.
/// </summary>
public static class VirtualHostPowerExtensions
{
    /// <summary>
    /// Makes the host a controller that speaks IPMI, at port 623 or that of <see cref="SimulatedBmcOptions.ListenOn"/>.
    /// </summary>
    /// <param name="host">The host.</param>
    /// <param name="options">What it has; <see langword="null"/> for the defaults.</param>
    /// <param name="chassis">The machine behind it; <see langword="null"/> for one of its own, by the network's clock.</param>
    /// <exception cref="System.Net.Sockets.SocketException">The host uses the port already.</exception>
    public static SimulatedBmc ServeIpmi(this VirtualHost host, SimulatedBmcOptions? options = null, SimulatedChassis? chassis = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        return new SimulatedBmc(host, options ?? new(), chassis ?? new SimulatedChassis(host.Network.TimeProvider));
    }

    /// <summary>
    /// Makes the host a Redfish service, at port 443, or 80 without TLS, or that of <see cref="SimulatedRedfishOptions.ListenOn"/>. A
    /// network in memory has no TLS, and events are not pushed: a log has to be read.
    /// </summary>
    /// <param name="host">The host.</param>
    /// <param name="options">What it has; <see langword="null"/> for the defaults.</param>
    /// <param name="chassis">The machine behind it; <see langword="null"/> for one of its own, by the network's clock.</param>
    public static SimulatedRedfish ServeRedfish(
        this VirtualHost host, SimulatedRedfishOptions? options = null, SimulatedChassis? chassis = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        return new SimulatedRedfish(host, options ?? new(), chassis ?? new SimulatedChassis(host.Network.TimeProvider));
    }

    /// <summary>The driver <c>ipmi</c>, whose datagrams go over the network to a <see cref="SimulatedBmc"/>.</summary>
    /// <param name="host">The host that it runs on.</param>
    /// <param name="options">Its options; <see langword="null"/> for the defaults.</param>
    /// <example><code>
    /// await using var bmc = network.AddHost("bmc", IPAddress.Parse("10.0.255.1")).ServeIpmi();
    /// var driver = host.CreateIpmiDriver();
    /// var result = await network.RunAsync(() => driver.TurnOnAsync(target, cancellationToken));
    /// </code></example>
    public static IpmiDriver CreateIpmiDriver(this VirtualHost host, IpmiOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        options ??= new();
        var time = host.Network.TimeProvider;
        return new IpmiDriver(
            options, time, new IpmiClient(options.Client, time, (settings, _) => VirtualIpmiChannel.OpenAsync(host, settings)));
    }

    /// <summary>
    /// The driver <c>redfish</c>, whose requests go over the network to a <see cref="SimulatedRedfish"/>. There is no TLS on a network in
    /// memory: certificates are not checked, and an address with <c>https</c> is only another port.
    /// </summary>
    /// <param name="host">The host that it runs on.</param>
    /// <param name="options">Its options; <see langword="null"/> for the defaults.</param>
    public static RedfishDriver CreateRedfishDriver(this VirtualHost host, RedfishOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        return new RedfishDriver(options ?? new(), host.Network.TimeProvider, () => new MemoryHttpHandler(host.Network, host));
    }
}
