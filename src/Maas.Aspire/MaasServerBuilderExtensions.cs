using System.Net;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Maas.Aspire;

/// <summary>Adds MAAS servers to the application model of Aspire.</summary>
public static class MaasServerBuilderExtensions
{
    private const int MostSimulatedMachines = 1000; // as of maas-server --demo

    /// <summary>
    /// Adds a MAAS server: the .NET tool <c>maas-server</c> (package <c>Maas.Server</c>), which must be installed on the machine that runs
    /// the application. It serves the API alone and forgets everything at the end, unless <see cref="WithSimulatedMachines"/>,
    /// <see cref="WithDataDirectory"/> or <see cref="WithBootNetwork"/> say otherwise. The resource is healthy when the server is.
    /// </summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The name of the resource, and of its connection string.</param>
    /// <param name="port">The TCP port of the API; <see langword="null"/> for one that is free.</param>
    /// <param name="command">The program: a path, or a name that is looked up in <c>PATH</c>.</param>
    /// <example><code>
    /// var maas = builder.AddMaasServer("maas").WithSimulatedMachines(12);
    /// builder.AddProject&lt;Projects.Shop&gt;("shop").WithReference(maas).WaitFor(maas);
    /// // In the shop: MaasClient.Connect(builder.Configuration.GetConnectionString("maas")!)
    /// </code></example>
    public static IResourceBuilder<MaasServerResource> AddMaasServer(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, int? port = null, string command = "maas-server")
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(command);
        return builder.AddResource(new MaasServerResource(name, command, builder.AppHostDirectory))
            // Machines must reach the server itself, without a proxy.
            .WithHttpEndpoint(port, targetPort: port, MaasServerResource.HttpEndpointName, env: null, isProxied: false)
            .WithArgs(context => AddArguments(context.Args, (MaasServerResource)context.Resource))
            .WithHttpHealthCheck("/health")
            .OnBeforeResourceStarted(static (server, starting, _) =>
            {
                server.CreateTemporaryDirectory();
                var lifetime = starting.Services.GetRequiredService<IHostApplicationLifetime>();
                lifetime.ApplicationStopped.Register(server.DeleteTemporaryDirectory);
                return Task.CompletedTask;
            });
    }

    /// <summary>
    /// Simulates machines that boot from the server over loopback, are enlisted, commissioned and partly deployed (<c>--demo</c>).
    /// </summary>
    /// <param name="builder">The server.</param>
    /// <param name="count">How many machines; 1 to 1000.</param>
    public static IResourceBuilder<MaasServerResource> WithSimulatedMachines(
        this IResourceBuilder<MaasServerResource> builder, int count)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MostSimulatedMachines);
        builder.Resource.SimulatedMachines = count;
        return builder;
    }

    /// <summary>Keeps state beyond the end of the application.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="directory">The folder; a relative path is relative to that of the application host.</param>
    public static IResourceBuilder<MaasServerResource> WithDataDirectory(
        this IResourceBuilder<MaasServerResource> builder, string directory)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(directory);
        builder.Resource.DataDirectory = Path.GetFullPath(directory, builder.ApplicationBuilder.AppHostDirectory);
        return builder;
    }

    /// <summary>
    /// Serves DHCP, TFTP and HTTP on an interface, from which machines boot. The server needs <c>CAP_NET_BIND_SERVICE</c> and
    /// <c>CAP_NET_RAW</c>.
    /// </summary>
    /// <param name="builder">The server.</param>
    /// <param name="networkInterface">The interface, such as <c>eth1</c>.</param>
    /// <param name="first">The first address to lease.</param>
    /// <param name="last">The last address to lease.</param>
    public static IResourceBuilder<MaasServerResource> WithBootNetwork(
        this IResourceBuilder<MaasServerResource> builder, string networkInterface, IPAddress first, IPAddress last)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(networkInterface);
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(last);
        builder.Resource.ServesNetwork = true;
        return builder.WithArgs("--interface", networkInterface, "--range", $"{first}-{last}");
    }

    private static void AddArguments(IList<object> arguments, MaasServerResource server)
    {
        var host = server.ServesNetwork ? IPAddress.Any : IPAddress.Loopback;
        arguments.Add("--listen");
        arguments.Add(ReferenceExpression.Create($"http://{host.ToString()}:{server.HttpEndpoint.Property(EndpointProperty.TargetPort)}"));
        arguments.Add("--key-file");
        arguments.Add(server.KeyFile);
        foreach (var argument in server.StateArguments) arguments.Add(argument);
    }
}
