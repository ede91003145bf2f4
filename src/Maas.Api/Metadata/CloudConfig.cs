using System.Text.Json;
using Maas.Core.Accounts;
using Maas.Core.Configuration;

namespace Maas.Api.Metadata;

/// <summary>
/// Writes cloud-init's configuration for a machine. Values are JSON strings, which are YAML strings too, so nothing a name
/// contains can become structure.
/// </summary>
internal static class CloudConfig
{
    /// <summary>With the machine's key: for the machine itself only.</summary>
    /// <param name="token">The key.</param>
    /// <param name="baseUrl">Where the machine reaches this server: <c>http://10.0.0.1:5240/MAAS</c>.</param>
    /// <param name="network">
    /// The network configuration of the installed system; null when the image keeps its own, which asks DHCP servers.
    /// </param>
    /// <param name="proxy">The proxy of apt; null for none.</param>
    public static string For(MachineToken token, string baseUrl, string? network, PackageProxyAddress? proxy) => $"""
        #cloud-config
        datasource_list: [ MAAS ]
        datasource:
          MAAS:
            metadata_url: {Quote(baseUrl + "/metadata/")}
            consumer_key: {Quote(token.ConsumerKey)}
            token_key: {Quote(token.TokenKey)}
            token_secret: {Quote(token.TokenSecret.Reveal())}
        reporting:
          maas:
            type: webhook
            endpoint: {Quote($"{baseUrl}/metadata/status/{token.MachineId}")}
            consumer_key: {Quote(token.ConsumerKey)}
            token_key: {Quote(token.TokenKey)}
            token_secret: {Quote(token.TokenSecret.Reveal())}
        {Apt(proxy)}{(network is null ? "" : $"network: {network.ReplaceLineEndings(" ")}\n")}
        """;

    /// <summary>Without it: says where the service is, and no more.</summary>
    public static string WithoutSecrets(string metadataUrl) => $"""
        #cloud-config
        # The machine's key is given only for the one-time token of its boot script.
        datasource_list: [ MAAS ]
        datasource:
          MAAS:
            metadata_url: {Quote(metadataUrl)}

        """;

    // apt asks the http proxy for https addresses, too, unless its configuration says DIRECT.
    private static string Apt(PackageProxyAddress? proxy) => proxy is null ? "" : $"""
        apt:
          proxy: {Quote(proxy.Url.AbsoluteUri)}
        {(proxy.Tunnels ? "" : $"  conf: {Quote("Acquire::https::Proxy \"DIRECT\";")}\n")}
        """;

    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
