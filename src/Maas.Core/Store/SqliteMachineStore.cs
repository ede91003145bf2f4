using System.Data.Common;
using System.Text.Json;
using Maas.Core.Nodes;
using Maas.Core.Events;
using Microsoft.Data.Sqlite;

namespace Maas.Core.Store;

internal sealed class SqliteMachineStore(SqliteDatabase database, int eventsPerMachine) : IMachineStore
{
    private const string Columns = "m.number, m.version, m.document";

    public Task<Machine?> GetAsync(SystemId id, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => Get(connection, id.ToString()), cancellationToken);

    public Task<Machine?> FindByMacAsync(MacAddress address, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.QuerySingleOrDefault(
            $"SELECT {Columns} FROM machines m JOIN machine_macs a ON a.machine = m.id WHERE a.mac = @mac", Read,
                ("@mac", address.ToString())),
        cancellationToken);

    public Task<IReadOnlyList<Machine>> ListAsync(MachineFilter filter, CancellationToken cancellationToken) => database.ReadAsync(
        connection =>
        {
            var (where, parameters) = SqliteMachineFilter.Build(filter);
            return (IReadOnlyList<Machine>)connection.Query(
                $"SELECT {Columns} FROM machines m {where} ORDER BY m.number", Read, [.. parameters]);
        },
        cancellationToken);

    public Task<IReadOnlyList<SystemId>> ListOverdueAsync(DateTimeOffset now, CancellationToken cancellationToken) => database.ReadAsync(
        connection => (IReadOnlyList<SystemId>)connection.Query(
            "SELECT id FROM machines WHERE deadline <= @now ORDER BY deadline LIMIT 1000",
            row => SystemId.Parse(row.GetString(0)),
            ("@now", StoreTime.Write(now))),
        cancellationToken);

    public Task<IReadOnlyList<SystemId>> ListSilentAsync(DateTimeOffset since, CancellationToken cancellationToken) => database.ReadAsync(
        connection => (IReadOnlyList<SystemId>)[.. connection
            .Query(
                $"""
                SELECT {Columns} FROM machines m WHERE m.status = @status AND m.document ->> 'MadeItselfKnown' AND NOT EXISTS (
                    SELECT 1 FROM machine_macs a JOIN observations o ON o.mac = a.mac WHERE a.machine = m.id AND o.at >= @since)
                """,
                Read,
                ("@status", (int)MachineStatus.New), ("@since", StoreTime.Write(since)))
            .Where(machine => machine.StatusSince < since)
            .Take(1000)
            .Select(machine => machine.Id)],
        cancellationToken);

    public Task<SaveResult> SaveAsync(MachineChange change, CancellationToken cancellationToken) =>
        database.WriteAsync(
            connection => SqliteMachineWriter.Save(connection, change, eventsPerMachine), cancellationToken,
                bytes: change.Effects.OfType<MachineEffect.KeepUserData>().Sum(effect => (long)effect.Body.Length));

    public Task<bool> DeleteAsync(SystemId id, long version, EventNote note, DateTimeOffset at, CancellationToken cancellationToken) =>
        database.WriteAsync(
        connection =>
        {
            if (Get(connection, id.ToString()) is not { } machine || machine.Version != version) return false;
            connection.Execute("DELETE FROM machines WHERE id = @id", ("@id", id.ToString()));
            SqliteEventStore.Insert(connection, eventsPerMachine, at, machine.Id, machine.Hostname, machine.Owner, null, note);
            return true;
        },
        cancellationToken, WriteKind.Deletion);

    public Task<string?> GetPowerFailureAsync(SystemId id, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.ExecuteScalar<string?>(
            "SELECT failure FROM effects WHERE machine = @id AND failure IS NOT NULL AND withdrawn = 0 ORDER BY id LIMIT 1",
                ("@id", id.ToString())),
        cancellationToken);

    public Task<byte[]?> GetUserDataAsync(SystemId id, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.ExecuteScalar<byte[]?>("SELECT body FROM user_data WHERE machine = @id", ("@id", id.ToString())),
        cancellationToken);

    public Task<IReadOnlyList<Tag>> ListTagsAsync(CancellationToken cancellationToken) => database.ReadAsync(
        connection => (IReadOnlyList<Tag>)connection.Query(
            "SELECT name, comment, kernel_options FROM tags ORDER BY name", row =>
                new Tag(row.GetString(0), row.GetString(1), row.GetString(2))),
        cancellationToken);

    public Task SaveTagAsync(Tag tag, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.Execute(
            """
            INSERT INTO tags (name, comment, kernel_options) VALUES (@Name, @Comment, @KernelOptions)
            ON CONFLICT (name) DO UPDATE SET comment = excluded.comment, kernel_options = excluded.kernel_options
            """,
            ("@Name", tag.Name), ("@Comment", tag.Comment), ("@KernelOptions", tag.KernelOptions)),
        cancellationToken);

    public Task<bool> RenameTagAsync(string name, Tag renamed, DateTimeOffset at, CancellationToken cancellationToken) =>
        database.WriteAsync(
        connection =>
        {
            if (connection.ExecuteScalar<long>("SELECT count(*) FROM tags WHERE name = @Name", ("@Name", renamed.Name)) > 0) return false;
            var changed = connection.Execute(
                "UPDATE tags SET name = @Name, comment = @Comment, kernel_options = @KernelOptions WHERE name = @old",
                ("@Name", renamed.Name), ("@Comment", renamed.Comment), ("@KernelOptions", renamed.KernelOptions), ("@old", name));
            if (changed == 0) return false;
            var tagged = connection.Query(
                $"SELECT {Columns} FROM machines m JOIN machine_tags t ON t.machine = m.id WHERE t.tag = @name", Read, ("@name", name));
            foreach (var machine in tagged)
            {
                List<string> tags = [.. machine.Tags.Where(tag => tag != name).Append(renamed.Name).Distinct(StringComparer.Ordinal)
                    .Order(StringComparer.Ordinal)];
                SqliteMachineWriter.Save(connection, new MachineChange { Machine = machine with { Tags = tags }, At = at },
                    eventsPerMachine);
            }

            return true;
        },
        cancellationToken);

    public Task<bool> DeleteTagAsync(string name, CancellationToken cancellationToken) =>
        database.WriteAsync(connection =>
        connection.Execute("DELETE FROM tags WHERE name = @name", ("@name", name)) > 0, cancellationToken, WriteKind.Deletion);

    private static Machine? Get(SqliteConnection connection, string id) => connection.QuerySingleOrDefault(
        $"SELECT {Columns} FROM machines m WHERE m.id = @id", Read, ("@id", id));

    private static Machine Read(DbDataReader row)
    {
        var (number, version) = (row.GetInt64(0), row.GetInt64(1));
        var machine = JsonSerializer.Deserialize(row.GetString(2), CoreJson.Default.Machine)
            ?? throw new InvalidDataException($"The document of machine {number} is empty.");
        return machine with { Number = number, Version = version };
    }
}
