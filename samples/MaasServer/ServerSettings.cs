using Maas.Hosting;

namespace MaasServer;

/// <summary>
/// What the operator asked for: the command line's options by the names of <see cref="MaasOptions"/>, over the section <c>Maas</c> of the
/// configuration.
/// </summary>
internal sealed class ServerSettings
{
    private const string Network = "Maas:Networks:default:";

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
        this["listen"] ?? (string.IsNullOrEmpty(Maas["Networks:default:Prefix6"]) ? "http://0.0.0.0:5240" : "http://[::]:5240");

    private string? this[string name] => _configuration[name] is { Length: > 0 } value ? value : null;

    /// <summary>The settings of a configuration.</summary>
    public static ServerSettings From(IConfiguration configuration) => new(configuration);

    /// <summary>Sets what is no option of the library by its own name.</summary>
    /// <exception cref="FormatException">A value cannot be read; the message names it.</exception>
    public void Complete(MaasOptions maas)
    {
        if (!Uri.TryCreate(Listen.Replace("//*", "//0.0.0.0").Replace("//+", "//0.0.0.0"), UriKind.Absolute, out var listen)
            || listen.Scheme != "http")
        {
            throw new FormatException(
                $"--listen {Listen} is no URL such as http://0.0.0.0:5240 (firmware and the ephemeral environment speak plain http)");
        }

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

        if (this["secure_boot"] is { } shim) maas.Programs = maas.Programs.WithSecureBoot(shim);
    }
}
