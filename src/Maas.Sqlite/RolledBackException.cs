using Maas.Core.Nodes;

namespace Maas.Sqlite;

/// <summary>
/// Rolls back a transaction that has written already, and carries its result; only <see cref="SqliteDatabase"/> catches it.
/// </summary>
internal sealed class RolledBackException(SaveResult result) : Exception
{
    public SaveResult Result { get; } = result;
}
