namespace Maas.Core;

/// <summary>
/// Assigns the numbers and UUIDs of new objects in a node's configuration. A number is unique among all nodes and is never used again,
/// because clients keep it. The rules take it as a parameter, so that they have no other input than their arguments.
/// </summary>
public interface IIdSource
{
    /// <summary>The next number of a kind.</summary>
    long NextId(IdKind kind);

    /// <summary>A new random UUID (version 4).</summary>
    Guid NextUuid();
}
