using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp6.Leases;
using Microsoft.Extensions.Configuration;

namespace Maas.Hosting.Binding;

/// <summary>What configuration may say of <see cref="MaasOptions"/>: each property by its name.</summary>
internal static class MaasOptionsBinding
{
    private static readonly string[] S_firmware = Enum.GetNames<BootArchitecture>();

    private static readonly OptionTable<EphemeralImageOptions> S_ephemeral = new()
    {
        { nameof(EphemeralImageOptions.Mirror), (options, section) => options.Mirror = section.ReadAddressOrNull() },
        { nameof(EphemeralImageOptions.Suite), (options, section) => options.Suite = section.Text() },
        { nameof(EphemeralImageOptions.PackageDirectory), (options, section) => options.PackageDirectory = section.TextOrNull() },
        { nameof(EphemeralImageOptions.Keyring), (options, section) => options.Keyring = section.TextOrNull() },
        { nameof(EphemeralImageOptions.Architectures), (options, section) => section.FillWords(options.Architectures) },
        { nameof(EphemeralImageOptions.KernelPackage), (options, section) => options.KernelPackage = section.Text() },
        { nameof(EphemeralImageOptions.Programs), (options, section) => section.FillWords(options.Programs) },
        { nameof(EphemeralImageOptions.Modules), (options, section) => section.FillWords(options.Modules) },
        { nameof(EphemeralImageOptions.FirmwarePackages), (options, section) => section.FillWords(options.FirmwarePackages) },
        { nameof(EphemeralImageOptions.FileDirectory), (options, section) => options.FileDirectory = section.TextOrNull() },
        { nameof(EphemeralImageOptions.Own), (options, section) => options.Own = OwnOf(section) },
    };

    private static readonly OptionTable<CustomEnvironment> S_own = new()
    {
        { nameof(CustomEnvironment.Kernel), (own, section) => own with { Kernel = section.Text() } },
        { nameof(CustomEnvironment.InitialRamDisk), (own, section) => own with { InitialRamDisk = section.Text() } },
        { nameof(CustomEnvironment.RootFileSystem), (own, section) => own with { RootFileSystem = section.TextOrNull() } },
    };

    private static readonly OptionTable<LoopbackBoot> S_loopback = new()
    {
        { nameof(LoopbackBoot.Address), (loopback, section) => loopback with { Address = section.Read<IPAddress>() } },
        { nameof(LoopbackBoot.Network), (loopback, section) => loopback with { Network = section.Read<IPNetwork>() } },
        { nameof(LoopbackBoot.DhcpPort), (loopback, section) => loopback with { DhcpPort = section.Read<int>() } },
        { nameof(LoopbackBoot.TftpPort), (loopback, section) => loopback with { TftpPort = section.Read<int>() } },
        { nameof(LoopbackBoot.DnsPort), (loopback, section) => loopback with { DnsPort = section.Read<int>() } },
        { nameof(LoopbackBoot.TimePort), (loopback, section) => loopback with { TimePort = section.Read<int>() } },
        { nameof(LoopbackBoot.SyslogPort), (loopback, section) => loopback with { SyslogPort = section.Read<int>() } },
    };

    private static readonly OptionTable<NetworkReservation> S_reservation = new()
    {
        { nameof(NetworkReservation.Hardware), (reservation, section) => reservation.Hardware = section.Read<HardwareAddress>() },
        { nameof(NetworkReservation.Address), (reservation, section) => reservation.Address = section.Read<IPAddress>() },
        { nameof(NetworkReservation.HostName), (reservation, section) => reservation.HostName = section.TextOrNull() },
    };

    private static readonly OptionTable<DhcpLoadSplitOptions> S_loadSplit = new()
    {
        { nameof(DhcpLoadSplitOptions.Servers), (split, section) => split.Servers = section.Read<int>() },
        { nameof(DhcpLoadSplitOptions.Server), (split, section) => split.Server = section.Read<int>() },
        { nameof(DhcpLoadSplitOptions.DelayedService), (split, section) => split.DelayedService = section.Read<TimeSpan>() },
    };

