using System.Data.Common;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Records;
using Maas.Core.Stores;

namespace Maas.Sql;

internal sealed class SqlMachineStore(
    SqlDatabase database, SqlMachineWriter writer, int changesKept, SqlEventLimit eventLimit, SqlRecordCatalog records)
    : IMachineStore
{
    private const string Columns = "m.number, m.version, m.document";

    private readonly MachineCache _cache = new();

    public Task<Machine?> GetAsync(SystemId id, CancellationToken cancellationToken) =>
        database.ReadAsync(session => ReadCommitted(session, id.ToString()), cancellationToken);

    public Task<Machine?> FindByMacAsync(MacAddress address, CancellationToken cancellationToken) => database.ReadAsync(
        session => session.ExecuteScalar<string>(
            "SELECT machine FROM machine_macs WHERE mac = @mac", ("@mac", address.ToString())) is { } id
            ? ReadCommitted(session, id)
            : null,
        cancellationToken);

    public Task<IReadOnlyList<Machine>> ListAsync(MachineFilter filter, CancellationToken cancellationToken) => database.ReadAsync(
        session =>
        {
            var (isNamed, where, parameters) = SqlMachineFilter.Build(session, filter);
            // What is skipped, or sorted, is not read.
            var sql = filter.Offset > 0 || filter.IsDescending
                ? $"""
                SELECT {Columns} FROM machines m WHERE m.number IN (
                    SELECT m.number FROM machines m {SqlMachineFilter.IndexOf(filter, isNamed, parameters)} {where}
                    {SqlMachineFilter.OrderAndLimit(filter)})
                {SqlMachineFilter.Order(filter)}
                """
                : $"""
                SELECT {Columns} FROM machines m {(filter.AfterHostname is null || isNamed ? "" : SqlDialect.BySearch)} {where}
                {SqlMachineFilter.OrderAndLimit(filter)}
                """;
            return (IReadOnlyList<Machine>)session.Query(sql, Read, [.. parameters]);
        },
        cancellationToken);

    public Task<IReadOnlyList<SystemId>> ListIdsAsync(MachineFilter filter, CancellationToken cancellationToken) => database.ReadAsync(
        session =>
        {
            var (isNamed, where, parameters) = SqlMachineFilter.Build(session, filter);
            return (IReadOnlyList<SystemId>)session.Query(
                $"""
                SELECT m.id FROM machines m {SqlMachineFilter.IndexOf(filter, isNamed, parameters)} {where}
                {SqlMachineFilter.OrderAndLimit(filter)}
                """,
                row => SystemId.Parse(row.GetString(0)),
                [.. parameters]);
        },
        cancellationToken);

    public Task<IReadOnlyList<MachineRevision>> ListRevisionsAsync(MachineFilter filter, CancellationToken cancellationToken) =>
        database.ReadAsync(
        session =>
        {
            var (isNamed, where, parameters) = SqlMachineFilter.Build(session, filter);
            var index = SqlMachineFilter.IndexOf(filter, isNamed, parameters);
            if (index != SqlDialect.ByRevisions && filter.AfterHostname is null) index = "";
            return (IReadOnlyList<MachineRevision>)session.Query(
                $"""
                SELECT m.id, m.number, m.version, m.results FROM machines m {index} {where}
                {SqlMachineFilter.OrderAndLimit(filter)}
                """,
                row => new MachineRevision(SystemId.Parse(row.GetString(0)), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)),
                [.. parameters]);
        },
        cancellationToken);

    public Task<IReadOnlyList<Machine>> ListCandidatesAsync(CandidateFilter filter, CancellationToken cancellationToken) =>
        database.ReadAsync(
            session =>
            {
                var (sql, parameters) = SqlCandidateFilter.Build(Columns, filter);
                return (IReadOnlyList<Machine>)session.Query(sql, Read, [.. parameters]);
            },
            cancellationToken);

    public Task<IReadOnlyDictionary<MachineStatus, int>> CountAsync(CancellationToken cancellationToken) => database.ReadAsync(
        session => (IReadOnlyDictionary<MachineStatus, int>)session
            .Query(
                "SELECT status, count(*) FROM machines GROUP BY status",
                row => KeyValuePair.Create((MachineStatus)row.GetSmall(0), row.GetSmall(1)))
            .ToDictionary(),
        cancellationToken);

    public Task<MachineCount> CountAsync(MachineFilter filter, MachineGrouping grouping, CancellationToken cancellationToken) =>
        database.ReadAsync(session => SqlMachineCount.Count(session, filter, grouping), cancellationToken);

    public Task<IReadOnlyList<SystemId>> ListOverdueAsync(DateTimeOffset now, CancellationToken cancellationToken) => database.ReadAsync(
        session => (IReadOnlyList<SystemId>)session.Query(
            "SELECT id FROM machines WHERE deadline <= @now ORDER BY deadline LIMIT 1000",
            row => SystemId.Parse(row.GetString(0)),
            ("@now", StoreTime.Write(now))),
        cancellationToken);

    public Task<IReadOnlyList<SystemId>> ListSilentAsync(DateTimeOffset since, CancellationToken cancellationToken) => database.ReadAsync(
        session => (IReadOnlyList<SystemId>)[.. session
            .Query(
                $"""
                SELECT {Columns} FROM machines m WHERE m.status = @status AND {SqlDialect.MadeItselfKnown} AND NOT EXISTS (
                    SELECT 1 FROM machine_macs a JOIN observations o ON o.mac = a.mac WHERE a.machine = m.id AND o.at >= @since)
                """,
                Read,
                ("@status", (int)MachineStatus.New), ("@since", StoreTime.Write(since)))
            .Where(machine => StoreRules.IsForgottenWhenSilent(machine, since))
            .Take(1000)
            .Select(machine => machine.Id)],
        cancellationToken);

    public async Task<SaveResult> SaveAsync(IReadOnlyList<MachineChange> changes, CancellationToken cancellationToken)
    {
        if (changes.Count == 0) return new SaveResult.Saved([]);
        var bytes = changes.SelectMany(change => change.Effects).OfType<MachineEffect.KeepUserData>()
            .Sum(effect => (long)effect.Body.Length);
        try
        {
            var result = await database.WriteAsync(
                session => writer.Save(session, changes), cancellationToken, bytes: bytes).ConfigureAwait(false);
            if (result is SaveResult.Saved) database.Changes.Raise();
            return result;
        }
        catch (RolledBackException<SaveResult> rolledBack)
        {
            return rolledBack.Result;
        }
    }

    public async Task<bool> DeleteAsync(MachineDeletion deletion, CancellationToken cancellationToken)
    {
        try
        {
            var isDeleted = await DeleteInTransactionAsync(deletion, cancellationToken).ConfigureAwait(false);
            if (isDeleted) database.Changes.Raise();
            return isDeleted;
        }
        catch (RolledBackException<bool> rolledBack)
        {
            return rolledBack.Result;
        }
    }

    private Task<bool> DeleteInTransactionAsync(MachineDeletion deletion, CancellationToken cancellationToken) =>
        database.WriteAsync(
            session =>
            {
                var id = deletion.Id.ToString();
                if (Get(session, id) is not { } machine || machine.Version != deletion.Version) return false;
                if (writer.Apply(session, deletion.Records) is not null) throw new RolledBackException<bool>(false);
                session.Execute("DELETE FROM machines WHERE id = @id", ("@id", id));
                SqlEventStore.Insert(
                    session, eventLimit, deletion.At, machine.Id, machine.Hostname, machine.Owner, null, deletion.Note);
                var change = new MachineChanged(0, deletion.At, machine.Id, machine.Version, machine.Status, null, null);
                SqlChangeHistory.Insert(session, change, changesKept);
                return true;
            },
            cancellationToken, WriteKind.Deletion);

    public Task<byte[]?> GetUserDataAsync(SystemId id, CancellationToken cancellationToken) => database.ReadAsync(
        session => session.ExecuteScalar<byte[]?>("SELECT body FROM user_data WHERE machine = @id", ("@id", id.ToString())),
        cancellationToken);

    public Task<IReadOnlyList<MachineChanged>> ReadChangesAsync(long after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(session => SqlChangeHistory.Read(session, after, limit), cancellationToken);

    public Task<long> GetLastChangeAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(SqlChangeHistory.Last, cancellationToken);

    public async Task WaitForChangeAsync(long after, CancellationToken cancellationToken)
    {
        // Taken before the look: a change that is saved in between raises this signal.
        var raised = database.Changes.NextAsync();
        if (await GetLastChangeAsync(cancellationToken).ConfigureAwait(false) > after) return;
        await raised.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task<RecordResult> ReplaceTagAsync(
        string name, string? replacement, RecordBatch batch, CancellationToken cancellationToken)
    {
        try
        {
            var result = await database.WriteAsync(
                session => ReplaceTag(session, name, replacement, batch),
                cancellationToken,
                replacement is null ? WriteKind.Deletion : WriteKind.Ordinary).ConfigureAwait(false);
            database.Changes.Raise();
            return result;
        }
        catch (RolledBackException<RecordResult> rolledBack)
        {
            return rolledBack.Result;
        }
    }

    public async Task<bool> DeleteUserAsync(
        string name, IReadOnlyList<MachineChange> machines, RecordBatch batch, CancellationToken cancellationToken)
    {
        try
        {
            await database.WriteAsync(
                session =>
                {
                    if (writer.Save(session, machines) is not SaveResult.Saved) throw new RolledBackException<bool>(false);
                    SqlRecordWriter.Save(session, records.Tables, batch, eventLimit);
                    if (SqlAccountStore.IsLastAdministrator(session, name)
                        || session.ExecuteScalar<long>("SELECT count(*) FROM machines WHERE owner = @name", ("@name", name)) > 0)
                        throw new RolledBackException<bool>(false);
                    return SqlAccountStore.DeleteUser(session, name);
                },
                cancellationToken, WriteKind.Deletion).ConfigureAwait(false);
            if (machines.Count > 0) database.Changes.Raise();
            return true;
        }
        catch (Exception exception)
            when (exception is RolledBackException<bool> or RolledBackException<SaveResult> or RolledBackException<RecordResult>)
        {
            return false;
        }
    }

    private RecordResult ReplaceTag(SqlSession session, string name, string? replacement, RecordBatch batch)
    {
        var result = SqlRecordWriter.Save(session, records.Tables, batch, eventLimit);
        var tagged = session.Query(
            $"SELECT {Columns} FROM machines m JOIN machine_tags t ON t.machine = m.id WHERE t.tag = @name ORDER BY m.number",
            Read,
            ("@name", name));
        writer.Save(session, [.. tagged.Select(machine => StoreRules.ReplaceTag(machine, name, replacement, batch.At))]);
        return result;
    }

    // The document only when it is not the one that was read last.
    private Machine? ReadCommitted(SqlSession session, string id)
    {
        var losses = database.Losses; // before the query
        var known = _cache.Find(id, losses);
        var machine = session.QuerySingleOrDefault(
            """
            SELECT number, version, CASE WHEN number = @number AND version = @version THEN NULL ELSE document END
            FROM machines WHERE id = @id
            """,
            row => row.IsDBNull(2) && known is not null ? known : Read(row),
            ("@number", known?.Number ?? 0), ("@version", known?.Version ?? 0), ("@id", id));
        if (machine is not null && !ReferenceEquals(machine, known)) _cache.Keep(id, machine, losses);
        return machine;
    }

    private static Machine? Get(SqlSession session, string id) => session.QuerySingleOrDefault(
        $"SELECT {Columns} FROM machines m WHERE m.id = @id", Read, ("@id", id));

    private static Machine Read(DbDataReader row)
    {
        var (number, version) = (row.GetInt64(0), row.GetInt64(1));
        return MachineDocument.Read(row.GetString(2), number, version);
    }
}
