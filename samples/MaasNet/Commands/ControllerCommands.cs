using System.CommandLine;
using System.Net;
using System.Text.Json;
using Maas.Client;
using MaasNet.Output;

namespace MaasNet.Commands;

/// <summary>The commands of <c>maas-net machines</c> that use a machine's management controller.</summary>
internal static class ControllerCommands
{
    private const string PasswordVariable = "MAAS_BMC_PASSWORD";

    private static readonly Column[] S_summary =
    [
        Column.Of("System id", "system_id"), Column.Of("Power type", "power_type"), Column.Of("Power", "power_state"),
        Column.Of("Boot media", "boot_media"),
        Column.Of("Vendor", "vendor"), Column.Of("Product", "product"), Column.Of("Serial", "serial"), Column.Of("UUID", "uuid"),
        Column.Of("Firmware", "firmware_version"), Column.Of("Architecture", "architecture"), Column.Of("CPUs", "cpu_count"),
        Column.Of("Memory MiB", "memory"), Column.Of("Read at", "read_at"),
    ];

    private static readonly (string List, Column[] Columns)[] S_parts =
    [
        ("processors",
        [
            Column.Of("PROCESSOR", "name"), Column.Of("MODEL", "model"), Column.Of("CORES", "cores"), Column.Of("THREADS", "threads"),
            Column.Of("INSTRUCTION SET", "instruction_set"),
        ]),
        ("memory_modules",
        [
            Column.Of("MEMORY", "name"), Column.Of("MIB", "memory"), Column.Of("TYPE", "type"), Column.Of("SERIAL", "serial"),
        ]),
        ("interfaces",
        [
            Column.Of("INTERFACE", "name"), Column.Of("MAC ADDRESS", "mac_address"), Column.Of("MBIT/S", "link_speed"),
            Column.Of("LINK", "link_connected"),
        ]),
        ("drives",
        [
            Column.Of("DRIVE", "name"), Column.Of("MODEL", "model"), Column.Of("SERIAL", "serial"), Column.Of("BYTES", "size"),
            Column.Of("MEDIA", "media"), Column.Of("PROTOCOL", "protocol"),
        ]),
    ];

    /// <summary><c>machines inventory</c>.</summary>
    public static Command Inventory()
    {
        var machine = Machine();
        var command = new Command(
            "inventory", "Read from a machine's management controller what the machine is made of. It need not be on.")
        {
            Arguments = { machine },
        };
        Session.OnRun(command, async (session, parsed, cancellationToken) =>
        {
            var id = await FindAsync(session, parsed.GetRequiredValue(machine), cancellationToken);
            JsonElement answer;
            try
            {
                answer = await session.GetAsync($"machines/{id}/", new MaasForm().Add("op", "bmc_inventory"), cancellationToken);
            }
            catch (MaasApiException unknown) when (unknown.StatusCode is HttpStatusCode.BadRequest)
            {
                throw new CommandFailedException("this server reads no inventories: the operation is one of Maas for .NET");
            }

            session.Report.Object(answer, S_summary);
            if (session.Report.IsJson) return;
            foreach (var (list, columns) in S_parts)
            {
                JsonElement[] items = [.. answer.GetProperty(list).EnumerateArray()];
                if (items.Length == 0) continue;
                session.Report.Line("");
                session.Report.List(items, columns);
            }

            foreach (var gap in answer.GetProperty("gaps").EnumerateArray()) session.Report.Line($"Not shown: {gap.GetString()}");
        });
        return command;
    }

