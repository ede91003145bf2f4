using System.Net.Sockets;
using Npgsql;

namespace Maas.Postgres;

/// <summary>What an exception of the database means for the transaction.</summary>
internal enum PostgresFailureKind
{
    /// <summary>A repetition would fail in the same way.</summary>
    Final,

    /// <summary>The transaction met another one: a repetition sees what that one wrote.</summary>
    Conflict,

    /// <summary>A constraint was violated, possibly by what another transaction wrote since this one began.</summary>
    Constraint,

    /// <summary>The connection is gone, or the database does not answer.</summary>
    Lost,
}

/// <summary>Sorts exceptions of the database.</summary>
internal static class PostgresFailure
{
    /// <summary>How often a transaction is tried that violates a constraint.</summary>
    public const int ConstraintAttempts = 8;

    public static PostgresFailureKind Of(Exception failure) => failure switch
    {
        PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected } =>
            PostgresFailureKind.Conflict,
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ForeignKeyViolation } =>
            PostgresFailureKind.Constraint,
        // Cancelled by its timeout, or by an administrator.
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled or "25P03" } => PostgresFailureKind.Lost,
        PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } => PostgresFailureKind.Lost,
        PostgresException { SqlState: ['0', '8', ..] or ['5', '7', 'P', ..] } => PostgresFailureKind.Lost,
        PostgresException => PostgresFailureKind.Final,
        // Npgsql disposes of the stream of a connection that broke, also while it is read.
        NpgsqlException { InnerException: SocketException or IOException or TimeoutException or ObjectDisposedException or null } =>
            PostgresFailureKind.Lost,
        NpgsqlException { IsTransient: true } => PostgresFailureKind.Lost,
        SocketException or TimeoutException => PostgresFailureKind.Lost,
        _ => PostgresFailureKind.Final,
    };

    /// <summary>The cause, for the log: an exception's text may name the host and the user, and never the password.</summary>
    public static string Describe(Exception failure) => failure is PostgresException postgres
        ? $"{postgres.SqlState} {postgres.MessageText}"
        : failure.InnerException is { } inner ? $"{failure.Message} {inner.Message}" : failure.Message;
}
