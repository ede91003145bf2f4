using Maas.Postgres;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the PostgreSQL store to a MAAS.</summary>
public static class MaasPostgresBuilderExtensions
{
    /// <summary>Keeps everything in PostgreSQL. Hosts with the same database and schema are one MAAS.</summary>
    /// <param name="builder">The MAAS.</param>
    /// <param name="connectionString">The connection string, in Npgsql's form.</param>
    /// <param name="configure">Sets options; <see langword="null"/> for none.</param>
    public static IMaasBuilder AddPostgres(
        this IMaasBuilder builder, string connectionString, Action<PostgresStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddMaasPostgres(connectionString, configure);
        return builder;
    }
}
