using Maas.Core.Tests;
using Maas.Sql;

namespace Maas.Sqlite.Tests;

/// <summary>
/// A row or more in every table of a store's file, as each version of the schema could have had them: the tables are made by the scripts of
/// the version, the documents are those of <see cref="EarlierDocuments"/>.
/// </summary>
internal static class StoreRows
{
    /// <summary>Creates the tables of a version and their rows.</summary>
    public static void Create(string file, int version)
    {
        using var session = SqliteSession.Open($"Data Source={file};Pooling=False");
        session.Execute("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON");
        StoreSchema.BringUpToDate(session, file, version);
        session.Execute("BEGIN");
        AddMachines(session, version);
        AddRest(session);
        if (version < 7) session.Execute("INSERT INTO tags VALUES ('ssd', 'it''s \"fast\"', 'quiet')");
        EarlierDocuments.AddRecords(session, "sqlite", version);
        if (version >= 4)
            session.Execute(
                """
                INSERT INTO machine_changes VALUES
                    (7, 1000, 'abc346', 1, NULL, 4, NULL),
                    (9, 2000, 'abc348', 3, 4, 9, '0193a000-0000-7000-8000-000000000001');
                UPDATE sqlite_sequence SET seq = 12 WHERE name = 'machine_changes'
                """);
        if (version >= 14) session.Execute("INSERT INTO deleted_changes VALUES (1, 6)");
        if (version >= 9)
            session.Execute(
                """
                UPDATE machines SET
                    architecture = document ->> 'Architecture', cpu_count = document ->> 'CpuCount', memory = document ->> 'MemoryMiB',
                    cost = (document ->> 'CpuCount') * 1024 + (document ->> 'MemoryMiB'), disk_bytes = 1099511627776
                """);
        if (version >= 5) session.Execute("UPDATE record_epoch SET value = 41");
        session.Execute("COMMIT");
    }

    private static void AddMachines(SqlSession session, int version)
    {
        var documents = EarlierDocuments.Machines("sqlite", version);
        foreach (var (machine, at) in UpgradedStore.Machines.Select((machine, at) => (machine, at)))
        {
            var id = machine.Id.ToString();
            session.Execute(
                """
                INSERT INTO machines (number, id, hostname, domain, status, power_state, owner, token_key, agent_name, zone, pool,
                    deadline, version, document)
                VALUES (@number, @id, @hostname, 'maas', @status, @power, @owner, NULL, '', @place, @place, @deadline, @version, @document)
                """,
                ("@number", 3L + at), ("@id", id), ("@hostname", machine.Hostname), ("@status", (long)machine.Status),
                ("@power", (long)machine.PowerState), ("@owner", machine.Owner), ("@deadline", at == 1 ? 4_000_000_000_000L : null),
                ("@place", version < 6 ? "default" : "1"), ("@version", 1L + (2 * at)), ("@document", documents[at]));
            session.Execute(
                "INSERT INTO machine_macs VALUES (@mac, @id)", ("@mac", machine.MacAddresses[0].ToString()), ("@id", id));
            foreach (var tag in machine.Tags) session.Execute("INSERT INTO machine_tags VALUES (@tag, @id)", ("@tag", tag), ("@id", id));
        }
    }

    private static void AddRest(SqlSession session)
    {
        session.Execute("INSERT INTO user_data VALUES ('abc348', @body)", ("@body", (byte[])[0, 1, 0xff, (byte)'\\', (byte)'\n']));
        session.Execute(
            """
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
            INSERT INTO boot_tokens VALUES (x'00ff5c0a', 'abc348', '192.0.2.7', 1000, NULL);
            INSERT INTO nonces VALUES ('tk', 'ck', 'n1', 4000000000000);
            INSERT INTO script_results (id, machine, operation_id, kind, name, status, timeout, output) VALUES
                (21, 'abc348', '0193a000-0000-7000-8000-000000000001', 0, 'smartctl', 0, 600000, x'0a09005c');
            INSERT INTO boot_resources VALUES (2, 'custom/debian', 'amd64/generic', 'Debian', '', 1000);
            INSERT INTO image_contents VALUES ('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 0, 0, 1);
            INSERT INTO boot_resource_files VALUES
                (4, 2, '20261101', 'ddgz', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
            INSERT INTO files VALUES (9, 'ann', 'notes', 'key-1', x'00');
            INSERT INTO settings VALUES ('ntp_servers', '"ntp.example.com"')
            """);
    }
}
