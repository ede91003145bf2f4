using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Maas.Hosting;
using Maas.Install.Recipes;

namespace MaasServer;

/// <summary>
/// What the operator asked for: the command line's options by the names of <see cref="MaasOptions"/>, over the section <c>Maas</c> of the
/// configuration.
/// </summary>
internal sealed class ServerSettings
{
    private const string Network = "Maas:Networks:default:";
    private const int MostDemoMachines = 1000; // each boots over sockets of this host

    private static readonly Dictionary<string, string> S_keys = new()
    {
        ["data"] = "Maas:DataDirectory",
        ["interface"] = Network + "Interface",
        ["range"] = Network + "Range",
        ["prefix6"] = Network + "Prefix6",
        ["range6"] = Network + "Range6",
        ["gateway"] = Network + "Routers",
        ["dns"] = Network + "NameServers",
        ["domain"] = "Maas:Domain",
        ["secret_key"] = "Maas:SecretKeyFile",
        ["key_file"] = "Maas:AdministratorKeyFile",
        ["services"] = Network + "Services",
        ["dns_forward"] = Network + "DnsForwarders",
        ["mode"] = Network + "Mode",
        ["kernel_options"] = "Maas:KernelOptions",
        ["mirror"] = "Maas:Ephemeral:Mirror",
        ["suite"] = "Maas:Ephemeral:Suite",
        ["packages"] = "Maas:Ephemeral:PackageDirectory",
        ["keyring"] = "Maas:Ephemeral:Keyring",
        ["kernel"] = "Maas:Ephemeral:KernelPackage",
        ["bios"] = "Maas:Programs:X86Bios",
    };

    private readonly IConfiguration _configuration;

    private ServerSettings(IConfiguration configuration)
    {
        _configuration = configuration;
        var given = S_keys.Where(key => this[key.Key] is not null).Select(key => KeyValuePair.Create(key.Value, this[key.Key]));
        Maas = new ConfigurationBuilder().AddConfiguration(configuration).AddInMemoryCollection(given).Build().GetSection("Maas");
    }

    /// <summary>What <c>AddMaas</c> reads.</summary>
    public IConfigurationSection Maas { get; }

    /// <summary>Where HTTP is served; over both IPs where machines boot over both.</summary>
    public string Listen =>
        this["listen"] ?? (DemoMachines is not null ? "http://127.0.0.1:5240"
            : string.IsNullOrEmpty(Maas["Networks:default:Prefix6"]) ? "http://0.0.0.0:5240" : "http://[::]:5240");

    /// <summary>The certificate of the API over TLS; null for plain HTTP alone.</summary>
    public ServerCertificate? Certificate => field ??= (this["https_certificate"], this["https_key"]) switch
    {
        (null, null) => null,
        ({ } certificate, { } key) => new ServerCertificate(certificate, key),
        _ => throw new FormatException("--https-certificate and --https-key belong together"),
    };

    /// <summary>How many machines are simulated; null for none.</summary>
    /// <exception cref="FormatException">The number is out of range, or what cannot be is asked for beside it.</exception>
    public int? DemoMachines => this["demo"] switch
    {
        null => null,
        _ when this["data"] is not null || this["interface"] is not null || Postgres is not null =>
            throw new FormatException("--demo has state and a network of its own: leave out --data, --interface and --postgres"),
        var text => int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= MostDemoMachines
            ? number
            : throw new FormatException($"--demo {text} is no number of machines from 1 to {MostDemoMachines}"),
    };

    /// <summary>Whether the web interface is served.</summary>
    /// <exception cref="FormatException">The option has another value than on and off.</exception>
    public bool ServesDashboard => this["dashboard"] switch
    {
        null or "on" => true,
        "off" => false,
        var other => throw new FormatException($"--dashboard {other} is neither on nor off"),
    };

