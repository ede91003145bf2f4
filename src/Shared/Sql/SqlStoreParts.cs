using Maas.Core.Stores;

namespace Maas.Sql;

/// <summary>The parts of a store over one database.</summary>
internal sealed class SqlStoreParts
{
    public SqlStoreParts(SqlDatabase database, StoreLimits limits)
    {
        var eventLimit = new SqlEventLimit(limits.EventsPerMachine);
        var records = new SqlRecordCatalog();
        var writer = new SqlMachineWriter(limits.MachineChanges, eventLimit, records);
        Machines = new SqlMachineStore(database, writer, limits.MachineChanges, eventLimit, records);
        PowerQueue = new SqlPowerQueue(database);
        ScriptResults = new SqlScriptStore(database, limits.Quotas);
        Events = new SqlEventStore(database, eventLimit);
        Accounts = new SqlAccountStore(database, limits.Quotas);
        Tokens = new SqlTokenStore(database, writer);
        BootResources = new SqlBootResourceStore(database);
        Files = new SqlFileStore(database, limits.Quotas);
        Records = new SqlRecordStore(database, eventLimit, records);
    }

    public SqlMachineStore Machines { get; }

    public SqlPowerQueue PowerQueue { get; }

    public SqlScriptStore ScriptResults { get; }

    public SqlEventStore Events { get; }

    public SqlAccountStore Accounts { get; }

    public SqlTokenStore Tokens { get; }

    public SqlBootResourceStore BootResources { get; }

    public SqlFileStore Files { get; }

    public SqlRecordStore Records { get; }
}
