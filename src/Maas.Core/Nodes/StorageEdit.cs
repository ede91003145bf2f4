using Maas.Core.Storage;

namespace Maas.Core.Nodes;

/// <summary>Computes a change of a machine's storage.</summary>
/// <param name="machine">The machine as it is.</param>
/// <param name="config">Its storage as it is.</param>
/// <param name="ids">Assigns numbers and UUIDs.</param>
public delegate StorageResult StorageRule(Machine machine, StorageConfig config, IIdSource ids);

/// <summary>A change of a machine's storage, and who may make it when.</summary>
/// <param name="Rule">
/// The change: a function of its arguments that calls <see cref="IIdSource"/> equally often for equal arguments. It may be called more than
/// once.
/// </param>
public sealed record StorageEdit(StorageRule Rule)
{
    /// <summary>Whether the machine's owner may make it; otherwise it is for administrators only.</summary>
    public bool IsOwners { get; init; }

    /// <summary>Why the machine's status does not allow it, in words; <see langword="null"/> when it does. By default, any does.</summary>
    public Func<Machine, StorageConfig, string?> FindObstacle { get; init; } = (_, _) => null;
}