    private static readonly OptionTable<MaasNetworkOptions> S_network = new()
    {
        { nameof(MaasNetworkOptions.Interface), (options, section) => options.Interface = section.TextOrNull() },
        { nameof(MaasNetworkOptions.Loopback), (options, section) => options.Loopback = LoopbackOf(section) },
        { nameof(MaasNetworkOptions.Network), (options, section) => options.Network = section.ReadOrNull<IPNetwork>() },
        { nameof(MaasNetworkOptions.Relays), (options, section) => section.Fill(options.Relays) },
        { nameof(MaasNetworkOptions.Mode), (options, section) => options.Mode = section.ReadEnum<DhcpMode>() },
        { nameof(MaasNetworkOptions.AllowOtherDhcpServers), (options, section) => options.AllowOtherDhcpServers = section.Read<bool>() },
        { nameof(MaasNetworkOptions.LoadSplit), (options, section) => options.LoadSplit = LoadSplitOf(options.LoadSplit, section) },
        { nameof(MaasNetworkOptions.Range), (options, section) => options.Range = section.ReadOrNull<AddressRange>() },
        { nameof(MaasNetworkOptions.Prefix6), (options, section) => options.Prefix6 = section.ReadOrNull<IPNetwork>() },
        { nameof(MaasNetworkOptions.Range6), (options, section) => options.Range6 = section.ReadOrNull<AddressRange6>() },
        { nameof(MaasNetworkOptions.Reservations), (options, section) => FillReservations(options.Reservations, section) },
        { nameof(MaasNetworkOptions.Routers), (options, section) => section.Fill(options.Routers) },
        { nameof(MaasNetworkOptions.NameServers), (options, section) => section.Fill(options.NameServers) },
        { nameof(MaasNetworkOptions.Services), (options, section) => options.Services = section.ReadEnumOrNull<LinkServices>() },
        { nameof(MaasNetworkOptions.DnsForwarders), (options, section) => section.FillResolvers(options.DnsForwarders) },
    };

    private static readonly OptionTable<PackageProxyOptions> S_packages = new()
    {
        { nameof(PackageProxyOptions.Mirrors), (options, section) => section.FillAddresses(options.Mirrors) },
        { nameof(PackageProxyOptions.MostBytes), (options, section) => options.MostBytes = section.Read<long>() },
        { nameof(PackageProxyOptions.Upstream), (options, section) => options.Upstream = section.ReadAddressOrNull() },
    };

    private static readonly OptionTable<ImagePeerOptions> S_imagePeers = new()
    {
        { nameof(ImagePeerOptions.Enabled), (options, section) => options.Enabled = section.Read<bool>() },
        { nameof(ImagePeerOptions.Address), (options, section) => options.Address = section.ReadAddressOrNull() },
        { nameof(ImagePeerOptions.Rack), (options, section) => options.Rack = section.TextOrNull() },
        { nameof(ImagePeerOptions.FetchAhead), (options, section) => options.FetchAhead = section.Read<bool>() },
        { nameof(ImagePeerOptions.MostBytes), (options, section) => options.MostBytes = section.Read<long>() },
        { nameof(ImagePeerOptions.BytesPerSecond), (options, section) => options.BytesPerSecond = section.ReadOrNull<long>() },
        { nameof(ImagePeerOptions.Fetches), (options, section) => options.Fetches = section.Read<int>() },
        { nameof(ImagePeerOptions.Transfers), (options, section) => options.Transfers = section.Read<int>() },
    };

    private static readonly OptionTable<RecipeOptions> S_recipe = new()
    {
        { nameof(RecipeOptions.Kind), (recipe, section) => recipe.Kind = section.ReadEnum<RecipeKind>() },
        { nameof(RecipeOptions.OsSystem), (recipe, section) => recipe.OsSystem = section.Text() },
        { nameof(RecipeOptions.Series), (recipe, section) => recipe.Series = section.Text() },
        { nameof(RecipeOptions.Architecture), (recipe, section) => recipe.Architecture = section.Text() },
        { nameof(RecipeOptions.Iso), (recipe, section) => recipe.Iso = section.Text() },
        { nameof(RecipeOptions.IsoChanges), (recipe, section) => FillIsoChanges(recipe.IsoChanges, section) },
        { nameof(RecipeOptions.Kernel), (recipe, section) => recipe.Kernel = section.Text() },
        { nameof(RecipeOptions.InitialRamDisk), (recipe, section) => recipe.InitialRamDisk = section.Text() },
        { nameof(RecipeOptions.Source), (recipe, section) => recipe.Source = section.ReadAddressOrNull() },
        { nameof(RecipeOptions.Folder), (recipe, section) => recipe.Folder = section.Text() },
        { nameof(RecipeOptions.Share), (recipe, section) => recipe.Share = section.Text() },
        { nameof(RecipeOptions.Mirror), (recipe, section) => recipe.Mirror = section.ReadAddressOrNull() },
        { nameof(RecipeOptions.Proxy), (recipe, section) => recipe.Proxy = section.ReadAddressOrNull() },
        { nameof(RecipeOptions.Duration), (recipe, section) => recipe.Duration = section.ReadOrNull<TimeSpan>() },
        { nameof(RecipeOptions.ReportTimeout), (recipe, section) => recipe.ReportTimeout = section.ReadOrNull<TimeSpan>() },
        { nameof(RecipeOptions.HasCloudInit), (recipe, section) => recipe.HasCloudInit = section.ReadOrNull<bool>() },
        { nameof(RecipeOptions.Parameters), (recipe, section) => FillParameters(recipe.Parameters, section) },
    };

