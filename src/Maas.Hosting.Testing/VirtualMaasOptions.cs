using System.Net;
using Maas.Core.Stores;
using Maas.Testing;
using Maas.Testing.Virtual;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Hosting.Testing;

/// <summary>What a <see cref="VirtualMaas"/> is made of.</summary>
public sealed record VirtualMaasOptions
{
    /// <summary>Determines every random choice of the network; 1. Not used with <see cref="Network"/>.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// The network that it is on, for several hosts on one network; <see langword="null"/>, the default, for one of its own.
    /// </summary>
    public VirtualNetwork? Network { get; init; }

    /// <summary>The name of its host on the network, and of the segment of its first site; <c>maas</c>.</summary>
    public string Name { get; init; } = "maas";

    /// <summary>
    /// The subnet of its first site, IPv4 with a prefix of 8 to 24 bits; 10.0.0.0/16. The host has the first address, and the sixteenth
    /// part of the subnet from its beginning is not leased.
    /// </summary>
    public IPNetwork Subnet { get; init; } = IPNetwork.Parse("10.0.0.0/16");

    /// <summary>What the host's link does to datagrams.</summary>
    public LinkConditions Link { get; init; } = LinkConditions.Lan;

    /// <summary>
    /// The store; <see langword="null"/>, the default, for an <see cref="InMemoryMaasStore"/>. It is disposed of with the MAAS.
    /// </summary>
    public IMaasStore? Store { get; init; }

    /// <summary>
    /// Composes the application's parts: install recipes (<c>AddInstall</c>), a boot policy (<c>AddBoot(boot => boot.UsePolicy…)</c>),
    /// scripts, power drivers, options. Core, boot, power and API are there already.
    /// </summary>
    public Action<IMaasBuilder>? Configure { get; init; }
}
