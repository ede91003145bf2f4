using System.Globalization;
using Maas.Core.Nodes;
using Maas.Core.Records;
using Maas.Core.Stores;

namespace Maas.Sql;

/// <summary>Saves machines with their events and effects, within the caller's transaction.</summary>
/// <param name="changesKept">How many changes the history keeps.</param>
/// <param name="eventLimit">Bounds the events of each machine.</param>
/// <param name="records">The tables of records.</param>
internal sealed class SqlMachineWriter(int changesKept, SqlEventLimit eventLimit, SqlRecordCatalog records)
{
    /// <summary>Saves all changes, or throws or returns the reason for none; the caller's savepoint is rolled back then.</summary>
    public SaveResult Save(SqlSession session, IReadOnlyList<MachineChange> changes)
    {
        var saved = new List<Machine>(changes.Count);
        foreach (var change in changes)
        {
            // One change needs no savepoint: it is checked before anything is written.
            if (Check(session, change, out var before) is { } refusal)
            {
                if (changes.Count > 1) throw new RolledBackException<SaveResult>(refusal);
                return refusal;
            }

            if (Apply(session, change.Records) is { } refused)
                throw new RolledBackException<SaveResult>(new SaveResult.RecordRefused(refused));
            saved.Add(Save(session, change, before));
        }

        return new SaveResult.Saved(saved);
    }

    /// <summary>Applies changes of records.</summary>
    /// <returns>Why one was refused, after which the caller rolls back; <see langword="null"/> when all were applied.</returns>
    public RecordResult? Apply(SqlSession session, IReadOnlyList<RecordChange> changes) =>
        SqlRecordWriter.Apply(session, records.Tables, changes, out _);

    private static SaveResult? Check(SqlSession session, MachineChange change, out Row before)
    {
        var machine = change.Machine;
        var id = machine.Id.ToString();
        before = default;
        if (change.CompletedPowerAction is { } action
            && session.ExecuteScalar<long>(
            "SELECT count(*) FROM effects WHERE id = @action AND claim = @claim AND withdrawn = 0",
            ("@action", action.Action), ("@claim", action.Claim)) == 0)
        {
            session.Execute(
                "DELETE FROM effects WHERE id = @action AND claim = @claim", ("@action", action.Action), ("@claim", action.Claim));
            return new SaveResult.Superseded();
        }

        before = session.Query(
            "SELECT version, owner, status FROM machines WHERE id = @id",
            row => new Row(row.GetInt64(0), row.GetStringOrNull(1), (MachineStatus)row.GetSmall(2)),
            ("@id", id)).SingleOrDefault();
        if (before.Version != machine.Version)
            return machine.Version == 0 ? new SaveResult.Taken("system_id", id) : new SaveResult.Conflict(machine.Id);
        if (FindTaken(session, machine) is { } taken) return taken;
        return change.MostNew is { } most && CountNew(session) >= most ? new SaveResult.Full() : null;
    }

    private static long CountNew(SqlSession session) =>
        session.ExecuteScalar<long>("SELECT count(*) FROM machines WHERE status = @status", ("@status", (int)MachineStatus.New));

    private Machine Save(SqlSession session, MachineChange change, Row before)
    {
        var machine = StoreRules.NextVersion(change);
        var id = machine.Id.ToString();
        if (machine.Version == 1) machine = machine with { Number = Insert(session, machine) };
        else Update(session, machine);
        session.Execute("DELETE FROM machine_macs WHERE machine = @id", ("@id", id));
        session.Execute(
            $"INSERT INTO machine_macs (mac, machine) SELECT value, @id FROM {SqlDialect.Texts}(@macs)",
            ("@macs", JsonList.Of(machine.MacAddresses.Select(mac => mac.ToString()))), ("@id", id));
        session.Execute("DELETE FROM machine_tags WHERE machine = @id", ("@id", id));
        session.Execute(
            $"INSERT INTO machine_tags (tag, machine) SELECT value, @id FROM {SqlDialect.Texts}(@tags)",
            ("@tags", JsonList.Of(machine.Tags)), ("@id", id));

        var owner = StoreRules.EventOwner(change, before.Owner);
        foreach (var note in change.Events)
        {
            SqlEventStore.Insert(
                session, eventLimit, change.At, machine.Id, machine.Hostname, owner, machine.OperationId, note);
        }

        if (change.CompletedPowerAction is { } completed)
            session.Execute("DELETE FROM effects WHERE id = @completed", ("@completed", completed.Action));
        Apply(session, id, change);
        MachineStatus? from = machine.Version == 1 ? null : before.Status;
        var changed = new MachineChanged(0, change.At, machine.Id, machine.Version, from, machine.Status, machine.OperationId);
        SqlChangeHistory.Insert(session, changed, changesKept);
        return machine;
    }