    private static readonly OptionTable<IsoChangeOptions> S_isoChange = new()
    {
        { nameof(IsoChangeOptions.Path), (change, section) => change.Path = section.Text() },
        { nameof(IsoChangeOptions.Template), (change, section) => change.Template = section.Text() },
        { nameof(IsoChangeOptions.InitialRamDiskPath), (change, section) => change.InitialRamDiskPath = section.Text() },
        { nameof(IsoChangeOptions.Search), (change, section) => change.Search = section.Text() },
        { nameof(IsoChangeOptions.Replacement), (change, section) => change.Replacement = section.Text() },
    };

    private static readonly OptionTable<WebhookEndpointOptions> S_webhook = new()
    {
        { nameof(WebhookEndpointOptions.Url), (webhook, section) => webhook.Url = section.ReadSecretAddressOrNull() },
        { nameof(WebhookEndpointOptions.SigningSecrets), (webhook, section) => section.FillWords(webhook.SigningSecrets) },
        { nameof(WebhookEndpointOptions.Kinds), (webhook, section) => section.FillEnums(webhook.Kinds) },
        { nameof(WebhookEndpointOptions.Statuses), (webhook, section) => section.FillEnums(webhook.Statuses) },
        { nameof(WebhookEndpointOptions.Timeout), (webhook, section) => webhook.Timeout = section.Read<TimeSpan>() },
        { nameof(WebhookEndpointOptions.MostAttempts), (webhook, section) => webhook.MostAttempts = section.Read<int>() },
        { nameof(WebhookEndpointOptions.FirstRetry), (webhook, section) => webhook.FirstRetry = section.Read<TimeSpan>() },
        { nameof(WebhookEndpointOptions.LongestRetry), (webhook, section) => webhook.LongestRetry = section.Read<TimeSpan>() },
        { nameof(WebhookEndpointOptions.Concurrency), (webhook, section) => webhook.Concurrency = section.Read<int>() },
        { nameof(WebhookEndpointOptions.MostPending), (webhook, section) => webhook.MostPending = section.Read<int>() },
    };

    private static readonly OptionTable<MaasOptions> S_maas = new(MovedTo)
    {
        { nameof(MaasOptions.DataDirectory), (options, section) => options.DataDirectory = section.Text() },
        { nameof(MaasOptions.Networks), (options, section) => FillNetworks(options.Networks, section) },
        { nameof(MaasOptions.HttpPort), (options, section) => options.HttpPort = section.ReadOrNull<int>() },
        { nameof(MaasOptions.PathBase), (options, section) => options.PathBase = section.TextOrNull() },
        { nameof(MaasOptions.OnBootFailure), (options, section) => options.OnBootFailure = section.ReadEnum<BootFailureAction>() },
        { nameof(MaasOptions.Domain), (options, section) => options.Domain = section.Text() },
        { nameof(MaasOptions.Programs), (options, section) => options.Programs = ProgramsOf(options.Programs, section) },
        { nameof(MaasOptions.EnlistUnknownMachines), (options, section) => options.EnlistUnknownMachines = section.Read<bool>() },
        { nameof(MaasOptions.KernelOptions), (options, section) => options.KernelOptions = section.Text() },
        { nameof(MaasOptions.CapturedMachines), (options, section) => options.CapturedMachines = section.Read<int>() },
        { nameof(MaasOptions.AdministratorKeyFile), (options, section) => options.AdministratorKeyFile = section.TextOrNull() },
        { nameof(MaasOptions.SecretKeyFile), (options, section) => options.SecretKeyFile = section.TextOrNull() },
        { nameof(MaasOptions.Launchpad), (options, section) => options.Launchpad = section.ReadAddressOrNull() },
        { nameof(MaasOptions.GitHub), (options, section) => options.GitHub = section.ReadAddressOrNull() },
        { nameof(MaasOptions.Ephemeral), (options, section) => S_ephemeral.Bind(options.Ephemeral, section) },
        { nameof(MaasOptions.Packages), (options, section) => S_packages.Bind(options.Packages, section) },
        { nameof(MaasOptions.ImagePeers), (options, section) => S_imagePeers.Bind(options.ImagePeers, section) },
        { nameof(MaasOptions.Recipes), (options, section) => FillRecipes(options.Recipes, section) },
        { nameof(MaasOptions.Webhooks), (options, section) => FillWebhooks(options.Webhooks, section) },
    };

