using System.Net;
using System.Net.Sockets;
using Maas.Boot;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp6.Leases;
using Maas.Hosting;

namespace MaasServer;

/// <summary>What the operator asked for.</summary>
internal sealed class ServerSettings
{
    private readonly IConfiguration _configuration;

    private ServerSettings(IConfiguration configuration) => _configuration = configuration;

    /// <summary>Where HTTP is served; over both IPs where machines boot over both.</summary>
    public string Listen => this["listen"] ?? (this["prefix6"] is null ? "http://0.0.0.0:5240" : "http://[::]:5240");

    /// <summary>The interface that machines boot from.</summary>
    public string? Interface => this["interface"];

    private string? this[string name] => _configuration[name] is { Length: > 0 } value ? value : null;

    /// <summary>The settings of a configuration.</summary>
    public static ServerSettings From(IConfiguration configuration) => new(configuration);

    /// <summary>Sets the library's options.</summary>
    /// <exception cref="FormatException">A value cannot be read; the message names it.</exception>
    public void Configure(MaasOptions maas)
    {
        maas.DataDirectory = Path.GetFullPath(this["data"] ?? throw new FormatException("--data is missing: the folder of all state"));
        maas.HttpPort = Port(Listen);
        maas.Interface = Interface;
        maas.Range = this["range"] is { } range ? AddressRange.Parse(range) : null;
        maas.Prefix6 = this["prefix6"] is { } prefix ? Prefix6(prefix) : null;
        maas.Range6 = this["range6"] is { } range6 ? AddressRange6.Parse(range6) : null;
        foreach (var router in Addresses("gateway")) maas.Routers.Add(router);
        foreach (var server in Addresses("dns")) maas.NameServers.Add(server);
        maas.Domain = this["domain"] ?? maas.Domain;
        maas.Services = this["services"] is { } services ? Services(services) : null;
        foreach (var resolver in Addresses("dns_forward")) maas.DnsForwarders.Add(new IPEndPoint(resolver, 53));
        maas.Mode = this["mode"] is { } mode ? Mode(mode) : DhcpMode.Full;
        maas.AllowOtherDhcpServers = (this["other_dhcp"] ?? "wait") switch
        {
            "wait" => false,
            "allow" => true,
            var other => throw new FormatException($"--other-dhcp {other} is neither wait nor allow")
        };
        maas.KernelOptions = this["kernel_options"] ?? "";
        maas.Ephemeral.Mirror = this["mirror"] is { } mirror ? Address(mirror) : null;
        maas.Ephemeral.Suite = this["suite"] ?? maas.Ephemeral.Suite;
        maas.Ephemeral.PackageDirectory = this["packages"];
        maas.Ephemeral.Keyring = this["keyring"];
        maas.Ephemeral.KernelPackage = this["kernel"] ?? maas.Ephemeral.KernelPackage;
        if (this["bios"] is { } bios) maas.Programs = maas.Programs.With(BootArchitecture.X86Bios, bios);
        if (this["secure_boot"] is { } shim) maas.Programs = maas.Programs.WithSecureBoot(shim);
    }

    private IEnumerable<IPAddress> Addresses(string name) =>
        (this[name] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(text => IPAddress.TryParse(text, out var address)
                ? address
                : throw new FormatException($"--{name.Replace('_', '-')} {text} is no IP address"));

    private static IPNetwork Prefix6(string prefix) =>
        IPNetwork.TryParse(prefix, out var network) && network.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6
            ? network
            : throw new FormatException($"--prefix6 {prefix} is no IPv6 prefix such as fd00:77::/64");

    private static int Port(string listen) =>
        Uri.TryCreate(
            listen.Replace("//*", "//0.0.0.0", StringComparison.Ordinal).Replace("//+", "//0.0.0.0", StringComparison.Ordinal),
            UriKind.Absolute,
            out var uri)
            && uri.Scheme == "http"
            ? uri.Port
            : throw new FormatException(
                $"--listen {listen} is no URL such as http://0.0.0.0:5240 (firmware and the ephemeral environment speak plain http)");

    private static DhcpMode Mode(string mode) =>
        Enum.TryParse<DhcpMode>(mode, ignoreCase: true, out var parsed) && Enum.IsDefined(parsed)
            ? parsed
            : throw new FormatException($"--mode {mode} is none of full, proxy, observe");

    private static LinkServices Services(string services) =>
        Enum.TryParse<LinkServices>(services, ignoreCase: true, out var parsed) && (parsed & ~LinkServices.All) == 0
            ? parsed
            : throw new FormatException($"--services {services} is none of all, none, dns, time, syslog");

    private static Uri Address(string mirror) =>
        Uri.TryCreate(mirror, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" or "file"
            ? uri
            : throw new FormatException($"--mirror {mirror} is no http, https or file URL");
}
