using Maas.Core.Network.Interfaces;

namespace Maas.Core.Constraints;

/// <summary>What is asked of the interfaces of a machine together.</summary>
/// <param name="Condition">What one of them must fulfil.</param>
/// <param name="IsNegated">Whether none of them may fulfil it instead.</param>
internal sealed record NetworkConstraint(InterfaceCondition Condition, bool IsNegated)
{
    /// <summary>Whether a machine fits.</summary>
    /// <param name="config">Its interfaces.</param>
    /// <param name="hostname">Its host name.</param>
    public bool Matches(NetworkConfig config, string hostname) =>
        config.Interfaces.Any(one => Condition.Holds(one, hostname)) != IsNegated;
}
