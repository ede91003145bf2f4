namespace Maas.Core.Stores;

/// <summary>How far a backup or a restoration is.</summary>
/// <param name="Table">The table.</param>
/// <param name="Rows">How many of its rows are done.</param>
public sealed record StoreBackupProgress(string Table, long Rows);
