using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp6.Leases;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Maas.Postgres;

/// <summary>
/// The DHCP leases of several hosts in PostgreSQL, in the schema of <see cref="PostgresMaasStore"/>: one row for each address. Each version
/// of IP has a table, and connections of its own once it is used.
/// </summary>
/// <remarks>
/// An address is one address in a schema: sites that use the same private network for different links need schemas of their own.
/// </remarks>
/// <example>
/// <code>
/// await using var store = new PostgresLeaseStore(new PostgresStoreOptions { ConnectionString = "Host=db.example.com;Database=maas" });
/// await using var addresses = await SharedLeaseAllocator.OpenAsync([subnet], store.Leases);
/// await using var addresses6 = await SharedLeaseAllocator6.OpenAsync([subnet6], store.Leases6);
/// </code>
/// </example>
public sealed class PostgresLeaseStore : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly LeaseTableStore<Lease> _leases;
    private readonly LeaseTableStore<Lease6> _leases6;

    /// <summary>A store with options. Nothing is connected or created before it is used.</summary>
    /// <param name="options">The options; copied.</param>
    /// <param name="loggerFactory">Where to log; <see langword="null"/> for nowhere.</param>
    /// <exception cref="OptionsValidationException">An option is invalid.</exception>
    public PostgresLeaseStore(PostgresStoreOptions options, ILoggerFactory? loggerFactory = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var checkedOptions = new PostgresStoreOptionsValidator().Validate(null, options);
        if (checkedOptions.Failed)
            throw new OptionsValidationException(nameof(PostgresStoreOptions), typeof(PostgresStoreOptions), checkedOptions.Failures);
        options = options.Copy();
        _source = PostgresDataSource.Create(options);
        var logger = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger<PostgresLeaseStore>();
        _leases = new LeaseTableStore<Lease>(
            new LeaseTable4(), $"maas_leases_{options.Schema}", _source, options, logger, TimeProvider.System);
        _leases6 = new LeaseTableStore<Lease6>(
            new LeaseTable6(), $"maas_leases6_{options.Schema}", _source, options, logger, TimeProvider.System);
    }

    /// <summary>The IPv4 leases.</summary>
    public ISharedLeaseStore<Lease> Leases => _leases;

    /// <summary>The IPv6 leases.</summary>
    public ISharedLeaseStore<Lease6> Leases6 => _leases6;

    /// <summary>Closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _leases.CloseAsync().ConfigureAwait(false);
        await _leases6.CloseAsync().ConfigureAwait(false);
        await _source.DisposeAsync().ConfigureAwait(false);
    }
}
