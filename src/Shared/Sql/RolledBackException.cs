namespace Maas.Sql;

/// <summary>Rolls back a write that has written already, and carries its result to the store that asked for it.</summary>
internal sealed class RolledBackException<T>(T result) : Exception
{
    public T Result { get; } = result;
}
