namespace Maas.Postgres;

/// <summary>Advisory locks, one of each kind for a store. Their keys are made from the schema's name.</summary>
internal static class PostgresLocks
{
    /// <summary>Held while the schema is changed; ends with the transaction.</summary>
    public const string OfSchema = "SELECT pg_advisory_xact_lock(hashtextextended('maas.schema.' || current_schema(), 0))";

    /// <summary>
    /// Held from the assignment of numbers that must become visible in their order until the end of the transaction.
    /// </summary>
    public const string OfNumbers = "SELECT pg_advisory_xact_lock(hashtextextended('maas.numbers.' || current_schema(), 0))";

    /// <summary>Held by the host that leads, for as long as its connection lasts.</summary>
    public const string TryLead = "SELECT pg_try_advisory_lock(hashtextextended('maas.leader.' || current_schema(), 0))";

    /// <summary>The same, until the end of the transaction: no host leads while a store is replaced.</summary>
    public const string TryLeadInTransaction =
        "SELECT pg_try_advisory_xact_lock(hashtextextended('maas.leader.' || current_schema(), 0))";

    /// <summary>Ends the leadership.</summary>
    public const string StopLeading = "SELECT pg_advisory_unlock(hashtextextended('maas.leader.' || current_schema(), 0))";
}
