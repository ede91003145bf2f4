using System.Globalization;
using System.Reflection;
using System.Text;
using Maas.Sql;
using Npgsql;

namespace Maas.Postgres;

/// <summary>A store's schema that a backup is restored into.</summary>
/// <param name="connection">A connection with a transaction, whose search path is the schema.</param>
/// <param name="schema">The schema; it exists.</param>
internal sealed class PostgresArchiveTarget(NpgsqlConnection connection, string schema) : IArchiveTarget
{
    /// <summary>The number of the newest schema of the store on SQLite, which has the same content.</summary>
    public static long NewestContents { get; } = long.Parse(
        typeof(PostgresArchiveTarget).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .First(each => each.Key == "MaasStoreContents").Value ?? "",
        CultureInfo.InvariantCulture);

    private readonly PostgresSession _session = new(connection);

    public string Engine => PostgresBackup.Engine;

    public long Newest => PostgresSchema.Version;

    public long Contents => NewestContents;

    public SqlSession Session => _session;

    public void Create(long version)
    {
        // Not the schema itself: its owner may not be allowed to create one, and others may have rights on it. Nor what an extension has
        // in it, which the extension needs.
        foreach (var drop in _session.Query(
            $"""
            SELECT 'DROP TABLE ' || quote_ident(relname) || ' CASCADE' FROM ({PostgresTables.NamesIn("current_schema()")}) AS t
            UNION ALL
            SELECT 'DROP ROUTINE ' || oid::regprocedure FROM pg_proc
            WHERE pronamespace = current_schema()::regnamespace AND {PostgresTables.IsOfNoExtension("pg_proc")}
            """,
            row => row.GetString(0)))
        {
            _session.Execute(drop);
        }

        PostgresSchema.Create(_session, (int)version);
    }

    public IReadOnlyList<ArchiveTable> ListTables() => PostgresTables.List(_session);

    public void CreateRecords(string table)
    {
        _session.Execute($"CREATE TABLE \"{table}\" ({SqlDialect.IdColumn}, version BIGINT NOT NULL, document TEXT NOT NULL)");
        // It differs from the declaration that is expected: the columns and indexes are made when the table is prepared.
        _session.Execute("INSERT INTO record_tables (name, declaration) VALUES (@table, 'restored')", ("@table", table));
    }

    public IArchiveRows Insert(ArchiveTable table) => new Rows(connection, table);

    public void SetLast(ArchiveTable table, long last)
    {
        if (PostgresTables.SequenceOf(_session, table.Name) is { } sequence) SetSequence(sequence, last);
    }

    public void Complete(ArchiveHeader header)
    {
        if (header.Epoch > 0)
        {
            _session.Execute("INSERT INTO record_epoch (value) VALUES (@epoch)", ("@epoch", header.Epoch));
            SetSequence(PostgresTables.SequenceOf(_session, "record_epoch")!, header.Epoch); // its column is an identity
        }

        // The transactions that wrote the leases are those of another server, whose numbers say nothing here. Where a hold has ended,
        // another client may have leased the address since: without a row, a host probes an IPv4 address of its link before it leases it.
        // IPv6 addresses and those behind relays are not probed by hosts; IPv6 clients look for duplicates themselves (RFC 4862).
        // A hold that has not ended is still its client's, and a claim of a reserve that no host will renew keeps its addresses from others
        // until it ends.
        foreach (var table in (string[])["dhcp_leases", "dhcp6_leases"])
        {
            if (!_session.ExecuteScalar<bool>($"SELECT to_regclass('{table}') IS NOT NULL")) continue;
            _session.Execute(
                $"""
                UPDATE {table} SET change = 0;
                DELETE FROM {table} WHERE held_until < (extract(epoch FROM clock_timestamp()) * 1000)::bigint
                """);
        }

        PostgresSchema.Advance(_session, schema);
    }

    private void SetSequence(string sequence, long last) =>
        _session.ExecuteScalar<long>("SELECT setval(@sequence::regclass, @last)", ("@sequence", sequence), ("@last", last));

    /// <summary>Rows in the text format of COPY, which PostgreSQL reads for any type.</summary>
    private sealed class Rows(NpgsqlConnection connection, ArchiveTable table) : IArchiveRows
    {
        private const int LargestPart = 64 * 1024;
        private readonly StringBuilder _text = new();
        private NpgsqlCopyTextWriter? _copy;

        public void Add(ReadOnlySpan<object?> values)
        {
            _copy ??= Begin();
            for (var at = 0; at < values.Length; at++)
            {
                if (at > 0) _text.Append('\t');
                Append(values[at]);
            }

            _text.Append('\n');
            if (_text.Length > LargestPart) Send();
        }

        public void End()
        {
            Send();
            _copy?.Dispose();
            _copy = null;
        }

        public void Dispose()
        {
            if (_copy is not { } copy) return;
            copy.Cancel();
            copy.Dispose();
            _copy = null;
        }

        private NpgsqlCopyTextWriter Begin()
        {
            var columns = string.Join(", ", table.Columns.Select(column => $"\"{column.Name}\""));
            return connection.BeginTextImport($"COPY \"{table.Name}\" ({columns}) FROM STDIN");
        }

        private void Send()
        {
            foreach (var part in _text.GetChunks()) _copy?.Write(part.Span);
            _text.Clear();
        }

        private void Append(object? value)
        {
            switch (value)
            {
                case null:
                    _text.Append("\\N");
                    break;
                case long number:
                    _text.Append(CultureInfo.InvariantCulture, $"{number}");
                    break;
                case byte[] bytes:
                    _text.Append("\\\\x").Append(Convert.ToHexStringLower(bytes));
                    break;
                case string text:
                    foreach (var letter in text)
                    {
                        _ = letter switch
                        {
                            '\\' => _text.Append("\\\\"),
                            '\n' => _text.Append("\\n"),
                            '\r' => _text.Append("\\r"),
                            '\t' => _text.Append("\\t"),
                            _ => _text.Append(letter),
                        };
                    }

                    break;
            }
        }
    }
}
