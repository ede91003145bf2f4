using System.Data.Common;
using Maas.Core;
using Maas.Core.Events;

namespace Maas.Sql;

internal sealed class SqlEventStore(SqlDatabase database, SqlEventLimit limit) : IEventStore
{
    private const int TidyInterval = 50;

    private const string Insertion =
        """
        INSERT INTO events (at, machine, hostname, owner, operation_id, level, type, description, username)
        VALUES (@at, @machine, @hostname, @owner, @operation, @level, @Type, @Description, @Username)
        """;

    public Task<Event> WriteAsync(DateTimeOffset at, SystemId? machine, EventNote note, CancellationToken cancellationToken) =>
        database.WriteAsync(
        session =>
        {
            var known = machine is { } of
                ? session.Query(
                    $"SELECT hostname, {SqlDialect.OperationId}, owner FROM machines WHERE id = @id",
                    row => (Hostname: row.GetString(0), Operation: row.GetStringOrNull(1), Owner: row.GetStringOrNull(2)),
                    ("@id", of.ToString())).SingleOrDefault()
                : default;
            Guid? operation = Guid.TryParse(known.Operation, out var guid) ? guid : null;
            session.BeginNumbers();
            var id = session.ExecuteScalar<long>(
                Insertion + " RETURNING id", Parameters(at, machine, known.Hostname ?? "", known.Owner, operation, note));
            limit.Apply(session, machine, note.Level is EventLevel.Audit);
            return new Event(id, at, machine, known.Hostname ?? "", operation, note);
        },
        cancellationToken);

    public Task<IReadOnlyList<Event>> QueryAsync(EventQuery query, CancellationToken cancellationToken) => database.ReadAsync(
        session =>
        {
            var (sql, parameters) = Select(query);
            var rows = session.Query(sql, Read, [.. parameters]);
            if (query.After is not null) rows.Reverse();
            return (IReadOnlyList<Event>)rows;
        },
        cancellationToken);

    public Task<int> DeleteOfDeletedMachinesAsync(int keep, DateTimeOffset? since, CancellationToken cancellationToken) =>
        SqlEventRetention.ApplyAsync(database, keep, since, cancellationToken);

    public Task ObserveAsync(Observation observation, int perAddress, int inAll, CancellationToken cancellationToken) =>
        database.WriteAsync(
        session =>
        {
            var mac = observation.MacAddress.ToString();
            var id = session.ExecuteScalar<long>(
                "INSERT INTO observations (at, mac, kind, text) VALUES (@at, @mac, @Kind, @Text) RETURNING id",
                ("@at", StoreTime.Write(observation.At)), ("@mac", mac), ("@Kind", observation.Kind), ("@Text", observation.Text));
            // What machines say themselves is counted apart: they say as much as they like.
            var isSaid = observation.Kind == Observation.Syslog;
            if (id % TidyInterval == 0)
            {
                foreach (var said in (bool[])[true, false])
                {
                    session.Execute(
                        """
                        DELETE FROM observations WHERE (kind = @Said) = @isSaid
                        AND id <= (SELECT id FROM observations WHERE (kind = @Said) = @isSaid ORDER BY id DESC LIMIT 1 OFFSET @inAll)
                        """,
                        ("@Said", Observation.Syslog), ("@isSaid", said), ("@inAll", inAll));
                }
            }

            session.Execute(
                """
                DELETE FROM observations WHERE mac = @mac AND (kind = @Said) = @isSaid
                AND id <= (
                    SELECT id FROM observations WHERE mac = @mac AND (kind = @Said) = @isSaid
                    ORDER BY id DESC LIMIT 1 OFFSET @perAddress)
                """,
                ("@Said", Observation.Syslog), ("@mac", mac), ("@isSaid", isSaid), ("@perAddress", perAddress));
            return id;
        },
        cancellationToken, WriteKind.Independent);

    public Task<IReadOnlyList<Observation>> ObservationsAsync(
        IReadOnlyList<MacAddress> addresses, int limit, CancellationToken cancellationToken) => database.ReadAsync(
        session => (IReadOnlyList<Observation>)[.. session
            .Query(
                $"""
                SELECT at, mac, kind, text FROM observations
                WHERE mac IN (SELECT value FROM {SqlDialect.Texts}(@macs)) ORDER BY id DESC LIMIT @limit
                """,
                row => new Observation(
                    StoreTime.Read(row.GetInt64(0)), MacAddress.Parse(row.GetString(1)), row.GetString(2), row.GetString(3)),
                ("@macs", JsonList.Of(addresses.Select(address => address.ToString()))), ("@limit", limit))
            .AsEnumerable().Reverse()],
        cancellationToken);

