using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Maas.Client;
using Maas.Client.Machines;
using MaasNet.Output;

namespace MaasNet.Commands;

/// <summary><c>maas-net machines</c>.</summary>
internal static class MachinesCommand
{
    private static readonly Column[] S_columns =
    [
        Column.Of("ID", "system_id"), Column.Of("NAME", "fqdn"), Column.Of("STATUS", "status_name"), Column.Of("POWER", "power_state"),
        Column.Of("OWNER", "owner"), Column.Of("CPU", "cpu_count"), Column.Of("MEMORY MIB", "memory"), Column.Of("POOL", "pool.name"),
        Column.Of("TAGS", "tag_names"), Column.Of("ADDRESSES", "ip_addresses"),
    ];

    private static readonly Column[] S_fields =
    [
        Column.Of("System id", "system_id"), Column.Of("Name", "fqdn"), Column.Of("Status", "status_name"),
        Column.Of("Message", "status_message"), Column.Of("Owner", "owner"), Column.Of("Architecture", "architecture"),
        Column.Of("Power", "power_state"), Column.Of("Power type", "power_type"), Column.Of("CPUs", "cpu_count"),
        Column.Of("Memory MiB", "memory"), Column.Of("Storage MB", "storage"), Column.Of("System", "distro_series"),
        Column.Of("Vendor", "hardware_info.system_vendor"), Column.Of("Product", "hardware_info.system_product"),
        Column.Of("Serial", "hardware_info.system_serial"), Column.Of("MAC addresses", "interface_macs"),
        Column.Of("Addresses", "ip_addresses"), Column.Of("Disks", "disks"), Column.Of("Zone", "zone.name"),
        Column.Of("Pool", "pool.name"), Column.Of("Tags", "tag_names"), Column.Of("Description", "description"),
    ];

    public static Command Create()
    {
        var command = new Command("machines", "List machines, and ask them to do something.")
        {
            List(), Show(), Accept(), Deploy(), Release(), Allocate(), Commission(), Test(),
            ControllerCommands.Inventory(), ControllerCommands.Enlist(), ControllerCommands.BootMedia(), ControllerCommands.EjectMedia(),
            Action("abort", "Stop what machines are busy with.", (client, id, stop) => client.AbortAsync(id, stop)),
            Action("on", "Turn machines on.", (client, id, stop) => client.PowerOnAsync(id, null, stop)),
            Action("off", "Turn machines off.", (client, id, stop) => client.PowerOffAsync(id, MaasStopMode.Hard, stop)),
            Action("rescue", "Boot machines into rescue mode.", (client, id, stop) => client.EnterRescueModeAsync(id, stop)),
            Action("exit-rescue", "End rescue mode.", (client, id, stop) => client.ExitRescueModeAsync(id, stop)),
            Action("mark-broken", "Mark machines as broken.", (client, id, stop) => client.MarkBrokenAsync(id, null, stop)),
            Action("mark-fixed", "Mark machines as repaired.", (client, id, stop) => client.MarkFixedAsync(id, null, stop)),
            Action("lock", "Refuse changes to machines.", (client, id, stop) => client.LockAsync(id, stop)),
            Action("unlock", "Allow changes again.", (client, id, stop) => client.UnlockAsync(id, stop)),
            Action("delete", "Forget machines. Their disks are left alone.", (client, id, stop) => client.DeleteAsync(id, stop)),
        };
        return command;
    }

    private static Command List()
    {
        var status = Filter("--status", "With this status, such as ready or failed_testing.");
        var tag = Filter("--tag", "With this tag.");
        var zone = Filter("--zone", "In this zone.");
        var pool = Filter("--pool", "In this resource pool.");
        var command = new Command("list", "List machines.") { Options = { status, tag, zone, pool } };
        Session.OnRun(command, async (session, parsed, cancellationToken) =>
        {
            var query = new MaasForm().Add("status", parsed.GetValue(status)).Add("tags", parsed.GetValue(tag))
                .Add("zone", parsed.GetValue(zone)).Add("pool", parsed.GetValue(pool));
            session.Report.List(await session.ListAsync("machines/", query, cancellationToken), S_columns);
        });
        return command;
    }

    private static Command Show()
    {
        var machine = Machine();
        var command = new Command("show", "Show one machine.") { Arguments = { machine } };
        Session.OnRun(command, async (session, parsed, cancellationToken) =>
            session.Report.Object(
                await session.FindMachineAsync(parsed.GetRequiredValue(machine), cancellationToken),
                [.. S_fields.Select(field => field with { TextOf = item => field.Title switch
                {
                    "MAC addresses" => ListOf(item, "interface_set", "mac_address"),
                    "Disks" => ListOf(item, "blockdevice_set", "name"),
                    _ => field.TextOf(item),
                } })]));
        return command;
    }

