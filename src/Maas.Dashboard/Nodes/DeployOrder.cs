using Maas.Core.Nodes;

namespace Maas.Dashboard.Nodes;

/// <summary>What a user chose in the deploy dialog.</summary>
/// <param name="Command">The command.</param>
/// <param name="Layout">The storage layout to apply before; empty to keep what is configured.</param>
/// <param name="Tags">Tags to add before; an unknown one is created.</param>
internal sealed record DeployOrder(MachineCommand.Deploy Command, string Layout, IReadOnlyList<string> Tags);