    /// <summary>The reverse proxies whose forwarded headers count; none by default.</summary>
    /// <exception cref="FormatException">One is no address; the message names it.</exception>
    public IReadOnlyList<IPNetwork> KnownProxies =>
    [
        .. (this["known_proxies"] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(text => IPNetwork.TryParse(text, out var network) ? network
                : IPAddress.TryParse(text, out var address)
                    ? new IPNetwork(address, address.AddressFamily is AddressFamily.InterNetwork ? 32 : 128)
                : throw new FormatException($"--known-proxies {text} is no address such as 10.0.0.5 or 10.0.0.0/28")),
    ];

    /// <summary>The recipes of operating systems that are installed by their own installers.</summary>
    /// <exception cref="FormatException">A value cannot be read; the message names it.</exception>
    public IEnumerable<InstallRecipe> Recipes =>
        from series in (this["debian_installer"] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        let recipe = DebianInstaller.Create(series, $"debian-{series}/linux", $"debian-{series}/initrd.gz")
        select recipe with { Mirror = UrlOf("mirror") ?? recipe.Mirror, Proxy = UrlOf("proxy") };

    /// <summary>The connection string of the database that several servers share; null for the file of this server alone.</summary>
    public string? Postgres => this["postgres"];

    /// <summary>Whether packages are kept and served.</summary>
    public bool ServesPackages => this["package_cache"] is not null;

    /// <summary>All addresses that are served. The plain one is first: machines are given it.</summary>
    public IEnumerable<string> Addresses => Certificate is null ? [Listen] : [Listen, this["https_listen"] ?? "https://0.0.0.0:5443"];

    private Uri? UrlOf(string name) => this[name] is not { } text ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var url) ? url
        : throw new FormatException($"--{name} {text} is no URL such as http://10.0.0.1:3128");

    private string? this[string name] => _configuration[name] is { Length: > 0 } value ? value : null;

    /// <summary>The settings of a configuration.</summary>
    public static ServerSettings From(IConfiguration configuration) => new(configuration);

    /// <summary>Sets what is no option of the library by its own name.</summary>
    /// <param name="maas">The options.</param>
    /// <param name="demonstration">Sets those of <c>--demo</c>.</param>
    /// <exception cref="FormatException">A value cannot be read; the message names it.</exception>
    public void Complete(MaasOptions maas, Action<MaasOptions>? demonstration = null)
    {
        if (!Uri.TryCreate(Listen.Replace("//*", "//0.0.0.0").Replace("//+", "//0.0.0.0"), UriKind.Absolute, out var listen)
            || listen.Scheme != "http")
        {
            throw new FormatException(
                $"--listen {Listen} is no URL such as http://0.0.0.0:5240 (firmware and the ephemeral environment speak plain http)");
        }

        if (Addresses.Skip(1).FirstOrDefault() is { } tls
            && (!Uri.TryCreate(tls.Replace("//*", "//0.0.0.0").Replace("//+", "//0.0.0.0"), UriKind.Absolute, out var secure)
                || secure.Scheme != "https"))
            throw new FormatException($"--https-listen {tls} is no URL such as https://0.0.0.0:5443");
        demonstration?.Invoke(maas);
        if (maas.DataDirectory.Length == 0) throw new FormatException("--data is missing: the folder of all state");
        maas.DataDirectory = Path.GetFullPath(maas.DataDirectory);
        if (maas.Networks.TryGetValue("default", out var network))
        {
            network.AllowOtherDhcpServers = this["other_dhcp"] switch
            {
                null => network.AllowOtherDhcpServers,
                "wait" => false,
                "allow" => true,
                var other => throw new FormatException($"--other-dhcp {other} is neither wait nor allow"),
            };
            if (network.Interface is null) maas.Networks.Remove("default"); // what else is said of it waits for an interface
        }

        if (this["package_cache"] is { } size)
        {
            maas.Packages.MostBytes = int.TryParse(size, out var gibibytes) && gibibytes > 0
                ? (long)gibibytes << 30
                : throw new FormatException($"--package-cache {size} is no number of GiB");
            if (UrlOf("mirror") is { } mirror) maas.Packages.Mirrors.Add(mirror);
        }

        if (this["secure_boot"] is { } shim) maas.Programs = maas.Programs.WithSecureBoot(shim);
    }
}