    private static Command Accept()
    {
        var machines = Machines();
        var command = new Command("accept", "Accept machines that enlisted: they are commissioned.") { Arguments = { machines } };
        Session.OnRun(command, async (session, parsed, cancellationToken) =>
        {
            var found = await session.FindMachinesAsync(parsed.GetRequiredValue(machines), cancellationToken);
            var accepted = await session.Client.Machines.AcceptAsync(found.Select(each => each.Id), cancellationToken);
            session.Report.Result(
                $"{accepted.Count} of {found.Count} accepted",
                ("accepted", new JsonArray([.. accepted.Select(machine => (JsonNode)machine.SystemId)])));
        });
        return command;
    }

    private static Command Allocate()
    {
        var name = new Option<string?>("--machine") { Description = "This machine and no other.", HelpName = "NAME" };
        var cpus = new Option<int?>("--cpus") { Description = "At least this many CPUs.", HelpName = "N" };
        var memory = new Option<int?>("--memory") { Description = "At least this much memory.", HelpName = "MIB" };
        var tag = Filter("--tag", "With this tag.");
        var command = new Command("allocate", "Allocate a free machine, and write its system id.")
        {
            Options = { name, cpus, memory, tag },
        };
        Session.OnRun(command, async (session, parsed, cancellationToken) =>
        {
            var form = new MaasForm().Add("name", parsed.GetValue(name)).Add("cpu_count", parsed.GetValue(cpus))
                .Add("mem", parsed.GetValue(memory)).Add("tags", parsed.GetValue(tag));
            using var answer = await session.Client.SendAsync(HttpMethod.Post, "machines/?op=allocate", form, cancellationToken);
            var machine = answer?.RootElement.Clone() ?? default;
            if (session.Report.IsJson) session.Report.Object(machine);
            else session.Report.Line(Column.Text(machine, "system_id"));
        });
        return command;
    }

    private static Command Deploy()
    {
        var machines = Machines();
        var series = new Option<string?>("--series")
        {
            Description = "The system, such as noble or custom/debian-12 (default: the server's).",
            HelpName = "NAME",
        };
        var userData = new Option<FileInfo?>("--user-data") { Description = "What cloud-init gets.", HelpName = "FILE" };
        var kernel = new Option<string?>("--kernel") { Description = "The kernel, such as hwe-24.04.", HelpName = "NAME" };
        var memory = new Option<bool>("--in-memory") { Description = "Run the system in memory: nothing is written." };
        var command = new Command("deploy", "Install machines. Free ones are allocated first.")
        {
            Arguments = { machines },
            Options = { series, userData, kernel, memory },
        };
        var wait = new StatusWait(
            command, "Wait until the machines are deployed.", MaasMachineStatus.Deployed, MaasMachineStatus.Deploying);
        Session.OnRun(command, async (session, parsed, cancellationToken) =>
        {
            var found = await session.FindMachinesAsync(parsed.GetRequiredValue(machines), cancellationToken);
            var parts = parsed.GetValue(series)?.Split('/', 2);
            var fields = new DeployFields
            {
                Osystem = parts is [var system, _] ? system : null,
                DistroSeries = parts?[^1],
                UserData = parsed.GetValue(userData) is { } file ? await File.ReadAllBytesAsync(file.FullName, cancellationToken) : null,
                HweKernel = parsed.GetValue(kernel),
                EphemeralDeploy = parsed.GetValue(memory) ? true : null,
            };
            var outcomes = new MachineOutcomes(session, found);
            await outcomes.AskAsync((id, stop) => session.Client.Machines.DeployAsync(id, fields, stop), cancellationToken);
            await wait.RunAsync(session, parsed, outcomes, cancellationToken);
            outcomes.End();
        });
        return command;
    }

    private static Command Release()
    {
        var machines = Machines();
        var erase = new Option<string?>("--erase") { Description = "Erase the disks: full, quick or secure.", HelpName = "HOW" };
        erase.AcceptOnlyFromAmong("full", "quick", "secure");
        var scripts = Scripts("--scripts", "Run these release scripts first: names, ids or tags.");
        var values = Values();
        var command = new Command("release", "Give machines back.")
        {
            Arguments = { machines }, Options = { erase, scripts, values },
        };
        var wait = new StatusWait(
            command, "Wait until the machines are ready.", MaasMachineStatus.Ready, MaasMachineStatus.Releasing,
            MaasMachineStatus.DiskErasing);
        Session.OnRun(command, async (session, parsed, cancellationToken) =>
        {
            var found = await session.FindMachinesAsync(parsed.GetRequiredValue(machines), cancellationToken);
            var how = parsed.GetValue(erase);
            var fields = new ReleaseFields
            {
                Erase = how is null ? null : true,
                QuickErase = how == "quick" ? true : null,
                SecureErase = how == "secure" ? true : null,
                Scripts = ListOf(parsed, scripts),
                ScriptValues = ValuesOf(parsed.GetValue(values)),
            };
            var outcomes = new MachineOutcomes(session, found);
            await outcomes.AskAsync((id, stop) => session.Client.Machines.ReleaseAsync(id, fields, stop), cancellationToken);
            await wait.RunAsync(session, parsed, outcomes, cancellationToken);
            outcomes.End();
        });
        return command;
    }

