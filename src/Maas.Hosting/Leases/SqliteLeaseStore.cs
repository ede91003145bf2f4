using System.Buffers.Binary;
using System.Net;
using System.Runtime.CompilerServices;
using Maas.Boot;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp.Wire;
using Microsoft.Data.Sqlite;

namespace Maas.Hosting.Leases;

/// <summary>Boot's leases in SQLite: one row an address, one transaction for all the leases that came while the last one was written.</summary>
/// <remarks>
/// A file of its own beside the machines' store: a lease must be on disk before its ACK leaves, and shall not wait for a writer
/// that moves machines. WAL with <c>synchronous=FULL</c>: what has been committed survives the loss of power.
/// </remarks>
internal sealed class SqliteLeaseStore : ILeaseStore, IAsyncDisposable
{
    private const int SchemaVersion = 1;

    private const string Schema = """
        CREATE TABLE lease (
          address    INTEGER PRIMARY KEY, -- the address as a number, network byte order
          client     BLOB    NOT NULL,
          hardware   BLOB    NOT NULL,    -- one octet of type, then the address
          state      INTEGER NOT NULL,
          since      INTEGER NOT NULL,    -- ticks, UTC
          expires_at INTEGER NOT NULL,
          host_name  TEXT
        ) STRICT;
        """;

    private const string Upsert = """
        INSERT INTO lease (address, client, hardware, state, since, expires_at, host_name)
        VALUES ($address, $client, $hardware, $state, $since, $expires_at, $host_name)
        ON CONFLICT (address) DO UPDATE SET client = excluded.client, hardware = excluded.hardware, state = excluded.state,
          since = excluded.since, expires_at = excluded.expires_at, host_name = excluded.host_name
        """;

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _upsert;

    private SqliteLeaseStore(SqliteConnection connection)
    {
        _connection = connection;
        _upsert = connection.CreateCommand();
        _upsert.CommandText = Upsert;
        foreach (var name in (ReadOnlySpan<string>)["$address", "$client", "$hardware", "$state", "$since", "$expires_at", "$host_name"]) _upsert.Parameters.Add(new SqliteParameter { ParameterName = name });
    }

    /// <summary>Opens the file, and makes it when it is missing.</summary>
    /// <exception cref="InvalidOperationException">A newer version of this program wrote it.</exception>
    /// <exception cref="SqliteException">It is no such file, or cannot be opened.</exception>
    public static SqliteLeaseStore Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 2 }.ToString());
        try
        {
            connection.Open();
            Execute(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA locking_mode=EXCLUSIVE;");
            Migrate(connection, path);
            return new SqliteLeaseStore(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<Lease> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT address, client, hardware, state, since, expires_at, host_name FROM lease";
        using var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false)) yield return Read(rows);
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<Lease> leases, CancellationToken cancellationToken)
    {
        try
        {
            using var transaction = _connection.BeginTransaction();
            _upsert.Transaction = transaction;
            foreach (var lease in leases.Span) Write(lease);
            transaction.Commit();
            return ValueTask.CompletedTask;
        }
        catch (SqliteException exception)
        {
            return ValueTask.FromException(new IOException("The leases could not be written.", exception));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _upsert.DisposeAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private void Write(in Lease lease)
    {
        Span<byte> hardware = stackalloc byte[17];
        hardware[0] = lease.Hardware.Type;
        var length = 1 + lease.Hardware.CopyTo(hardware[1..]);
        Span<byte> address = stackalloc byte[4];
        lease.Address.TryWriteBytes(address, out _);
        object?[] values =
        [
            (long)BinaryPrimitives.ReadUInt32BigEndian(address), lease.Client.Octets.ToArray(), hardware[..length].ToArray(),
            (int)lease.State, lease.Since.UtcTicks, lease.ExpiresAt.UtcTicks, lease.HostName,
        ];
        for (var i = 0; i < values.Length; i++) _upsert.Parameters[i].Value = values[i] ?? DBNull.Value;
        _upsert.ExecuteNonQuery();
    }

    private static Lease Read(SqliteDataReader row)
    {
        Span<byte> address = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(address, (uint)row.GetInt64(0));
        var hardware = row.GetFieldValue<byte[]>(2);
        return new Lease
        {
            Address = new IPAddress(address),
            Client = new ClientIdentifier(row.GetFieldValue<byte[]>(1)),
            Hardware = new HardwareAddress(hardware[0], hardware.AsSpan(1)),
            State = (LeaseState)row.GetInt32(3),
            Since = new DateTimeOffset(row.GetInt64(4), TimeSpan.Zero),
            ExpiresAt = new DateTimeOffset(row.GetInt64(5), TimeSpan.Zero),
            HostName = row.IsDBNull(6) ? null : row.GetString(6),
        };
    }

    private static void Migrate(SqliteConnection connection, string path)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA user_version";
        var version = (long)command.ExecuteScalar()!; // the pragma always has a value
        if (version > SchemaVersion) throw new InvalidOperationException($"The leases in {path} have schema {version}; this program knows {SchemaVersion}. Use the newer program.");
        if (version == SchemaVersion) return;
        using var transaction = connection.BeginTransaction();
        Execute(connection, Schema, transaction);
        Execute(connection, $"PRAGMA user_version={SchemaVersion}", transaction);
        transaction.Commit();
    }

    private static void Execute(SqliteConnection connection, string sql, SqliteTransaction? transaction = null)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        command.ExecuteNonQuery();
    }
}
