namespace Maas.Core.Tests;

/// <summary>Numbers from 1 for each kind, and UUIDs that count.</summary>
public sealed class SequentialIds : IIdSource
{
    private readonly Dictionary<IdKind, long> _last = [];
    private int _uuids;

    public long NextId(IdKind kind) => _last[kind] = _last.GetValueOrDefault(kind) + 1;

    public Guid NextUuid() => new(++_uuids, 0, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, 0);
}
