using Maas.Core.Nodes;
using Maas.Core.Tests;
using Maas.Sqlite.Tests;

namespace Maas.Postgres.Tests;

/// <summary>
/// A row or more in every table of a schema, as each version could have had them: the tables are made by the scripts of the version, the
/// documents are those of <see cref="EarlierDocuments"/>.
/// </summary>
internal static class PostgresRows
{
    /// <summary>Creates the tables of a version by its scripts, and their rows.</summary>
    public static void Create(PostgresStoreOptions options, int version)
    {
        using var source = PostgresDataSource.Create(options);
        using var connection = PostgresConnection.Open(source, options);
        using var transaction = connection.BeginTransaction();
        var session = new PostgresSession(connection);
        PostgresSchema.Lock(session, options.Schema);
        PostgresSchema.Create(session, version);
        var documents = EarlierDocuments.Machines("postgres", version);
        foreach (var (machine, at) in UpgradedStore.Machines.Select((machine, at) => (machine, at)))
            Add(session, machine, documents[at], at);
        AddRest(session);
        EarlierDocuments.AddRecords(session, "postgres", version);
        if (version >= 2) AddLeases(session);
        if (version >= 3) AddLeases6(session);
        if (version >= 5) session.Execute("INSERT INTO deleted_changes VALUES (1, 6)");
        foreach (var (table, last) in ((string, long)[])[("machines", 4), ("effects", 5), ("events", 13), ("observations", 4),
            ("users", 6), ("api_keys", 3), ("ssh_keys", 8), ("script_results", 21), ("boot_resources", 2), ("boot_resource_files", 4),
            ("files", 9), ("machine_changes", 12), ("record_epoch", 41)])
        {
            session.ExecuteScalar<long>(
                "SELECT setval(@sequence::regclass, @last)", ("@sequence", PostgresTables.SequenceOf(session, table)), ("@last", last));
        }

        transaction.Commit();
    }

    private static void Add(PostgresSession session, Machine machine, string document, int at)
    {
        var id = machine.Id.ToString();
        session.Execute(
            """
            INSERT INTO machines (number, id, hostname, domain, status, power_state, owner, token_key, agent_name, zone, pool,
                deadline, locked, architecture, cpu_count, memory, cost, disk_bytes, version, document)
            VALUES (@number, @id, @hostname, 'maas', @status, @power, @owner, NULL, '', '1', '1', @deadline, 0, @architecture, @cpus,
                @memory, @cpus * 1024 + @memory, 1099511627776, @version, @document)
            """,
            ("@number", 3L + at), ("@id", id), ("@hostname", machine.Hostname), ("@status", (long)machine.Status),
            ("@power", (long)machine.PowerState), ("@owner", machine.Owner), ("@deadline", at == 1 ? 4_000_000_000_000L : null),
            ("@architecture", machine.Architecture), ("@cpus", (long)machine.CpuCount), ("@memory", (long)machine.MemoryMiB),
            ("@version", 1L + (2 * at)), ("@document", document));
        session.Execute("INSERT INTO machine_macs VALUES (@mac, @id)", ("@mac", machine.MacAddresses[0].ToString()), ("@id", id));
        foreach (var tag in machine.Tags) session.Execute("INSERT INTO machine_tags VALUES (@tag, @id)", ("@tag", tag), ("@id", id));
    }