    /// <summary>Writes an event within the caller's transaction, plain and bounded.</summary>
    /// <param name="session">The caller's.</param>
    /// <param name="limit">Bounds the events of each machine.</param>
    /// <param name="at">When.</param>
    /// <param name="machine">Which machine.</param>
    /// <param name="hostname">Its host name.</param>
    /// <param name="owner">Whose it is: the event is that user's and the administrators' to read, also when the machine is not any
    /// more.</param>
    /// <param name="operation">The operation it belongs to.</param>
    /// <param name="note">What happened.</param>
    public static void Insert(
        SqlSession session, SqlEventLimit limit, DateTimeOffset at, SystemId? machine, string hostname, string? owner,
        Guid? operation, EventNote note)
    {
        session.ExecuteLast(Insertion, Parameters(at, machine, hostname, owner, operation, note));
        limit.Apply(session, machine, note.Level is EventLevel.Audit);
    }

    private static (string Name, object? Value)[] Parameters(
        DateTimeOffset at, SystemId? machine, string hostname, string? owner, Guid? operation, EventNote note) =>
    [
        ("@at", StoreTime.Write(at)),
        ("@machine", machine?.ToString()),
        ("@hostname", hostname),
        ("@owner", owner),
        ("@operation", operation?.ToString()),
        ("@level", (int)note.Level),
        ("@Type", note.Type),
        ("@Description", note.Description),
        ("@Username", note.Username),
    ];

    private static (string Sql, List<(string Name, object? Value)> Parameters) Select(EventQuery query)
    {
        List<string> conditions = [];
        List<(string, object?)> parameters = [("@limit", Math.Clamp(query.Limit, 1, 1000))];

        // Audit is the lowest number and no "everything": asked for, it gives the audit trail alone.
        if (query.Level is EventLevel.Audit) conditions.Add("level = 0");
        else Add("level >= @level", "@level", (int)query.Level);
        if (query.MachineIds.Count > 0)
            Add($"machine IN (SELECT value FROM {SqlDialect.Texts}(@machines))", "@machines",
                JsonList.Of(query.MachineIds.Select(id => id.ToString())));
        if (query.Hostnames.Count > 0)
            Add($"hostname IN (SELECT value FROM {SqlDialect.Texts}(@hostnames))", "@hostnames", JsonList.Of(query.Hostnames));
        if (query.Usernames.Count > 0)
            Add($"username IN (SELECT value FROM {SqlDialect.Texts}(@usernames))", "@usernames", JsonList.Of(query.Usernames));
        if (query.VisibleTo is { } reader)
        {
            const string NotAnothers = "NOT EXISTS (SELECT 1 FROM machines m WHERE m.id = events.machine AND m.owner <> @reader)";
            Add($"(owner = @reader OR (owner IS NULL AND {NotAnothers}))", "@reader", reader);
        }

        if (query.Before is { } before) Add("id < @before", "@before", before);
        if (query.After is { } after) Add("id > @after", "@after", after);

        // Paging forward gives the events next to the given one; so they are taken from the old end, and turned round.
        var order = query.After is null ? "DESC" : "ASC";
        const string Columns = "id, at, machine, hostname, operation_id, level, type, description, username";
        return ($"SELECT {Columns} FROM events WHERE {string.Join(" AND ", conditions)} ORDER BY id {order} LIMIT @limit", parameters);

        void Add(string condition, string name, object value)
        {
            conditions.Add(condition);
            parameters.Add((name, value));
        }
    }

    private static Event Read(DbDataReader row) => new(
        row.GetInt64(0),
        StoreTime.Read(row.GetInt64(1)),
        SystemId.TryParse(row.GetStringOrNull(2), out var id) ? id : null,
        row.GetString(3),
        Guid.TryParse(row.GetStringOrNull(4), out var operation) ? operation : null,
        new EventNote((EventLevel)row.GetSmall(5), row.GetString(6), row.GetString(7), row.GetStringOrNull(8)));
}
