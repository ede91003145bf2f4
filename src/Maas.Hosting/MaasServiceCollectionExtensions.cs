using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Images;
using Maas.Hosting;
using Maas.Hosting.Binding;
using Maas.Hosting.FirstStart;
using Maas.Hosting.Health;
using Maas.Hosting.Images;
using Maas.Hosting.Networks;
using Maas.Hosting.SshKeys;
using Maas.Hosting.Webhooks;
using Maas.Images.Library;
using Maas.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Composes a MAAS in any host. Registration creates nothing: everything is made and checked when the host starts.</summary>
public static class MaasServiceCollectionExtensions
{
    /// <summary>
    /// Adds the core of a MAAS: machines, users, images and their workers. Add a store (<c>AddSqlite()</c>), and what else is wanted:
    /// <c>AddBoot()</c>, <c>AddPower()</c>, <c>AddApi()</c>. <see cref="AddMaasServer(IServiceCollection, Action{MaasOptions})"/> adds all
    /// but the API.
    /// </summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="configure">Sets the options. They are checked when the host starts.</param>
    /// <exception cref="InvalidOperationException">A MAAS was added before: one host is one MAAS.</exception>
    /// <example>
    /// <code>
    /// builder.Services
    ///     .AddMaas(maas => maas.DataDirectory = "/var/lib/maas")
    ///     .AddSqlite()
    ///     .AddBoot(boot => boot.AddNetwork("lab", network =>
    ///     {
    ///         network.Interface = "eth1";
    ///         network.Range = AddressRange.Parse("10.0.0.100-10.0.0.200");
    ///     }))
    ///     .AddPower()
    ///     .AddApi();
    /// var app = builder.Build();
    /// app.MapMaas();
    /// </code>
    /// </example>
    public static IMaasBuilder AddMaas(this IServiceCollection services, Action<MaasOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return Add(services, nameof(MaasOptions), configure);
    }

    /// <summary>
    /// Adds the core of a MAAS as the configuration says: each key is a property of <see cref="MaasOptions"/>, lists are arrays or one text
    /// with commas. The configuration is read when the host starts. A key that is not known and a value that cannot be read are errors that
    /// name the key. When the configuration is loaded again, changed addresses of networks are used at once: see
    /// <see cref="MaasOptions.Networks"/>.
    /// </summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="configuration">The section of MAAS alone.</param>
    /// <param name="configure">Sets what the configuration does not; it comes last. <see langword="null"/> for nothing.</param>
    /// <exception cref="InvalidOperationException">A MAAS was added before: one host is one MAAS.</exception>
    /// <example>
    /// <code>
    /// // "Maas": { "DataDirectory": "/var/lib/maas", "Networks": { "lab": { "Interface": "eth1", "Range": "10.0.0.100-10.0.0.200" } } }
    /// builder.Services.AddMaas(builder.Configuration.GetSection("Maas")).AddSqlite().AddBoot().AddPower().AddApi();
    /// </code>
    /// </example>
    public static IMaasBuilder AddMaas(
        this IServiceCollection services, IConfiguration configuration, Action<MaasOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddSingleton(new ReloadedConfiguration(configuration));
        var path = configuration is IConfigurationSection section ? section.Path : "";
        return Add(services, path.Length == 0 ? nameof(MaasOptions) : path, options =>
        {
            options.Read(configuration);
            configure?.Invoke(options);
        });
    }

    /// <summary>Adds a whole MAAS without its API: <c>AddMaas(configure).AddSqlite().AddBoot().AddPower()</c>.</summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="configure">Sets the options. They are checked when the host starts.</param>
    /// <exception cref="InvalidOperationException">A MAAS was added before: one host is one MAAS.</exception>
    public static IMaasBuilder AddMaasServer(this IServiceCollection services, Action<MaasOptions> configure) =>
        services.AddMaas(configure).AddSqlite().AddBoot().AddPower();

    /// <summary>
    /// Adds a whole MAAS without its API: <c>AddMaas(configuration, configure).AddSqlite().AddBoot().AddPower()</c>.
    /// </summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="configuration">The section of MAAS alone.</param>
    /// <param name="configure">Sets what the configuration does not; it comes last. <see langword="null"/> for nothing.</param>
    /// <exception cref="InvalidOperationException">A MAAS was added before: one host is one MAAS.</exception>
    public static IMaasBuilder AddMaasServer(
        this IServiceCollection services, IConfiguration configuration, Action<MaasOptions>? configure = null) =>
        services.AddMaas(configuration, configure).AddSqlite().AddBoot().AddPower();

    private static Builder Add(IServiceCollection services, string path, Action<MaasOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.Any(service => service.ServiceType == typeof(OptionsPath)))
            throw new InvalidOperationException("AddMaas was called already: one host is one MAAS. Set all options in one call.");
        services.AddSingleton(new OptionsPath(path));
        services.AddOptions<MaasOptions>().Configure(configure).ValidateOnStart();
        services.AddSingleton<IValidateOptions<MaasOptions>, MaasOptionsValidator>();
        services.AddSingleton(static provider => provider.GetRequiredService<IOptions<MaasOptions>>().Value);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<DataDirectory>();
        services.AddSingleton<IHostedService, FirstStartService>();

        services.AddMaasCore();
        services.AddOptions<MaasCoreOptions>().Configure<MaasOptions, DataDirectory>(static (core, maas, data) =>
        {
            core.SecretKeyFile = maas.SecretKeyFile ?? data.Of("secret.key");
            core.Domain = maas.Domain;
            core.ReservedHostnames = [Environment.MachineName.Split('.')[0].ToLowerInvariant()];
        });
        services.AddOptions<SqliteStoreOptions>().Configure<DataDirectory>(static (store, data) => store.DataSource = data.Of("maas.db"));
        services.TryAddSingleton(static provider => ImageLibrary.Open(
            provider.GetRequiredService<DataDirectory>().Of("images"), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<LibraryImageContent>();
        services.TryAddSingleton<PeerEndpointAddress>();
        services.TryAddSingleton<PeerEndpoint>();
        services.TryAddSingleton<PeerUploadEndpoint>();
        services.TryAddSingleton<PeerImages>();
        services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<PeerImages>());
        services.TryAddSingleton<IImageContent, PeerImageContent>();
        services.TryAddSingleton<IBootSourceReader, SimplestreamsReader>();
        services.TryAddSingleton<ISshKeySource, HttpSshKeySource>();
        services.AddSingleton<IHostedService, WebhookService>();
        services.AddSingleton<IHostedService, HostReporter>();
        return new Builder(services);
    }

    private sealed record Builder(IServiceCollection Services) : IMaasBuilder;
}
