using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Wire;
using Maas.Hosting.Leases;
using Microsoft.Data.Sqlite;

namespace Maas.Hosting.Tests.Leases;

/// <summary>Leases of version 0.1, in SQLite, are taken over by the journal.</summary>
public sealed class LeaseFilesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-leases");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public async Task Leases_in_SQLite_are_in_the_journal_after_the_first_start(int schema, bool isKilled)
    {
        WriteOld("leases.db", schema, isKilled);

        (await ReadAsync()).Should().BeEquivalentTo([Expected("10.0.0.5", schema), Expected("10.0.0.6", schema)]);

        File.Exists(PathOf("leases.db")).Should().BeFalse();
        File.Exists(PathOf("leases.db.migrated")).Should().BeTrue("the operator may want to go back");
        (await ReadAsync()).Should().HaveCount(2, "the next start reads the journal");
    }

    [Fact]
    public async Task A_take_over_that_a_crash_ended_begins_anew_and_a_finished_one_is_not_repeated()
    {
        WriteOld("leases.db", schema: 3);
        await File.WriteAllBytesAsync(PathOf("leases.journal.new"), [1, 2, 3], Token); // the crash came while it was written
        (await ReadAsync()).Should().HaveCount(2);

        File.Move(PathOf("leases.db.migrated"), PathOf("leases.db")); // the crash came before the old file lost its name
        await using (var journal = await LeaseFiles.OpenAsync(_folder.FullName, Token))
            await journal.WriteAsync(new[] { Expected("10.0.0.5", 3) with { State = LeaseState.Released } }, Token);
        (await ReadAsync()).Should().ContainSingle(lease => lease.State == LeaseState.Released, "the journal is newer");
        File.Exists(PathOf("leases.db")).Should().BeFalse();
    }

    [Fact]
    public async Task Leases_of_a_newer_program_are_refused_and_left_alone()
    {
        WriteOld("leases.db", schema: 3);
        Execute(PathOf("leases.db"), "PRAGMA user_version=99");

        await FluentActions.Awaiting(() => LeaseFiles.OpenAsync(_folder.FullName, Token)).Should().ThrowAsync<InvalidOperationException>()
            .WithMessage("*schema 99*");
        File.Exists(PathOf("leases.db")).Should().BeTrue();
    }

    [Fact]
    public async Task IPv6_leases_are_taken_over_too()
    {
        Execute(PathOf("leases6.db"), """
            CREATE TABLE lease6 (address BLOB PRIMARY KEY, client BLOB NOT NULL, association INTEGER NOT NULL, hardware BLOB,
              state INTEGER NOT NULL, since INTEGER NOT NULL, expires_at INTEGER NOT NULL, rule TEXT) STRICT;
            INSERT INTO lease6 VALUES (x'fd000077000000000000000000001005', x'00030001525400010203', 3735928559, x'01525400010203', 1,
              621355968000000000, 662380416000000000, 'a free address');
            PRAGMA user_version=1
            """);

        await using var journal = await LeaseFiles.Open6Async(_folder.FullName, Token);
        (await journal.ReadAsync(Token).ToListAsync(Token)).Should().BeEquivalentTo(
        [
            new Lease6
            {
                Address = IPAddress.Parse("fd00:77::1005"),
                Client = Duid.Of(HardwareAddress.Parse("52:54:00:01:02:03")),
                AssociationId = 0xdeadbeef,
                Hardware = HardwareAddress.Parse("52:54:00:01:02:03"),
                State = LeaseState.Bound,
                Since = DateTimeOffset.UnixEpoch,
                ExpiresAt = new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero),
                Rule = "a free address",
            },
        ]);
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private async Task<List<Lease>> ReadAsync()
    {
        await using var journal = await LeaseFiles.OpenAsync(_folder.FullName, Token);
        return await journal.ReadAsync(Token).ToListAsync(Token);
    }

    // As version 0.1 wrote it; a killed program leaves the rows in the write-ahead log.
    private void WriteOld(string name, int schema, bool isKilled = false)
    {
        var path = isKilled ? PathOf("live.db") : PathOf(name);
        using var connection = Open(path);
        Execute(connection, "PRAGMA journal_mode=WAL");
        Execute(connection, $"""
            CREATE TABLE lease (address INTEGER PRIMARY KEY, client BLOB NOT NULL, hardware BLOB NOT NULL, state INTEGER NOT NULL,
              since INTEGER NOT NULL, expires_at INTEGER NOT NULL, host_name TEXT{(schema >= 2 ? ", rule TEXT" : "")}
              {(schema >= 3 ? ", relay INTEGER" : "")}) STRICT;
            PRAGMA user_version={schema}
            """);
        foreach (var address in new[] { 167772165, 167772166 })
        {
            Execute(connection, $"""
                INSERT INTO lease VALUES (
                  {address}, x'01525400010203', x'01525400010203', 1, 621355968000000000, 662380416000000000, 'node-1'
                  {(schema >= 2 ? ", 'a free address'" : "")}{(schema >= 3 ? ", 167837697" : "")})
                """);
        }

        if (!isKilled) return;
        foreach (var suffix in new[] { "", "-wal" }) File.Copy(path + suffix, PathOf(name) + suffix);
    }

    private static Lease Expected(string address, int schema) => new()
    {
        Address = IPAddress.Parse(address),
        Client = new ClientIdentifier([1, 0x52, 0x54, 0, 1, 2, 3]),
        Hardware = HardwareAddress.Parse("52:54:00:01:02:03"),
        State = LeaseState.Bound,
        Since = DateTimeOffset.UnixEpoch,
        ExpiresAt = new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero),
        HostName = "node-1",
        Rule = schema >= 2 ? "a free address" : null,
        Relay = schema >= 3 ? IPAddress.Parse("10.1.0.1") : null,
    };

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection($"Data Source={path};Pooling=false");
        connection.Open();
        return connection;
    }

    private static void Execute(string path, string sql)
    {
        using var connection = Open(path);
        Execute(connection, sql);
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
