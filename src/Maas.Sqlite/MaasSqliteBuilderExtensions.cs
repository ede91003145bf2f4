using Maas.Sqlite;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the SQLite store to a MAAS.</summary>
public static class MaasSqliteBuilderExtensions
{
    /// <summary>Keeps everything in one SQLite file: by default <c>maas.db</c> in the data directory.</summary>
    /// <param name="builder">The MAAS.</param>
    /// <param name="configure">Sets options; <see langword="null"/> for none.</param>
    public static IMaasBuilder AddSqlite(this IMaasBuilder builder, Action<SqliteStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddMaasSqlite(configure);
        return builder;
    }
}
