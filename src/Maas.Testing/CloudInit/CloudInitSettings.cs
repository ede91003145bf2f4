using System.Diagnostics.CodeAnalysis;
using Maas.Testing.Http;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Maas.Testing.CloudInit;

/// <summary>What cloud-init reads from its configuration about the datasource MAAS and the webhook it reports to.</summary>
internal sealed record CloudInitSettings(Uri Metadata, NodeCredentials Key, Uri? Webhook, NodeCredentials? WebhookKey)
{
    /// <summary>Reads a cloud-config.</summary>
    public static bool TryParse(string cloudConfig, [NotNullWhen(true)] out CloudInitSettings? settings)
    {
        settings = null;
        var yaml = new YamlStream();
        try
        {
            yaml.Load(new StringReader(cloudConfig));
        }
        catch (YamlException)
        {
            return false;
        }

        if (yaml.Documents.Count == 0) return false;
        var root = yaml.Documents[0].RootNode;
        if (At(root, "datasource", "MAAS") is not { } source
            || !Uri.TryCreate(Text(source, "metadata_url"), UriKind.Absolute, out var metadata)
            || KeyIn(source) is not { } key) return false;

        var hook = (At(root, "reporting") as YamlMappingNode)?.Children.Values.FirstOrDefault(h => Text(h, "type") == "webhook");
        Uri? endpoint = null;
        if (hook is not null) Uri.TryCreate(Text(hook, "endpoint"), UriKind.Absolute, out endpoint);
        settings = new CloudInitSettings(metadata, key, endpoint, hook is null ? null : KeyIn(hook));
        return true;
    }

    private static NodeCredentials? KeyIn(YamlNode node) =>
        Text(node, "consumer_key") is { } consumer && Text(node, "token_key") is { } token && Text(node, "token_secret") is { } secret
            ? new(consumer, token, secret)
            : null;

    private static string? Text(YamlNode node, string name) => (At(node, name) as YamlScalarNode)?.Value;

    private static YamlNode? At(YamlNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
            node = node is YamlMappingNode map && map.Children.TryGetValue(new YamlScalarNode(name), out var child) ? child : null;
        return node;
    }
}