    /// <summary><c>machines enlist-bmc</c>.</summary>
    public static Command Enlist()
    {
        var address = new Argument<string>("address")
        {
            Description = "The controller: a host name or an address, such as 10.0.0.8 or https://bmc-1.", HelpName = "ADDRESS",
        };
        var user = Text("--username", "The controller's user.", "NAME");
        var type = new Option<string>("--power-type")
        {
            Description = "The power type; one that has an inventory.", HelpName = "TYPE", DefaultValueFactory = _ => "redfish",
        };
        var fingerprint = Text("--fingerprint", "The SHA-256 of the controller's certificate, where no authority signed it.", "HEX");
        var insecure = new Option<bool>("--insecure") { Description = "Accept any certificate of the controller." };
        var node = Text("--node-id", "The machine, where the controller has several.", "ID");
        var name = Text("--name", "The machine's host name.", "NAME");
        var architecture = Text("--architecture", "The architecture, where the controller does not say it.", "NAME");
        var macs = new Option<string[]>("--mac")
        {
            Description = "A MAC address, where the controller does not say it; the boot interface first. Can be repeated.",
            HelpName = "MAC",
        };
        var zone = Text("--zone", "The zone.", "NAME");
        var pool = Text("--pool", "The resource pool.", "NAME");
        var command = new Command(
            "enlist-bmc",
            "Make a machine known by its management controller: it is not booted. The password is that of "
            + $"{PasswordVariable}, else read from standard input, else asked for.")
        {
            Arguments = { address },
            Options = { user, type, fingerprint, insecure, node, name, architecture, macs, zone, pool },
        };
        Session.OnRun(command, async (session, parsed, cancellationToken) =>
        {
            var form = new MaasForm()
                .Add("power_type", parsed.GetValue(type))
                .Add("power_parameters_power_address", parsed.GetRequiredValue(address))
                .Add("power_parameters_power_user", parsed.GetValue(user))
                .Add("power_parameters_power_pass", PasswordInput.Read(session.Report, PasswordVariable))
                .Add("power_parameters_power_tls_fingerprint", parsed.GetValue(fingerprint))
                .Add("power_parameters_power_verify_ssl", parsed.GetValue(insecure) ? "n" : null)
                .Add("power_parameters_node_id", parsed.GetValue(node))
                .Add("hostname", parsed.GetValue(name))
                .Add("architecture", parsed.GetValue(architecture))
                .Add("mac_addresses", parsed.GetValue(macs))
                .Add("zone", parsed.GetValue(zone))
                .Add("pool", parsed.GetValue(pool));
            using var answer = await session.Client.SendAsync(HttpMethod.Post, "machines/?op=enlist_bmc", form, cancellationToken);
            var machine = answer?.RootElement.Clone() ?? default;
            if (session.Report.IsJson) session.Report.Object(machine);
            else session.Report.Line($"{Column.Text(machine, "system_id")} {Column.Text(machine, "hostname")}: enlisted");
        });
        return command;
    }

    /// <summary><c>machines boot-media</c>.</summary>
    public static Command BootMedia()
    {
        var machine = Machine();
        var iso = new Option<string>("--iso")
        {
            Description = "The image: a http or https URL that the controller fetches it from.", HelpName = "URL", Required = true,
        };
        var command = new Command(
            "boot-media", "Restart a machine from an ISO image that its controller has as virtual media, once. It is ejected on release.")
        {
            Arguments = { machine }, Options = { iso },
        };
        Session.OnRun(command, (session, parsed, cancellationToken) =>
        {
            var image = new Uri(parsed.GetRequiredValue(iso), UriKind.RelativeOrAbsolute); // the server says what is wrong with it
            return AskAsync(
                session, parsed.GetRequiredValue(machine), (id, stop) => session.Client.Machines.BootMediaAsync(id, image, stop),
                cancellationToken);
        });
        return command;
    }

    /// <summary><c>machines eject-media</c>.</summary>
    public static Command EjectMedia()
    {
        var machine = Machine();
        var command = new Command("eject-media", "Take the image out of the virtual drive of a machine.") { Arguments = { machine } };
        Session.OnRun(command, (session, parsed, cancellationToken) =>
            AskAsync(session, parsed.GetRequiredValue(machine), session.Client.Machines.EjectMediaAsync, cancellationToken));
        return command;
    }

    private static async Task AskAsync(
        Session session, string name, Func<string, CancellationToken, Task> act, CancellationToken cancellationToken)
    {
        var outcomes = new MachineOutcomes(session, await session.FindMachinesAsync([name], cancellationToken));
        await outcomes.AskAsync(act, cancellationToken);
        outcomes.End();
    }

    private static async Task<string> FindAsync(Session session, string name, CancellationToken cancellationToken) =>
        Column.Text(await session.FindMachineAsync(name, cancellationToken), "system_id");

    private static Option<string?> Text(string name, string description, string help) =>
        new(name) { Description = description, HelpName = help };

    private static Argument<string> Machine() =>
        new("machine") { Description = "System id, host name or MAC address.", HelpName = "MACHINE" };
}
