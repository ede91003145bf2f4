using Microsoft.Data.Sqlite;

namespace Maas.Sqlite;

/// <summary>A connection to the store's file that keeps its prepared statements.</summary>
/// <param name="connectionString">The file and how it is opened.</param>
internal sealed class StoreConnection(string connectionString) : SqliteConnection(connectionString)
{
    /// <summary>The prepared commands; they end with the connection.</summary>
    public CommandCache Commands { get; } = new();
}
