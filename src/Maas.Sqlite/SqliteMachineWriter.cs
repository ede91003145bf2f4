using System.Globalization;
using Maas.Core.Nodes;
using Maas.Core.Records;
using Maas.Core.Stores;
using Microsoft.Data.Sqlite;

namespace Maas.Sqlite;

/// <summary>Saves machines with their events and effects, within the caller's transaction.</summary>
/// <param name="changesKept">How many changes the history keeps.</param>
/// <param name="eventLimit">Bounds the events of each machine.</param>
/// <param name="records">The tables of records.</param>
internal sealed class SqliteMachineWriter(int changesKept, SqliteEventLimit eventLimit, SqliteRecordCatalog records)
{
    /// <summary>Saves all changes, or throws or returns the reason for none; the caller's savepoint is rolled back then.</summary>
    public SaveResult Save(SqliteConnection connection, IReadOnlyList<MachineChange> changes)
    {
        var saved = new List<Machine>(changes.Count);
        foreach (var change in changes)
        {
            // One change needs no savepoint: it is checked before anything is written.
            if (Check(connection, change, out var before) is { } refusal)
            {
                if (changes.Count > 1) throw new RolledBackException<SaveResult>(refusal);
                return refusal;
            }

            if (Apply(connection, change.Records) is { } refused)
                throw new RolledBackException<SaveResult>(new SaveResult.RecordRefused(refused));
            saved.Add(Save(connection, change, before));
        }

        return new SaveResult.Saved(saved);
    }

    /// <summary>Applies changes of records.</summary>
    /// <returns>Why one was refused, after which the caller rolls back; <see langword="null"/> when all were applied.</returns>
    public RecordResult? Apply(SqliteConnection connection, IReadOnlyList<RecordChange> changes) =>
        SqliteRecordWriter.Apply(connection, records.Tables, changes, out _);

    private static SaveResult? Check(SqliteConnection connection, MachineChange change, out Row before)
    {
        var machine = change.Machine;
        var id = machine.Id.ToString();
        before = default;
        if (change.CompletedPowerAction is { } action
            && connection.ExecuteScalar<long>(
            "SELECT count(*) FROM effects WHERE id = @action AND withdrawn = 0", ("@action", action)) == 0)
        {
            connection.Execute("DELETE FROM effects WHERE id = @action", ("@action", action));
            return new SaveResult.Superseded();
        }

        before = connection.Query(
            "SELECT version, owner, status FROM machines WHERE id = @id",
            row => new Row(row.GetInt64(0), row.GetStringOrNull(1), (MachineStatus)row.GetInt32(2)),
            ("@id", id)).SingleOrDefault();
        if (before.Version != machine.Version)
            return machine.Version == 0 ? new SaveResult.Taken("system_id", id) : new SaveResult.Conflict(machine.Id);
        if (FindTaken(connection, machine) is { } taken) return taken;
        return change.MostNew is { } most && CountNew(connection) >= most ? new SaveResult.Full() : null;
    }

    private static long CountNew(SqliteConnection connection) =>
        connection.ExecuteScalar<long>("SELECT count(*) FROM machines WHERE status = @status", ("@status", (int)MachineStatus.New));

    private Machine Save(SqliteConnection connection, MachineChange change, Row before)
    {
        var machine = StoreRules.NextVersion(change);
        var id = machine.Id.ToString();
        if (machine.Version == 1) machine = machine with { Number = Insert(connection, machine) };
        else Update(connection, machine);
        connection.Execute("DELETE FROM machine_macs WHERE machine = @id", ("@id", id));
        connection.Execute(
            "INSERT INTO machine_macs (mac, machine) SELECT value, @id FROM json_each(@macs)",
            ("@macs", JsonList.Of(machine.MacAddresses.Select(mac => mac.ToString()))), ("@id", id));
        connection.Execute("DELETE FROM machine_tags WHERE machine = @id", ("@id", id));
        connection.Execute(
            "INSERT INTO machine_tags (tag, machine) SELECT value, @id FROM json_each(@tags)",
            ("@tags", JsonList.Of(machine.Tags)), ("@id", id));

        var owner = StoreRules.EventOwner(change, before.Owner);
        foreach (var note in change.Events)
        {
            SqliteEventStore.Insert(
                connection, eventLimit, change.At, machine.Id, machine.Hostname, owner, machine.OperationId, note);
        }

        if (change.CompletedPowerAction is { } completed)
            connection.Execute("DELETE FROM effects WHERE id = @completed", ("@completed", completed));
        Apply(connection, id, change);
        MachineStatus? from = machine.Version == 1 ? null : before.Status;
        var changed = new MachineChanged(0, change.At, machine.Id, machine.Version, from, machine.Status, machine.OperationId);
        SqliteChangeHistory.Insert(connection, changed, changesKept);
        return machine;
    }

