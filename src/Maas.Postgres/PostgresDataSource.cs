using Npgsql;

namespace Maas.Postgres;

/// <summary>Makes connections from the options.</summary>
internal static class PostgresDataSource
{
    private const int PreparedStatements = 200; // to parse and plan a statement costs more than to run most of them
    private static readonly TimeSpan LongestStatement = TimeSpan.FromMinutes(10);

    /// <summary>Makes connections for what is done to a whole table, or waits for another host that does it.</summary>
    /// <exception cref="ArgumentException">The connection string is invalid; the message does not quote it.</exception>
    public static NpgsqlDataSource CreatePatient(PostgresStoreOptions options)
    {
        var patient = options.Copy();
        if (patient.CommandTimeout < LongestStatement) patient.CommandTimeout = LongestStatement;
        return Create(patient);
    }

    /// <exception cref="ArgumentException">The connection string is invalid; the message does not quote it.</exception>
    public static NpgsqlDataSource Create(PostgresStoreOptions options)
    {
        var builder = new NpgsqlSlimDataSourceBuilder(options.ConnectionString);
        builder.EnableTransportSecurity();
        builder.EnableIntegratedSecurity();
        builder.EnableArrays();
        var settings = builder.ConnectionStringBuilder;
        settings.Pooling = false; // connections belong to threads
        settings.Enlist = false;
        settings.PersistSecurityInfo = false;
        settings.MaxAutoPrepare = PreparedStatements;
        settings.AutoPrepareMinUsages = 2;
        settings.CommandTimeout = (int)Math.Ceiling(options.CommandTimeout.TotalSeconds);
        settings.Timeout = Math.Min(settings.Timeout, settings.CommandTimeout);
        settings.ApplicationName ??= "Maas.Postgres";
        return builder.Build();
    }
}
