namespace Maas.Sql;

/// <summary>A store that a backup is restored into, within one transaction.</summary>
internal interface IArchiveTarget
{
    /// <summary>The database.</summary>
    string Engine { get; }

    /// <summary>The number of its newest schema.</summary>
    long Newest { get; }

    /// <summary>The number of the content of its newest schema; see <see cref="ArchiveHeader.Contents"/>.</summary>
    long Contents { get; }

    /// <summary>The connection.</summary>
    SqlSession Session { get; }

    /// <summary>Creates the tables as a schema has them, without rows.</summary>
    void Create(long schema);

    /// <summary>The tables that there are.</summary>
    IReadOnlyList<ArchiveTable> ListTables();

    /// <summary>Creates a table of records.</summary>
    void CreateRecords(string table);

    /// <summary>Begins to insert rows.</summary>
    IArchiveRows Insert(ArchiveTable table);

    /// <summary>Sets the last number that was assigned in a table.</summary>
    void SetLast(ArchiveTable table, long last);

    /// <summary>Sets the epoch of records, checks what refers to other tables, and brings the schema up to date.</summary>
    void Complete(ArchiveHeader header);
}

/// <summary>Rows that are being inserted. They are in the table after <see cref="End"/>; without it none is.</summary>
internal interface IArchiveRows : IDisposable
{
    /// <summary>Inserts a row.</summary>
    void Add(ReadOnlySpan<object?> values);

    /// <summary>Inserts what was added.</summary>
    void End();
}
