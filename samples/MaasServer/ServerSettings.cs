using Maas.Hosting;

namespace MaasServer;

/// <summary>
/// What the operator asked for: the command line's options by the names of <see cref="MaasOptions"/>, over the section <c>Maas</c> of the
/// configuration.
/// </summary>
internal sealed class ServerSettings
{
    private static readonly Dictionary<string, string> S_keys = new()
    {
        ["data"] = "Maas:DataDirectory",
        ["interface"] = "Maas:Interface",
        ["range"] = "Maas:Range",
        ["prefix6"] = "Maas:Prefix6",
        ["range6"] = "Maas:Range6",
        ["gateway"] = "Maas:Routers",
        ["dns"] = "Maas:NameServers",
        ["domain"] = "Maas:Domain",
        ["services"] = "Maas:Services",
        ["dns_forward"] = "Maas:DnsForwarders",
        ["mode"] = "Maas:Mode",
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
    public string Listen => this["listen"] ?? (string.IsNullOrEmpty(Maas["Prefix6"]) ? "http://0.0.0.0:5240" : "http://[::]:5240");

    /// <summary>The interface that machines boot from.</summary>
    public string? Interface => Maas["Interface"];

    private string? this[string name] => _configuration[name] is { Length: > 0 } value ? value : null;

    /// <summary>The settings of a configuration.</summary>
    public static ServerSettings From(IConfiguration configuration) => new(configuration);

    /// <summary>Sets what is no option of the library by its own name.</summary>
    /// <exception cref="FormatException">A value cannot be read; the message names it.</exception>
    public void Complete(MaasOptions maas)
    {
        if (maas.DataDirectory.Length == 0) throw new FormatException("--data is missing: the folder of all state");
        maas.DataDirectory = Path.GetFullPath(maas.DataDirectory);
        maas.HttpPort = Port(Listen);
        maas.AllowOtherDhcpServers = this["other_dhcp"] switch
        {
            null => maas.AllowOtherDhcpServers,
            "wait" => false,
            "allow" => true,
            var other => throw new FormatException($"--other-dhcp {other} is neither wait nor allow"),
        };
        if (this["secure_boot"] is { } shim) maas.Programs = maas.Programs.WithSecureBoot(shim);
    }

    private static int Port(string listen) =>
        Uri.TryCreate(listen.Replace("//*", "//0.0.0.0").Replace("//+", "//0.0.0.0"), UriKind.Absolute, out var uri) && uri.Scheme == "http"
            ? uri.Port
            : throw new FormatException(
                $"--listen {listen} is no URL such as http://0.0.0.0:5240 (firmware and the ephemeral environment speak plain http)");
}
