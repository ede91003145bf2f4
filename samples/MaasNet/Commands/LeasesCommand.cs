using System.CommandLine;
using System.Text.Json;
using Maas.Client;
using MaasNet.Output;

namespace MaasNet.Commands;

/// <summary><c>maas-net leases</c>: which addresses are in use.</summary>
internal static class LeasesCommand
{
    private static readonly Column[] S_columns =
    [
        Column.Of("ADDRESS", "ip"), new("KIND", item => KindOf(Column.Text(item, "alloc_type"))),
        Column.Of("MACHINE", "node_summary.hostname"), Column.Of("INTERFACE", "node_summary.via"), Column.Of("USER", "user"),
        Column.Of("SINCE", "created"), Column.Of("ENDS", "lease_end"),
    ];

    public static Command Create()
    {
        var command = new Command("leases", "List the addresses in use, by what, and when leases end, in all subnets.");
        Session.OnRun(command, async (session, _, cancellationToken) =>
        {
            List<JsonElement> addresses = [];
            foreach (var subnet in await session.ListAsync("subnets/", null, cancellationToken))
            {
                addresses.AddRange(await session.ListAsync(
                    $"subnets/{Column.Text(subnet, "id")}/", new MaasForm().Add("op", "ip_addresses"), cancellationToken));
            }

            session.Report.List(addresses, S_columns);
        });
        return command;
    }

    // The numbers are MAAS's (IPADDRESS_TYPE).
    private static string KindOf(string number) => number switch
    {
        "0" => "automatic",
        "1" => "sticky",
        "4" => "reserved",
        "5" => "DHCP",
        "6" => "discovered",
        _ => number,
    };
}