    private static SaveResult.Taken? FindTaken(SqliteConnection connection, Machine machine)
    {
        var id = machine.Id.ToString();
        var mac = connection.ExecuteScalar<string?>(
            "SELECT mac FROM machine_macs WHERE mac IN (SELECT value FROM json_each(@macs)) AND machine <> @id LIMIT 1",
            ("@macs", JsonList.Of(machine.MacAddresses.Select(address => address.ToString()))), ("@id", id));
        if (mac is not null) return new SaveResult.Taken("mac_addresses", mac);
        return connection.ExecuteScalar<long>(
            "SELECT count(*) FROM machines WHERE hostname = @Hostname AND id <> @id", ("@Hostname", machine.Hostname), ("@id", id)) > 0
            ? new SaveResult.Taken("hostname", machine.Hostname)
            : null;
    }

    private static long Insert(SqliteConnection connection, Machine machine) => connection.ExecuteScalar<long>(
        """
        INSERT INTO machines (id, hostname, domain, status, power_state, owner, token_key, agent_name, zone, pool, deadline, locked,
            architecture, cpu_count, memory, cost, disk_bytes, version, document)
        VALUES (@id, @hostname, @domain, @status, @powerState, @owner, @tokenKey, @agentName, @zone, @pool, @deadline, @locked,
            @architecture, @cpuCount, @memory, @cost, @diskBytes, @version, @document)
        RETURNING number
        """,
        Columns(machine));

    private static void Update(SqliteConnection connection, Machine machine) => connection.Execute(
        """
        UPDATE machines SET hostname = @hostname, domain = @domain, status = @status, power_state = @powerState, owner = @owner,
            token_key = @tokenKey, agent_name = @agentName, zone = @zone, pool = @pool, deadline = @deadline, locked = @locked,
            architecture = @architecture, cpu_count = @cpuCount, memory = @memory, cost = @cost, disk_bytes = @diskBytes,
            version = @version, document = @document
        WHERE id = @id
        """,
        Columns(machine));

    private static (string Name, object? Value)[] Columns(Machine machine) =>
    [
        ("@id", machine.Id.ToString()),
        ("@hostname", machine.Hostname),
        ("@domain", machine.Domain),
        ("@status", (int)machine.Status),
        ("@powerState", (int)machine.PowerState),
        ("@owner", machine.Owner),
        ("@tokenKey", machine.AllocatedByToken),
        ("@agentName", machine.AgentName),
        ("@zone", machine.ZoneId.ToString(CultureInfo.InvariantCulture)),
        ("@pool", machine.PoolId.ToString(CultureInfo.InvariantCulture)),
        ("@deadline", StoreTime.Write(machine.Deadline)),
        ("@locked", machine.Locked ? 1 : 0),
        ("@architecture", machine.Architecture),
        ("@cpuCount", machine.CpuCount),
        ("@memory", machine.MemoryMiB),
        ("@cost", CandidateRank.Of(machine).Cost),
        ("@diskBytes", CandidateRank.Of(machine).DiskBytes),
        ("@version", machine.Version),
        ("@document", MachineDocument.Write(machine)),
    ];

    private static void Apply(SqliteConnection connection, string id, MachineChange change)
    {
        if (change.Effects.Any(effect => effect is MachineEffect.Power or MachineEffect.CancelPower))
            SqlitePowerQueue.Update(connection, id, change);

        foreach (var effect in change.Effects)
        {
            switch (effect)
            {
                case MachineEffect.CloseScripts close:
                    connection.Execute(
                        """
                        UPDATE script_results SET status = @status, ended = @ended
                        WHERE machine = @id AND status IN (SELECT value FROM json_each(@unfinished))
                        """,
                        ("@id", id), ("@status", (int)close.Status), ("@ended", StoreTime.Write(change.At)),
                            ("@unfinished", SqliteScriptStore.Unfinished));
                    break;
                case MachineEffect.KeepUserData keep:
                    connection.Execute(
                        """
                        INSERT INTO user_data (machine, body) VALUES (@id, @body)
                        ON CONFLICT (machine) DO UPDATE SET body = excluded.body
                        """,
                        ("@id", id), ("@body", keep.Body.ToArray()));
                    break;
                case MachineEffect.ForgetUserData:
                    connection.Execute("DELETE FROM user_data WHERE machine = @id", ("@id", id));
                    break;
                case MachineEffect.RevokeCredentials:
                    connection.Execute("DELETE FROM node_tokens WHERE machine = @id", ("@id", id));
                    connection.Execute("DELETE FROM boot_tokens WHERE machine = @id", ("@id", id));
                    break;
                case MachineEffect.RevokeBootTokens:
                    connection.Execute("DELETE FROM boot_tokens WHERE machine = @id", ("@id", id));
                    break;
                default: // Scheduled scripts come as results to be, below; power is done above.
                    break;
            }
        }

        foreach (var script in change.Scripts) SqliteScriptStore.Insert(connection, script);
    }

    private readonly record struct Row(long Version, string? Owner, MachineStatus Status);
}