    private static void AddRest(PostgresSession session) => session.Execute(
        """
        INSERT INTO user_data VALUES ('abc348', '\x0001ff5c0a');
        INSERT INTO effects (id, machine, action, finishes, attempts, due, claimed_until) VALUES
            (5, 'abc348', 0, 0, 2, 4000000000000, 0);
        INSERT INTO events (id, at, machine, hostname, operation_id, level, type, description, username) VALUES
            (11, 1000, 'abc348', 'two', '0193a000-0000-7000-8000-000000000001', 20, 'Deploying', 'Deploying', 'ann'),
            (13, 2000, NULL, '', NULL, 20, 'Started', 'a ''quoted'' text', NULL);
        INSERT INTO observations VALUES (4, 1500, '52:54:00:00:00:01', 'Dhcp', '{}');
        INSERT INTO users VALUES (2, 'ann', 'ann@example.com', 1, 'hash'), (6, 'bob', '', 0, '');
        INSERT INTO api_keys VALUES (3, 2, 'laptop', 'ck', 'tk', 'ts');
        INSERT INTO ssh_keys VALUES (8, 'ann', 'ssh-ed25519 AAAA', 'lp:ann');
        INSERT INTO node_tokens VALUES ('abc348', 'nck', 'ntk', 'nts');
        INSERT INTO boot_tokens VALUES ('\x00ff5c0a', 'abc348', '192.0.2.7', 1000, NULL);
        INSERT INTO nonces VALUES ('tk', 'ck', 'n1', 4000000000000);
        INSERT INTO script_results (id, machine, operation_id, kind, name, status, timeout, output) VALUES
            (21, 'abc348', '0193a000-0000-7000-8000-000000000001', 0, 'smartctl', 0, 600000, '\x0a09005c');
        INSERT INTO boot_resources VALUES (2, 'custom/debian', 'amd64/generic', 'Debian', '', 1000);
        INSERT INTO image_contents VALUES ('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 0, 0, 1);
        INSERT INTO boot_resource_files VALUES
            (4, 2, '20261101', 'ddgz', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
        INSERT INTO files VALUES (9, 'ann', 'notes', 'key-1', '\x00');
        INSERT INTO settings VALUES ('ntp_servers', '"ntp.example.com"');
        INSERT INTO machine_changes VALUES
            (7, 1000, 'abc346', 1, NULL, 4, NULL),
            (9, 2000, 'abc348', 3, 4, 9, '0193a000-0000-7000-8000-000000000001');
        INSERT INTO commit_marks VALUES ('0193a00000007000800000000000000f', 3, 1000);
        INSERT INTO record_epoch VALUES (41);
        """);

    // 10.0.0.1 to 10.0.0.3: a lease, one whose hold has ended, and an address in the reserve of a host.
    private static void AddLeases(PostgresSession session) => session.Execute(
        """
        INSERT INTO dhcp_leases (address, client, hardware_type, hardware, state, since, expires_at, held_until, host_name, rule, relay,
            reserve, writer, change)
        VALUES
            (167772161, '\x01020000000001', 1, '\x020000000001', 1, 1000, 4000000000000, 4000000000000, 'one', NULL, 0, NULL,
                '11111111-0000-0000-0000-000000000000', 900),
            (167772162, '\x01020000000002', 1, '\x020000000002', 1, 1000, 2000, 3000, 'two', NULL, 167772414, NULL,
                '11111111-0000-0000-0000-000000000000', 901),
            (167772163, '', 0, '', 2, 1000, 1000, 4000000000000, NULL, NULL, 0, '11111111-0000-0000-0000-000000000000',
                '11111111-0000-0000-0000-000000000000', 902);
        """);

    // fd00::5 and fd00::6: a lease, and one whose hold has ended.
    private static void AddLeases6(PostgresSession session) => session.Execute(
        """
        INSERT INTO dhcp6_leases (address, client, hardware_type, hardware, state, since, expires_at, held_until, rule, reserve, writer,
            change)
        VALUES
            ('\xfd000000000000000000000000000005', '\x0003000152540000000100000001', 1, '\x525400000001', 1, 1000, 4000000000000,
                4000000000000, NULL, NULL, '11111111-0000-0000-0000-000000000000', 903),
            ('\xfd000000000000000000000000000006', '\x0003000152540000000200000001', 1, '\x525400000002', 1, 1000, 2000, 3000, NULL, NULL,
                '11111111-0000-0000-0000-000000000000', 904);
        """);
}
