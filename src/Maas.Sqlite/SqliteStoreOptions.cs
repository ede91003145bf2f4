using System.ComponentModel.DataAnnotations;
using Maas.Core;

namespace Maas.Sqlite;

/// <summary>Where <see cref="SqliteMaasStore"/> keeps its file.</summary>
public sealed class SqliteStoreOptions
{
    /// <summary>A store in memory, which is gone when it is closed: for tests and demonstrations.</summary>
    public const string InMemory = ":memory:";

    /// <summary>Path of the SQLite file, created with mode 0600 when missing; or <see cref="InMemory"/>, the default.</summary>
    [Required]
    public string DataSource { get; set; } = InMemory;

    /// <summary>
    /// Bytes of the file's disk that are kept for deletions, and for what other programs write beside the store; of a small disk, at most a
    /// twentieth of it. With less than that left, anything but a deletion is refused with <see cref="StoreFullException"/>.
    /// 64 MiB by default; 0 keeps none.
    /// </summary>
    [Range(0, long.MaxValue)]
    public long SpareBytes { get; set; } = 64L * 1024 * 1024;

    /// <summary>Measures the free and the total bytes of the disk, for tests.</summary>
    internal Func<(long Free, long Total)>? MeasureDisk { get; set; }
}
