using Maas.Core.Network.Interfaces;
using Maas.Core.Storage;

namespace Maas.Core.Nodes;

/// <summary>A copy of one machine's configuration to another (<see cref="NodeConfigs.CloneAsync"/>).</summary>
/// <param name="Source">The configuration of the machine that is copied.</param>
public sealed record NodeConfigCopy(NodeConfig Source)
{
    /// <summary>Whether storage is copied (<see cref="StorageCloning"/>).</summary>
    public bool Storage { get; init; }

    /// <summary>Whether interfaces are copied (<see cref="InterfaceCloning"/>).</summary>
    public bool Interfaces { get; init; }

    /// <summary>Why the status of the destination does not allow it; <see langword="null"/> when it does. By default, any does.</summary>
    public Func<Machine, string?> FindObstacle { get; init; } = _ => null;

    /// <summary>Why a machine cannot have the copy: the field at fault, and the reason; <see langword="null"/> when it can.</summary>
    /// <param name="destination">The configuration of the machine.</param>
    public (string Field, string Reason)? FindFault(NodeConfig destination)
    {
        var ids = new NoIds();
        return Storage && StorageCloning.Clone(Source.Storage, destination.Storage, ids) is StorageResult.Refused storage
            ? (storage.Field, storage.Message)
            : Interfaces && InterfaceCloning.Clone(Source.Network, destination.Network, ids) is NetworkResult.Refused network
                ? (network.Field, network.Message) : null;
    }

    /// <summary>Numbers for a configuration that is not kept.</summary>
    private sealed class NoIds : IIdSource
    {
        private long _last;

        public long NextId(IdKind kind) => ++_last;

        public Guid NextUuid() => Guid.Empty;
    }
}
