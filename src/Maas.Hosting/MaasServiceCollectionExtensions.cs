using Maas.Boot;
using Maas.Boot.Capture;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Files;
using Maas.Boot.Scripts;
using Maas.Core.Accounts;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Hosting;
using Maas.Hosting.Binding;
using Maas.Hosting.BootHttp.Sending;
using Maas.Hosting.Ephemeral;
using Maas.Hosting.Evidence;
using Maas.Hosting.FirstStart;
using Maas.Hosting.Images;
using Maas.Hosting.Leases;
using Maas.Hosting.Link;
using Maas.Hosting.Naming;
using Maas.Hosting.Policy;
using Maas.Hosting.Power;
using Maas.Hosting.Privileges;
using Maas.Images.Library;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Composes Core, Boot, Images and Power in any host.</summary>
public static class MaasServiceCollectionExtensions
{
    /// <summary>
    /// Adds a whole MAAS: the store with its workers, and, when the options name an interface, DHCP, TFTP, DNS, SNTP and syslog on it, and
    /// over IPv6 what <see cref="MaasOptions.Prefix6"/> asks for. A web host adds
    /// <c>MapMaasBoot()</c> for boot files over HTTP, and the API by <c>Maas.Api</c>.
    /// </summary>
    /// <param name="services">Where to.</param>
    /// <param name="configure">Sets the options; they are checked at once.</param>
    /// <exception cref="OptionsValidationException">An option is missing or out of its range.</exception>
    /// <exception cref="InvalidOperationException">The interface cannot be served: it is not there, has no address, or a privilege is
    /// missing. Or a MAAS was added before.</exception>
    /// <example>
    /// <code>
    /// builder.Services.AddMaas(maas =>
    /// {
    ///     maas.DataDirectory = "/var/lib/maas";
    ///     maas.Interface = "eth1";
    ///     maas.Range = AddressRange.Parse("10.0.0.100-10.0.0.200");
    /// });
    /// var app = builder.Build();
    /// app.MapMaasBoot();
    /// </code>
    /// </example>
    public static IServiceCollection AddMaas(this IServiceCollection services, Action<MaasOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        if (services.Any(service => service.ServiceType == typeof(MaasOptions)))
            throw new InvalidOperationException("AddMaas was called already: one host is one MAAS. Set all options in one call.");
        var options = new MaasOptions();
        configure(options);
        if (new MaasOptionsValidator().Validate(name: null, options) is { Failed: true } invalid)
            throw new OptionsValidationException(nameof(MaasOptions), typeof(MaasOptions), invalid.Failures);
        MakePrivate(options.DataDirectory);
        Directory.CreateDirectory(options.ProgramDirectory);

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<IConnectionListenerFactory, FileSendingTransport>();
        services.AddSingleton<IHostedService, FirstStartService>();
        AddStores(services, options);
        AddEphemeral(services);
        AddLink(services, options);
        return services;
    }

    /// <summary>
    /// Adds a whole MAAS as the configuration says: each key is a property of <see cref="MaasOptions"/>, lists are arrays or one text with
    /// commas. A key that is not known and a value
    /// that cannot be read are errors, unlike with <c>section.Bind(options)</c>, which passes over them.
    /// </summary>
    /// <param name="services">Where to.</param>
    /// <param name="configuration">The section of MAAS alone.</param>
    /// <param name="configure">Sets what the configuration does not; it comes last. <see langword="null"/> for nothing.</param>
    /// <exception cref="OptionsValidationException">An option is missing or out of its range.</exception>
    /// <exception cref="InvalidOperationException">A key is not known or its value cannot be read, which the message names; or as without
    /// configuration.</exception>
    /// <example>
    /// <code>
    /// // appsettings.json: "Maas": { "DataDirectory": "/var/lib/maas", "Interface": "eth1", "Range": "10.0.0.100-10.0.0.200", "Routers":
    /// [ "10.0.0.1" ] }
    /// builder.Services.AddMaas(builder.Configuration.GetSection("Maas"));
    /// </code>
    /// </example>
    public static IServiceCollection AddMaas(
        this IServiceCollection services, IConfiguration configuration, Action<MaasOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return services.AddMaas(options =>
        {
            options.Read(configuration);
            configure?.Invoke(options);
        });
    }

