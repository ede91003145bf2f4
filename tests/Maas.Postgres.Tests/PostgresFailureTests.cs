using Npgsql;

namespace Maas.Postgres.Tests;

public sealed class PostgresFailureTests
{
    [Theory]
    [InlineData("57P05")] // idle_session_timeout
    [InlineData("25P03")] // idle_in_transaction_session_timeout
    [InlineData("57P01")] // an administrator, or a server that stops
    [InlineData("57P02")] // another backend was killed
    [InlineData("57P03")] // a server that starts
    [InlineData("08006")]
    [InlineData("53300")] // too many connections
    [InlineData("57014")] // cancelled, as by its timeout
    public void A_connection_that_the_server_ended_is_lost(string state) => Of(state).Should().Be(PostgresFailureKind.Lost);

    [Fact]
    public void A_connection_whose_stream_is_gone_is_lost()
    {
        Exception[] causes = [new IOException(), new TimeoutException(), new ObjectDisposedException("NetworkStream")];
        causes.Select(cause => PostgresFailure.Of(new NpgsqlException("Exception while reading from stream", cause))).Should()
            .AllBeEquivalentTo(PostgresFailureKind.Lost);
    }

    [Theory]
    [InlineData("40001", "Conflict")]
    [InlineData("40P01", "Conflict")]
    [InlineData("23505", "Constraint")]
    [InlineData("42P01", "Final")]
    [InlineData("53100", "Final")] // the disk is full
    public void Other_failures_are_conflicts_violations_or_final(string state, string kind) => $"{Of(state)}".Should().Be(kind);

    private static PostgresFailureKind Of(string state) =>
        PostgresFailure.Of(new PostgresException("refused", "FATAL", "FATAL", state));
}
