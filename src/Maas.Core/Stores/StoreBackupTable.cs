namespace Maas.Core.Stores;

/// <summary>A table of a backup.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Digest">SHA-256 of its rows in the order of their keys, in hexadecimal; the same for the same rows on both engines.</param>
public sealed record StoreBackupTable(string Name, long Rows, string Digest);
