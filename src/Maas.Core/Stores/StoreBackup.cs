namespace Maas.Core.Stores;

/// <summary>What a backup contains.</summary>
/// <param name="Engine">The database of the store that wrote it: <c>sqlite</c> or <c>postgresql</c>.</param>
/// <param name="Schema">The number of that store's schema.</param>
/// <param name="Created">When it was written.</param>
/// <param name="Tables">The tables.</param>
/// <param name="LeftOut">
/// Tables with rows that the other engine does not have, such as leases that are shared by several hosts; they were not restored. Empty for
/// a backup that was written.
/// </param>
public sealed record StoreBackup(
    string Engine, long Schema, DateTimeOffset Created, IReadOnlyList<StoreBackupTable> Tables, IReadOnlyList<string> LeftOut)
{
    /// <summary>The number of rows of all tables.</summary>
    public long Rows => Tables.Sum(table => table.Rows);
}
