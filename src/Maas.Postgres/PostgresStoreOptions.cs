using System.ComponentModel.DataAnnotations;
using Npgsql;

namespace Maas.Postgres;

/// <summary>Where <see cref="PostgresMaasStore"/> keeps its tables, and how it connects.</summary>
public sealed class PostgresStoreOptions : IValidatableObject
{
    /// <summary>
    /// The connection string, in Npgsql's form: <c>Host=db.example.com;Database=maas;Username=maas</c>. Its password is never logged; it
    /// may come from <c>Passfile</c> instead. The database has the encoding UTF8. The user owns the schema, or may create it.
    /// </summary>
    [Required]
    public string ConnectionString { get; set; } = "";

    /// <summary>
    /// The schema of the tables, created when missing: hosts with the same schema are one MAAS. Lower-case letters, digits and <c>_</c>.
    /// </summary>
    [Required, RegularExpression("[a-z_][a-z0-9_]{0,39}")]
    public string Schema { get; set; } = "maas";

    /// <summary>How many queries and transactions of this host run at a time, each on a connection of its own. One more listens.</summary>
    [Range(1, 200)]
    public int Connections { get; set; } = 8;

    /// <summary>How long a statement may take before its connection counts as lost: 1 second to 10 minutes.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// For how long, from its request on, a query or a transaction is tried again while the database is away, or other transactions are in
    /// its way. Afterwards it fails with <see cref="Core.StoreUnavailableException"/>. At most an hour.
    /// </summary>
    public TimeSpan RetryDuration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// After how long the server ends the connection of a host that takes nothing from it, and lets another host lead in the place of one
    /// that says nothing. Hosts speak every second.
    /// </summary>
    internal TimeSpan LeaderTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        if (RefusedKey() is { } key)
            yield return new ValidationResult($"ConnectionString: Npgsql has no part {key}, or not with such a value.");
        if (CommandTimeout < TimeSpan.FromSeconds(1) || CommandTimeout > TimeSpan.FromMinutes(10))
            yield return new ValidationResult("CommandTimeout: The value must be between 1 second and 10 minutes.");
        if (RetryDuration < TimeSpan.Zero || RetryDuration > TimeSpan.FromHours(1))
            yield return new ValidationResult("RetryDuration: The value must be between 0 and 1 hour.");
    }

    /// <summary>A copy.</summary>
    internal PostgresStoreOptions Copy() => (PostgresStoreOptions)MemberwiseClone();

    // The name alone: a message about the value could contain a password.
    private string? RefusedKey()
    {
        try
        {
            _ = new NpgsqlConnectionStringBuilder(ConnectionString);
            return null;
        }
        catch (ArgumentException refused)
        {
            return refused.ParamName ?? "without a name";
        }
    }
}
