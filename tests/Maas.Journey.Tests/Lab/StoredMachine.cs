using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Records;
using Maas.Core.Scripts;
using Maas.Sqlite;
using VmLab.Machines;

namespace Maas.Journey.Tests.Lab;

/// <summary>Machines in the store of a server that is not running.</summary>
internal static class StoredMachine
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Adds the machine as its commissioning would: that is the subject of other journeys.</summary>
    public static async Task<string> AddReadyAsync(string data, QemuMachine machine)
    {
        await using var core = await OpenStoreAsync(data);
        var created = await core.Machines.EnlistAsync(
            new NewMachine
            {
                MacAddresses = [MacAddress.Parse(machine.MacAddress)],
                Power = new Maas.Core.Power.PowerSettings(
                    "wakeonlan",
                    new Dictionary<string, string> { ["mac_address"] = machine.MacAddress, ["power_address"] = "10.77.0.255" }),
            },
            cancellationToken: Token);
        var id = created.Should().BeOfType<CreateResult.Created>().Which.Machine.Id;
        await core.Machines.ExecuteAsync(id, new MachineCommand.Accept(), cancellationToken: Token);
        var inventory = System.Text.Encoding.UTF8.GetBytes(
            "maas-inventory\t1\ncpu\tcount=2\nmemory\tkib=1048576\n"
            + $"disk\tname=vda\tserial={machine.Hardware.AllDisks[0].Serial}\tsize=2147483648\nend\n");
        foreach (var script in await core.ScriptResults.PendingAsync(id, Token))
        {
            var printed = new ScriptOutput(inventory, inventory, default);
            await core.ScriptResults.ReportAsync(
                id, new ScriptReport { ResultId = script.Result.Id, ExitStatus = 0, Output = printed }, Token);
        }

        await core.Machines.ReportAsync(id, new MachineReport.Signal(SignalReport.Ok, null), Token);
        (await core.Machines.GetAsync(id, Token))!.Status.Should().Be(MachineStatus.Ready);
        return id.ToString();
    }

    /// <summary>Opens the store of a data folder.</summary>
    public static Task<MaasCore> OpenStoreAsync(string data, IReadOnlyList<RecordTable>? tables = null) => MaasCore.OpenAsync(
        new SqliteMaasStore(Path.Combine(data, "maas.db")),
        new() { SecretKeyFile = Path.Combine(data, "secret.key") },
        new MaasCoreServices { Tables = tables ?? [] },
        cancellationToken: Token);
}