    private static SaveResult.Taken? FindTaken(SqlSession session, Machine machine)
    {
        var id = machine.Id.ToString();
        var mac = session.ExecuteScalar<string?>(
            $"SELECT mac FROM machine_macs WHERE mac IN (SELECT value FROM {SqlDialect.Texts}(@macs)) AND machine <> @id LIMIT 1",
            ("@macs", JsonList.Of(machine.MacAddresses.Select(address => address.ToString()))), ("@id", id));
        if (mac is not null) return new SaveResult.Taken("mac_addresses", mac);
        return session.ExecuteScalar<long>(
            "SELECT count(*) FROM machines WHERE hostname = @Hostname AND id <> @id", ("@Hostname", machine.Hostname), ("@id", id)) > 0
            ? new SaveResult.Taken("hostname", machine.Hostname)
            : null;
    }

    private static long Insert(SqlSession session, Machine machine) => session.ExecuteScalar<long>(
        """
        INSERT INTO machines (id, hostname, domain, status, power_state, owner, token_key, agent_name, zone, pool, deadline, locked,
            architecture, cpu_count, memory, cost, disk_bytes, search, version, document)
        VALUES (@id, @hostname, @domain, @status, @powerState, @owner, @tokenKey, @agentName, @zone, @pool, @deadline, @locked,
            @architecture, @cpuCount, @memory, @cost, @diskBytes, @search, @version, @document)
        RETURNING number
        """,
        Columns(machine));

    private static void Update(SqlSession session, Machine machine) => session.Execute(
        """
        UPDATE machines SET hostname = @hostname, domain = @domain, status = @status, power_state = @powerState, owner = @owner,
            token_key = @tokenKey, agent_name = @agentName, zone = @zone, pool = @pool, deadline = @deadline, locked = @locked,
            architecture = @architecture, cpu_count = @cpuCount, memory = @memory, cost = @cost, disk_bytes = @diskBytes,
            search = @search, version = @version, document = @document
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
        ("@search", StoreRules.SearchText(machine)),
        ("@version", machine.Version),
        ("@document", MachineDocument.Write(machine)),
    ];

    private static void Apply(SqlSession session, string id, MachineChange change)
    {
        if (change.Effects.Any(effect => effect is MachineEffect.Power or MachineEffect.CancelPower))
            SqlPowerQueue.Update(session, id, change);

        foreach (var effect in change.Effects)
        {
            switch (effect)
            {
                case MachineEffect.CloseScripts close:
                    session.Execute(
                        $"""
                        UPDATE script_results SET status = @status, ended = @ended
                        WHERE machine = @id AND status IN (SELECT value FROM {SqlDialect.Numbers}(@unfinished))
                        """,
                        ("@id", id), ("@status", (int)close.Status), ("@ended", StoreTime.Write(change.At)),
                            ("@unfinished", SqlScriptStore.Unfinished));
                    break;
                case MachineEffect.KeepUserData keep:
                    session.Execute(
                        """
                        INSERT INTO user_data (machine, body) VALUES (@id, @body)
                        ON CONFLICT (machine) DO UPDATE SET body = excluded.body
                        """,
                        ("@id", id), ("@body", keep.Body.ToArray()));
                    break;
                case MachineEffect.ForgetUserData:
                    session.Execute("DELETE FROM user_data WHERE machine = @id", ("@id", id));
                    break;
                case MachineEffect.RevokeCredentials:
                    session.Execute("DELETE FROM node_tokens WHERE machine = @id", ("@id", id));
                    session.Execute("DELETE FROM boot_tokens WHERE machine = @id", ("@id", id));
                    break;
                case MachineEffect.RevokeBootTokens:
                    session.Execute("DELETE FROM boot_tokens WHERE machine = @id", ("@id", id));
                    break;
                default: // Scheduled scripts come as results to be, below; power is done above.
                    break;
            }
        }

        foreach (var script in change.Scripts) SqlScriptStore.Insert(session, script);
    }

    private readonly record struct Row(long Version, string? Owner, MachineStatus Status);
}
