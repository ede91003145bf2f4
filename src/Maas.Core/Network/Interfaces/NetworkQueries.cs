namespace Maas.Core.Network.Interfaces;

/// <summary>Look-ups in a configuration, and copies of it with one object replaced.</summary>
internal static class NetworkQueries
{
    extension(NetworkConfig config)
    {
        public NodeInterface? Find(long id) => config.Interfaces.FirstOrDefault(one => one.Id == id);

        public IEnumerable<NodeInterface> ChildrenOf(long id) => config.Interfaces.Where(one => one.Parents.Contains(id));

        /// <summary>A link with its interface.</summary>
        public (NodeInterface Interface, InterfaceLink Link)? FindLink(long? id) =>
            config.Links.Where(item => item.Link.Id == id).Select(item => ((NodeInterface, InterfaceLink)?)item).FirstOrDefault();

        public IEnumerable<(NodeInterface Interface, InterfaceLink Link)> Links =>
            config.Interfaces.SelectMany(one => one.Links.Select(link => (one, link)));

        /// <summary>Whether an interface is built on another one, directly or through others, or is that one.</summary>
        public bool IsBuiltOn(long id, long below) =>
            id == below || (config.Find(id)?.Parents.Any(parent => config.IsBuiltOn(parent, below)) ?? false);

        public NetworkConfig With(NodeInterface changed) =>
            config with { Interfaces = [.. config.Interfaces.Select(one => one.Id == changed.Id ? changed : one)] };

        public NetworkConfig With(IReadOnlyList<long> interfaces, Func<NodeInterface, NodeInterface> edit) =>
            config with { Interfaces = [.. config.Interfaces.Select(one => interfaces.Contains(one.Id) ? edit(one) : one)] };

        /// <summary>The configuration without references to links and interfaces that are gone.</summary>
        public NetworkConfig Tidied() => config with
        {
            BootInterface = config.BootInterface is { } boot && config.Find(boot) is not null ? boot : null,
            DefaultGatewayIPv4 = config.FindLink(config.DefaultGatewayIPv4) is null ? null : config.DefaultGatewayIPv4,
            DefaultGatewayIPv6 = config.FindLink(config.DefaultGatewayIPv6) is null ? null : config.DefaultGatewayIPv6,
        };
    }
}
