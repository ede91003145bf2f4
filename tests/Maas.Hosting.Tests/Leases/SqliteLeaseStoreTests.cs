using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Wire;
using Maas.Hosting.Leases;
using Microsoft.Data.Sqlite;

namespace Maas.Hosting.Tests.Leases;

public sealed class SqliteLeaseStoreTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-leases");

    private string FilePath => Path.Combine(_folder.FullName, "leases.db");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task What_was_written_is_read_after_reopening_and_the_last_write_of_an_address_counts()
    {
        var (first, second) = (Lease("10.0.0.5", LeaseState.Bound, "node-1"), Lease("10.0.0.6", LeaseState.Quarantined, null));
        await using (var store = SqliteLeaseStore.Open(FilePath))
        {
            await store.WriteAsync(new[] { first, second, first with { State = LeaseState.Released } }, default);
        }

        await using var reopened = SqliteLeaseStore.Open(FilePath);
        var leases = await reopened.ReadAsync(default).ToListAsync();
        leases.Should().BeEquivalentTo([first with { State = LeaseState.Released }, second], options => options.ComparingByValue<Lease>());
    }

    [Fact]
    public async Task A_second_server_on_the_same_leases_is_refused()
    {
        await using var store = SqliteLeaseStore.Open(FilePath);
        await store.WriteAsync(new[] { Lease("10.0.0.5", LeaseState.Bound, null) }, default);
        FluentActions.Invoking(() => SqliteLeaseStore.Open(FilePath)).Should().Throw<SqliteException>();
    }

    [Fact]
    public async Task Leases_of_a_newer_program_are_refused_and_left_alone()
    {
        await using (SqliteLeaseStore.Open(FilePath))
        {
        }

        using (var connection = new SqliteConnection($"Data Source={FilePath};Pooling=false"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version=99";
            command.ExecuteNonQuery();
        }

        FluentActions.Invoking(() => SqliteLeaseStore.Open(FilePath)).Should().Throw<InvalidOperationException>()
            .WithMessage("*schema 99*");
    }

    [Fact]
    public async Task Leases_of_the_schema_before_are_kept_and_can_be_written()
    {
        var known = Lease("10.0.0.5", LeaseState.Bound, "node-1");
        await using (var store = SqliteLeaseStore.Open(FilePath)) await store.WriteAsync(new[] { known }, default);
        using (var connection = new SqliteConnection($"Data Source={FilePath};Pooling=false"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "ALTER TABLE lease DROP COLUMN relay; ALTER TABLE lease DROP COLUMN rule; PRAGMA user_version=1";
            command.ExecuteNonQuery();
        }

        var added = Lease("10.0.0.6", LeaseState.Bound, null);
        await using (var store = SqliteLeaseStore.Open(FilePath)) await store.WriteAsync(new[] { added }, default);
        await using var reopened = SqliteLeaseStore.Open(FilePath);
        (await reopened.ReadAsync(default).ToListAsync()).Should()
            .BeEquivalentTo([known with { Rule = null }, added], options => options.ComparingByValue<Lease>());
    }

    private static Lease Lease(string address, LeaseState state, string? hostName) => new()
    {
        Address = IPAddress.Parse(address),
        Client = new ClientIdentifier([1, 0x52, 0x54, 0, 1, 2, 3]),
        Hardware = HardwareAddress.Parse("52:54:00:01:02:03"),
        State = state,
        Since = new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero),
        ExpiresAt = new DateTimeOffset(2026, 11, 22, 1, 0, 0, TimeSpan.Zero),
        HostName = hostName,
        Rule = "a free address",
    };
}