    private static Command Commission()
    {
        var scripts = Scripts("--scripts", "Run these commissioning scripts beside the inventory: names, ids, tags, or none.");
        var keep = new Option<bool>("--skip-bmc-config") { Description = "Leave the management controller and power type as they are." };
        return Examine("commission", "Take inventory of machines and test them.", [scripts, keep], (client, parsed, id, fields, stop) =>
            client.CommissionAsync(
                id,
                fields with
                {
                    CommissioningScripts = ListOf(parsed, scripts),
                    SkipBmcConfig = parsed.GetValue(keep) ? true : null,
                },
                stop));
    }

    private static Command Test() => Examine(
        "test", "Test machines.", [], (client, _, id, fields, stop) => client.TestAsync(id, fields, stop));

    private static Command Examine(
        string name, string description, IReadOnlyList<Option> more,
        Func<MachinesClient, ParseResult, string, CommissionFields, CancellationToken, Task> act)
    {
        var machines = Machines();
        var tests = Scripts("--tests", "Run these tests: names, ids, tags, or none.");
        var values = Values();
        var command = new Command(name, description) { Arguments = { machines }, Options = { tests, values } };
        foreach (var option in more) command.Options.Add(option);
        Session.OnRun(command, async (session, parsed, cancellationToken) =>
        {
            var fields = new CommissionFields
            {
                TestingScripts = ListOf(parsed, tests),
                ScriptValues = ValuesOf(parsed.GetValue(values)),
            };
            var found = await session.FindMachinesAsync(parsed.GetRequiredValue(machines), cancellationToken);
            await EachAsync(session, found, (id, stop) => act(session.Client.Machines, parsed, id, fields, stop), cancellationToken);
        });
        return command;
    }

    private static Option<string?> Scripts(string name, string description) => new(name)
    {
        Description = description + " Commas separate them.", HelpName = "SCRIPTS",
    };

    private static string[]? ListOf(ParseResult parsed, Option<string?> option) =>
        parsed.GetValue(option)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static Option<string[]> Values()
    {
        var values = new Option<string[]>("--value")
        {
            Description = "A parameter of the scripts: PARAMETER=VALUE, or SCRIPT_PARAMETER=VALUE.", HelpName = "NAME=VALUE",
        };
        values.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1) is { } wrong)
                result.AddError($"'{wrong.Value}' is not NAME=VALUE.");
        });
        return values;
    }

    private static Dictionary<string, string> ValuesOf(string[]? given) => (given ?? []).Select(each => each.Split('=', 2))
        .ToDictionary(each => each[0], each => each[1], StringComparer.Ordinal);

    private static Command Action(string name, string description, Func<MachinesClient, string, CancellationToken, Task> act)
    {
        var machines = Machines();
        var command = new Command(name, description) { Arguments = { machines } };
        Session.OnRun(command, async (session, parsed, cancellationToken) =>
        {
            var found = await session.FindMachinesAsync(parsed.GetRequiredValue(machines), cancellationToken);
            await EachAsync(session, found, (id, stop) => act(session.Client.Machines, id, stop), cancellationToken);
        });
        return command;
    }

    // Each machine is asked; the refusals are listed at the end.
    private static async Task EachAsync(
        Session session, IReadOnlyList<(string Id, string Name)> machines, Func<string, CancellationToken, Task> act,
        CancellationToken cancellationToken)
    {
        var outcomes = new MachineOutcomes(session, machines);
        await outcomes.AskAsync(act, cancellationToken);
        outcomes.End();
    }

    private static string ListOf(JsonElement machine, string set, string name) =>
        machine.TryGetProperty(set, out var items) && items.ValueKind == JsonValueKind.Array
            ? string.Join(", ", items.EnumerateArray().Select(item => Column.Text(item, name)))
            : "";

    private static Option<string[]> Filter(string name, string description) =>
        new(name) { Description = description + " Can be repeated.", HelpName = "NAME" };

    private static Argument<string> Machine() =>
        new("machine") { Description = "System id, host name or MAC address.", HelpName = "MACHINE" };

    private static Argument<string[]> Machines() => new("machines")
    {
        Description = "System ids, host names or MAC addresses.",
        HelpName = "MACHINE",
        Arity = ArgumentArity.OneOrMore,
    };
}
