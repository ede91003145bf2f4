using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp.Leases;
using Npgsql;

namespace Maas.Postgres;

/// <summary>The table of the leases of one version of IP: leases as rows.</summary>
/// <param name="sql">Its statements.</param>
internal abstract class LeaseTable<TLease>(LeaseSql sql)
{
    private const int LongestText = 255;

    /// <summary>Its statements.</summary>
    public LeaseSql Sql => sql;

    /// <summary>The address of a lease.</summary>
    public abstract IPAddress AddressOf(TLease lease);

    /// <summary>Addresses as an array of the column's type.</summary>
    public abstract object Addresses(IEnumerable<IPAddress> addresses);

    /// <summary>Reads the address of a row.</summary>
    public abstract IPAddress ReadAddress(NpgsqlDataReader row);

    /// <summary>The columns of leases, an array each.</summary>
    public (string Name, object Value)[] Columns(ReadOnlySpan<SharedLease<TLease>> leases)
    {
        var count = leases.Length;
        var all = new TLease[count];
        var (since, expires, held) = (new long[count], new long[count], new long[count]);
        var (clients, hardware, types, states) = (new byte[count][], new byte[count][], new short[count], new short[count]);
        var rules = new string?[count];
        for (var i = 0; i < count; i++)
        {
            all[i] = leases[i].Lease;
            var lease = Describe(all[i]);
            (since[i], expires[i], held[i]) = (TimeOf(lease.Since), TimeOf(lease.ExpiresAt), TimeOf(leases[i].HeldUntil));
            clients[i] = lease.Client;
            hardware[i] = new byte[lease.Hardware.Length];
            lease.Hardware.CopyTo(hardware[i]);
            (types[i], states[i], rules[i]) = (lease.Hardware.Type, (short)lease.State, TextOf(lease.Rule));
        }

        return
        [
            ("address", Addresses(all.Select(AddressOf))), ("client", clients), ("hardware_type", types), ("hardware", hardware),
            ("state", states), ("since", since), ("expires_at", expires), ("held_until", held), ("rule", rules), .. OwnColumns(all),
        ];
    }

    /// <summary>Reads a row.</summary>
    public SharedLease<TLease> Read(NpgsqlDataReader row)
    {
        var common = new LeaseFields(
            row.GetFieldValue<byte[]>(1), new HardwareAddress((byte)row.GetInt16(2), row.GetFieldValue<byte[]>(3)),
            (LeaseState)row.GetInt16(4), TimeAt(row, 5), TimeAt(row, 6), TextAt(row, 8));
        var reserve = row.FieldCount - 1;
        return new SharedLease<TLease>(
            Read(row, ReadAddress(row), common), TimeAt(row, 7), row.IsDBNull(reserve) ? null : row.GetFieldValue<Guid>(reserve));
    }

    /// <summary>What each lease has.</summary>
    protected abstract LeaseFields Describe(TLease lease);

    /// <summary>The columns that leases of this table have beside the common ones.</summary>
    protected abstract (string Name, object Value)[] OwnColumns(TLease[] leases);

    /// <summary>Makes a lease of a row.</summary>
    protected abstract TLease Read(NpgsqlDataReader row, IPAddress address, LeaseFields fields);

    /// <summary>Text as PostgreSQL stores it.</summary>
    /// <remarks>A client chooses its name, and PostgreSQL stores no NUL: one name must not keep the leases of others away.</remarks>
    protected static string? TextOf(string? text)
    {
        if (text is null) return null;
        if (text.Length > LongestText) text = text[..LongestText];
        return text.AsSpan().ContainsAnyInRange('\0', '\u001f') || text.AsSpan().ContainsAnyInRange('\ud800', '\udfff')
            ? new string([.. text.Where(character => !char.IsControl(character) && !char.IsSurrogate(character))])
            : text;
    }

    /// <summary>Reads a text.</summary>
    protected static string? TextAt(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTimeOffset TimeAt(NpgsqlDataReader row, int column) =>
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));

    private static long TimeOf(DateTimeOffset time) => time.ToUnixTimeMilliseconds();
}

/// <summary>What leases of both versions have.</summary>
/// <param name="Client">The client's identifier, with its association; empty for none.</param>
/// <param name="Hardware">The client's hardware address; empty for none.</param>
/// <param name="State">What became of the address.</param>
/// <param name="Since">Since when.</param>
/// <param name="ExpiresAt">When the state ends.</param>
/// <param name="Rule">Why the client got the address.</param>
internal readonly record struct LeaseFields(
    byte[] Client, HardwareAddress Hardware, LeaseState State, DateTimeOffset Since, DateTimeOffset ExpiresAt, string? Rule);
