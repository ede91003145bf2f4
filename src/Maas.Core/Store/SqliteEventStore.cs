using Dapper;
using Maas.Core.Journal;
using Microsoft.Data.Sqlite;

namespace Maas.Core.Store;

internal sealed class SqliteEventStore(SqliteDatabase database, int eventsPerMachine) : IEventStore
{
    private const int LongestType = 100;
    private const int LongestDescription = 4000;
    private const int TidyInterval = 50;

    public Task<Event> WriteAsync(DateTimeOffset at, SystemId? machine, EventNote note, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            var known = machine is { } id
                ? connection.QuerySingleOrDefault<(string? Hostname, string? Operation, string? Owner)>(
                    "SELECT hostname, document ->> 'OperationId', owner FROM machines WHERE id = @id", new { id = id.ToString() })
                : default;
            Guid? operation = Guid.TryParse(known.Operation, out var guid) ? guid : null;
            return Insert(connection, eventsPerMachine, at, machine, known.Hostname ?? "", known.Owner, operation, note);
        },
        cancellationToken);

    public Task<IReadOnlyList<Event>> QueryAsync(EventQuery query, CancellationToken cancellationToken) => database.ReadAsync(
        connection =>
        {
            var (where, parameters) = Conditions(query);

            // Paging forward gives the events next to the given one; so they are taken from the old end, and turned round.
            var order = query.After is null ? "DESC" : "ASC";
            var rows = connection.Query<EventRow>(
                $"SELECT id, at, machine, hostname, operation_id AS operation, level, type, description, username FROM events {where} ORDER BY id {order} LIMIT @limit",
                parameters).Select(row => row.Read());
            return (IReadOnlyList<Event>)[.. query.After is null ? rows : rows.Reverse()];
        },
        cancellationToken);

    public Task ObserveAsync(Observation observation, int perAddress, int inAll, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            var mac = observation.MacAddress.ToString();
            var id = connection.ExecuteScalar<long>(
                "INSERT INTO observations (at, mac, kind, text) VALUES (@at, @mac, @Kind, @Text) RETURNING id",
                new { at = StoreTime.Write(observation.At), mac, observation.Kind, observation.Text });
            // What machines say themselves is counted apart: they say as much as they like.
            var said = observation.Kind == Observation.Said;
            if (id % TidyInterval == 0)
                connection.Execute("DELETE FROM observations WHERE (kind = @Said) = @said AND id <= (SELECT id FROM observations WHERE (kind = @Said) = @said ORDER BY id DESC LIMIT 1 OFFSET @inAll)", new { Observation.Said, said, inAll });
            connection.Execute(
                "DELETE FROM observations WHERE mac = @mac AND (kind = @Said) = @said AND id <= (SELECT id FROM observations WHERE mac = @mac AND (kind = @Said) = @said ORDER BY id DESC LIMIT 1 OFFSET @perAddress)",
                new { Observation.Said, mac, said, perAddress });
            return id;
        },
        cancellationToken);

    public Task<IReadOnlyList<Observation>> ObservationsAsync(IReadOnlyList<MacAddress> addresses, int limit, CancellationToken cancellationToken) => database.ReadAsync(
        connection => (IReadOnlyList<Observation>)[.. connection
            .Query<(long At, string Mac, string Kind, string Text)>(
                "SELECT at, mac, kind, text FROM observations WHERE mac IN @macs ORDER BY id DESC LIMIT @limit",
                new { macs = addresses.Select(address => address.ToString()), limit })
            .Select(row => new Observation(StoreTime.Read(row.At), MacAddress.Parse(row.Mac), row.Kind, row.Text))
            .Reverse()],
        cancellationToken);

    /// <summary>Writes an event within the caller's transaction, plain and bounded, whoever's words are in it.</summary>
    /// <param name="connection">The caller's.</param>
    /// <param name="keep">How many events of the machine are kept.</param>
    /// <param name="at">When.</param>
    /// <param name="machine">Which machine.</param>
    /// <param name="hostname">Its host name.</param>
    /// <param name="owner">Whose it is: the event is that user's and the administrators' to read, also when the machine is not any
    /// more.</param>
    /// <param name="operation">The operation it belongs to.</param>
    /// <param name="note">What happened.</param>
    public static Event Insert(SqliteConnection connection, int keep, DateTimeOffset at, SystemId? machine, string hostname, string? owner,
        Guid? operation, EventNote note)
    {
        note = note with { Type = PlainText.From(note.Type, LongestType), Description = PlainText.From(note.Description, LongestDescription) };
        var id = connection.ExecuteScalar<long>(
            """
            INSERT INTO events (at, machine, hostname, owner, operation_id, level, type, description, username)
            VALUES (@at, @machine, @hostname, @owner, @operation, @level, @Type, @Description, @Username) RETURNING id
            """,
            new { at = StoreTime.Write(at), machine = machine?.ToString(), hostname, owner, operation = operation?.ToString(),
                level = (int)note.Level, note.Type, note.Description, note.Username });
        if (id % TidyInterval == 0) Tidy(connection, keep, machine, note.Level is EventLevel.Audit);
        return new Event(id, at, machine, hostname, operation, note);
    }

    /// <summary>Whoever writes most is met most often. A person's changes are counted apart: no machine pushes them out by talking.</summary>
    private static void Tidy(SqliteConnection connection, int keep, SystemId? machine, bool audit) => connection.Execute(
        """
        DELETE FROM events WHERE machine IS @machine AND (level = 0) = @audit AND id <= (
            SELECT id FROM events WHERE machine IS @machine AND (level = 0) = @audit ORDER BY id DESC LIMIT 1 OFFSET @keep)
        """,
        new { machine = machine?.ToString(), audit, keep });

    private static (string Where, DynamicParameters Parameters) Conditions(EventQuery query)
    {
        // Audit is the lowest number and no "everything": asked for, it gives the audit trail alone.
        List<string> conditions = [query.Level is EventLevel.Audit ? "level = 0" : "level >= @level"];
        var parameters = new DynamicParameters(new { level = (int)query.Level, before = query.Before, after = query.After, limit = Math.Clamp(query.Limit, 1, 1000) });
        if (query.MachineIds.Count > 0)
        {
            conditions.Add("machine IN @machines");
            parameters.Add("machines", query.MachineIds.Select(id => id.ToString()));
        }

        if (query.Hostnames.Count > 0)
        {
            conditions.Add("hostname IN @hostnames");
            parameters.Add("hostnames", query.Hostnames);
        }

        if (query.Usernames.Count > 0)
        {
            conditions.Add("username IN @usernames");
            parameters.Add("usernames", query.Usernames);
        }

        if (query.VisibleTo is { } reader)
        {
            conditions.Add("(owner = @reader OR (owner IS NULL AND NOT EXISTS (SELECT 1 FROM machines m WHERE m.id = events.machine AND m.owner <> @reader)))");
            parameters.Add("reader", reader);
        }

        if (query.Before is not null) conditions.Add("id < @before");
        if (query.After is not null) conditions.Add("id > @after");
        return ("WHERE " + string.Join(" AND ", conditions), parameters);
    }

    private sealed class EventRow
    {
        public long Id { get; init; }

        public long At { get; init; }

        public string? Machine { get; init; }

        public string Hostname { get; init; } = "";

        public string? Operation { get; init; }

        public long Level { get; init; }

        public string Type { get; init; } = "";

        public string Description { get; init; } = "";

        public string? Username { get; init; }

        public Event Read() => new(
            Id,
            StoreTime.Read(At),
            SystemId.TryParse(Machine, out var id) ? id : null,
            Hostname,
            Guid.TryParse(Operation, out var operation) ? operation : null,
            new EventNote((EventLevel)Level, Type, Description, Username));
    }
}