    extension(MaasOptions options)
    {
        /// <summary>Sets what the configuration names, each key by the property of that name.</summary>
        /// <exception cref="InvalidOperationException">A key is not known, or a value cannot be read; the message names the
        /// key.</exception>
        public void Read(IConfiguration configuration) => S_maas.Bind(options, configuration);
    }

    // What one network had in version 0.1 directly below the section.
    private static string? MovedTo(IConfigurationSection section) =>
        S_network.Contains(section.Key, StringComparer.OrdinalIgnoreCase)
            ? $" It is set for each network: {section.Path[..^section.Key.Length]}Networks:<name>:{section.Key}."
            : null;

    private static void FillNetworks(IDictionary<string, MaasNetworkOptions> networks, IConfigurationSection section)
    {
        if (section.Value is { Length: > 0 })
            throw new InvalidOperationException($"Configuration key {section.Path} is a value; it should contain networks by name.");
        foreach (var each in section.GetChildren())
        {
            if (!networks.TryGetValue(each.Key, out var network)) networks[each.Key] = network = new MaasNetworkOptions();
            S_network.Bind(network, each);
        }
    }

    private static void FillWebhooks(IDictionary<string, WebhookEndpointOptions> webhooks, IConfigurationSection section)
    {
        if (section.Value is { Length: > 0 })
            throw new InvalidOperationException($"Configuration key {section.Path} is a value; it should contain webhooks by name.");
        foreach (var each in section.GetChildren())
        {
            if (!webhooks.TryGetValue(each.Key, out var webhook)) webhooks[each.Key] = webhook = new WebhookEndpointOptions();
            S_webhook.Bind(webhook, each);
        }
    }

    private static void FillReservations(IList<NetworkReservation> reservations, IConfigurationSection section)
    {
        reservations.Clear();
        foreach (var each in section.GetChildren())
        {
            Require(each, nameof(NetworkReservation.Hardware), nameof(NetworkReservation.Address));
            reservations.Add(S_reservation.Bind(new NetworkReservation(), each));
        }
    }

    private static void FillRecipes(IList<RecipeOptions> recipes, IConfigurationSection section)
    {
        recipes.Clear();
        foreach (var each in section.GetChildren())
        {
            Require(each, nameof(RecipeOptions.Kind), nameof(RecipeOptions.Series));
            recipes.Add(S_recipe.Bind(new RecipeOptions(), each));
        }
    }

    private static void FillIsoChanges(IList<IsoChangeOptions> changes, IConfigurationSection section)
    {
        changes.Clear();
        foreach (var each in section.GetChildren())
        {
            Require(each, nameof(IsoChangeOptions.Path));
            changes.Add(S_isoChange.Bind(new IsoChangeOptions(), each));
        }
    }

    private static void FillParameters(IDictionary<string, string> parameters, IConfigurationSection section)
    {
        foreach (var each in section.GetChildren()) parameters[each.Key] = each.Text();
    }

    private static CustomEnvironment OwnOf(IConfigurationSection section)
    {
        Require(section, nameof(CustomEnvironment.Kernel), nameof(CustomEnvironment.InitialRamDisk));
        return S_own.Bind(new CustomEnvironment("", ""), section);
    }

    private static LoopbackBoot LoopbackOf(IConfigurationSection section)
    {
        Require(section, nameof(LoopbackBoot.Address), nameof(LoopbackBoot.Network));
        return S_loopback.Bind(new LoopbackBoot(IPAddress.Loopback, 0, 0, default), section);
    }

    // Two hosts that both left their number out would be the same one.
    private static DhcpLoadSplitOptions LoadSplitOf(DhcpLoadSplitOptions? split, IConfigurationSection section)
    {
        if (split is null) Require(section, nameof(DhcpLoadSplitOptions.Server));
        return S_loadSplit.Bind(split ?? new DhcpLoadSplitOptions(), section);
    }

    private static void Require(IConfigurationSection section, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (string.IsNullOrEmpty(section[key]))
                throw new InvalidOperationException($"Configuration key {section.Path}:{key} is missing.");
        }
    }

    // Programs: { "X86Bios": "pxelinux.0" }; an empty name leaves that firmware without an answer. The text is what the general binder
    // reads too.
    private static BootProgramTable ProgramsOf(BootProgramTable programs, IConfigurationSection section)
    {
        if (section.Value is not null) return section.Read<BootProgramTable>();
        foreach (var program in section.GetChildren())
        {
            if (!Enum.TryParse<BootArchitecture>(program.Key, ignoreCase: true, out var firmware) || !Enum.IsDefined(firmware))
            {
                throw new InvalidOperationException(
                    $"Configuration key {program.Path} names no firmware; there are: {string.Join(", ", S_firmware)}.");
            }

            programs = programs.With(firmware, program.TextOrNull());
        }

        return programs;
    }
}