    private static void AddStores(IServiceCollection services, MaasOptions options)
    {
        services.AddMaasCore(core =>
        {
            core.Domain = options.Domain;
            core.ReservedHostnames = [Environment.MachineName.Split('.')[0].ToLowerInvariant()];
        });
        services.AddMaasSqlite(store => store.DataSource = Path.Combine(options.DataDirectory, "maas.db"));
        services.AddMaasPower();
        services.TryAddSingleton<IMachinePower, DriverPower>();
        services.TryAddSingleton(provider =>
            ImageLibrary.Open(Path.Combine(options.DataDirectory, "images"), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<IImageContent, LibraryImageContent>();
    }

    private static void AddEphemeral(IServiceCollection services)
    {
        services.AddSingleton<EphemeralImageService>();
        services.AddSingleton<IEphemeralEnvironment>(provider => provider.GetRequiredService<EphemeralImageService>());
        services.AddSingleton<BootTimelineWriter>();
        services.AddSingleton<IBootObserver>(provider => provider.GetRequiredService<BootTimelineWriter>());
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<BootTimelineWriter>());
        services.TryAddSingleton<IBootPolicy, MachineBootPolicy>();
        services.TryAddSingleton<IBootFiles, ServedBootFiles>();
    }

    private static void AddLink(IServiceCollection services, MaasOptions options)
    {
        if (options.Loopback is null && options.Interface is not null) LinuxCapabilities.Require();
        if (BootNetwork.For(options) is not { } link)
        {
            services.AddSingleton<IAddressResolver, NullAddressResolver>();
            services.TryAddSingleton<BootFileSource>();
            return;
        }

        services.AddSingleton(link);
        if (options is { Loopback: null, Interface: { } name })
        {
            services.AddSingleton(provider =>
            {
                var time = provider.GetRequiredService<TimeProvider>();
                return new LinkNeighbours(() => NeighbourTable.IndexOf(name), new LinkResolver(name, link, options.Prefix6, time), time);
            });
            services.AddSingleton<IHardwareAddresses>(provider => provider.GetRequiredService<LinkNeighbours>());
        }

        services.AddSingleton<ListedMachines>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<ListedMachines>());
        if (options.Mode == DhcpMode.Full)
        {
            var subnet = link.Subnet(options);
            services.AddSingleton(provider => new HostedLeases(
                Path.Combine(options.DataDirectory, "leases.db"), [subnet], link.Network, provider.GetService<LinkNeighbours>(),
                    provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ListedMachines>().IsAccepted));
            services.AddSingleton<IAddressSource>(provider => provider.GetRequiredService<HostedLeases>());
            services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<HostedLeases>());
        }

        if (options.Prefix6 is { } prefix)
            AddLeases6(services, Path.Combine(options.DataDirectory, "leases6.db"), BootNetwork.Subnet6(prefix, options.Range6));
        services.AddSingleton<IAddressResolver>(provider =>
        {
            IAddressResolver owners = (IAddressResolver?)provider.GetService<HostedLeases>() ?? provider.GetService<LinkNeighbours>()
                ?? (IAddressResolver)new NullAddressResolver();
            return provider.GetService<HostedLeases6>() is { } leases6 ? new DualStackResolver(owners, leases6) : owners;
        });

        // A server without a link boots no machine, so it fetches nothing.
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<EphemeralImageService>());
        if (BootNetwork.ServicesOf(options).HasFlag(LinkServices.Dns)) AddNaming(services, options, link);
        var ring = options.CapturedMachines > 0 ? new PacketRing(machines: options.CapturedMachines) : null;
        if (ring is not null) services.AddSingleton<IMachineCaptures>(new MachineCaptures(ring));
        services.AddMaasBoot(boot =>
        {
            boot.Capture = ring;
            link.Configure(boot, options);
        });
    }

    private static void AddLeases6(IServiceCollection services, string path, Dhcp6Subnet subnet)
    {
// a factory cannot wait, and has nothing to wait for: the file is local, and read when the call returns
#pragma warning disable MA0042, MA0045, VSTHRD002
        services.AddSingleton(provider =>
            HostedLeases6.OpenAsync(path, subnet, provider.GetService<LinkNeighbours>(), provider.GetRequiredService<TimeProvider>())
            .GetAwaiter().GetResult());
#pragma warning restore MA0042, MA0045, VSTHRD002
        services.AddSingleton(provider => provider.GetRequiredService<HostedLeases6>().Addresses);
    }

    private static void AddNaming(IServiceCollection services, MaasOptions options, BootNetwork link)
    {
        services.AddSingleton(provider => new MachineDnsDirectory(
            provider.GetRequiredService<ListedMachines>(), provider.GetService<HostedLeases>(), provider.GetService<HostedLeases6>(),
                options.Domain, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IHostDirectory>(provider => provider.GetRequiredService<MachineDnsDirectory>());
    }

    // The store holds secrets: a folder that others may enter is closed to them. A shared one, such as /tmp, is not taken from its users.
    private static void MakePrivate(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
            return;
        }

        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(directory, OwnerOnly);
        var mode = File.GetUnixFileMode(directory);
        if ((mode & ~OwnerOnly) == 0) return;
        if ((mode & (UnixFileMode.OtherWrite | UnixFileMode.StickyBit)) != 0)
            throw new InvalidOperationException(
                $"The data directory {directory} is writable by every user. The store holds secrets: use a directory of its own.");
        try
        {
            File.SetUnixFileMode(directory, OwnerOnly);
        }
        catch (Exception refused) when (refused is UnauthorizedAccessException or IOException)
        {
            throw new InvalidOperationException(
                $"Other users may enter the data directory {directory}, and it cannot be closed to them ({refused.Message}). As its owner, run: chmod 700 {directory}", refused);
        }
    }
}
