using System.Diagnostics.CodeAnalysis;
using Maas.Boot;
using Maas.Boot.Files;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Hosting;

/// <summary>What <c>AddBoot</c> composes: networks, and parts of the application.</summary>
public sealed class MaasBootBuilder
{
    internal MaasBootBuilder(IServiceCollection services) => Services = services;

    /// <summary>The services of the host.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Adds a network, or changes one that the configuration names.</summary>
    /// <param name="name">Its name, of your choice.</param>
    /// <param name="configure">Sets its options. They are checked when the host starts.</param>
    public MaasBootBuilder AddNetwork(string name, Action<MaasNetworkOptions> configure)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(configure);
        Services.AddOptions<MaasOptions>().Configure(options =>
        {
            if (!options.Networks.TryGetValue(name, out var network)) options.Networks[name] = network = new MaasNetworkOptions();
            configure(network);
        });
        return this;
    }

    /// <summary>Decides what machines boot by a policy of the application, in place of the one that boots MAAS's machines.</summary>
    public MaasBootBuilder UsePolicy<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TPolicy>()
        where TPolicy : class, IBootPolicy
    {
        Services.AddSingleton<IBootPolicy, TPolicy>();
        return this;
    }

    /// <summary>Serves boot files of the application, in place of the folder <c>boot</c> and the ephemeral environment.</summary>
    public MaasBootBuilder UseFiles<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TFiles>()
        where TFiles : class, IBootFiles
    {
        Services.AddSingleton<IBootFiles, TFiles>();
        return this;
    }
}
