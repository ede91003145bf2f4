using Maas.Core.Network.Interfaces;

namespace Maas.Core.Constraints;

/// <summary>One thing that is asked of an interface.</summary>
internal abstract record InterfaceCondition
{
    private InterfaceCondition() { }

    /// <summary>Whether an interface of a machine fulfils it.</summary>
    /// <param name="one">The interface.</param>
    /// <param name="hostname">The machine's host name.</param>
    public abstract bool Holds(NodeInterface one, string hostname);

    /// <summary>It is connected to one of these VLANs.</summary>
    /// <param name="Ids">Their numbers.</param>
    public sealed record OnVlan(IReadOnlySet<long> Ids) : InterfaceCondition
    {
        /// <inheritdoc/>
        public override bool Holds(NodeInterface one, string hostname) => one.Vlan is { } vlan && Ids.Contains(vlan);
    }

    /// <summary>It has a link to one of these subnets.</summary>
    /// <param name="Ids">Their numbers.</param>
    public sealed record OnSubnet(IReadOnlySet<long> Ids) : InterfaceCondition
    {
        /// <inheritdoc/>
        public override bool Holds(NodeInterface one, string hostname) =>
            one.Links.Any(link => link.Subnet is { } subnet && Ids.Contains(subnet));
    }

    /// <summary>Something else.</summary>
    /// <param name="Test">The condition.</param>
    public sealed record Other(Func<NodeInterface, string, bool> Test) : InterfaceCondition
    {
        /// <inheritdoc/>
        public override bool Holds(NodeInterface one, string hostname) => Test(one, hostname);
    }
}
