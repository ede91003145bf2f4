using System.Security.Cryptography;
using Maas.Core;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Scripts;
using Maas.Sqlite;

// A machine's life in Maas.Core alone: no network, no firmware, a store in memory. What firmware, agent and API would say is said here.

await using var core = await MaasCore.OpenAsync(new SqliteMaasStore(SqliteStoreOptions.InMemory));
byte[] image = "a disk image"u8.ToArray();
var upload = new NewBootResource
{
    Name = "custom/tour",
    Architecture = "amd64",
    FileType = "ddraw",
    Size = image.Length,
    Sha256 = Convert.ToHexString(SHA256.HashData(image))
};
var resource = ((UploadResult.Taken)await core.BootResources.CreateAsync(upload)).Resource;
await core.BootResources.AppendAsync(resource.Id, resource.Sets[^1].File.Id, new MemoryStream(image));

var enlisted = await core.Machines.EnlistAsync(new NewMachine { MacAddresses = [MacAddress.Parse("52:54:00:12:34:56")] });
var id = ((CreateResult.Created)enlisted).Machine.Id;
await Say(new MachineCommand.Accept());
foreach (var script in await core.ScriptResults.PendingAsync(id))
{
    var printed = "maas-inventory\t1\ncpu\tcount=4\nmemory\tkib=8388608\ndisk\tname=sda\tsize=500107862016\nend\n"u8.ToArray();
    await core.ScriptResults.ReportAsync(
        id, new ScriptReport { ResultId = script.Result.Id, ExitStatus = 0, Output = new ScriptOutput(printed, printed, default) });
}

await Say(new MachineReport.Signal(SignalReport.Ok, null));
await Say(new MachineCommand.Deploy("bob") { UserData = "#cloud-config\n"u8.ToArray() });
await Say(new MachineCommand.Commission()); // Refused: it is being deployed.
await Say(new MachineReport.NetbootOff());
await Say(new MachineReport.UserDataFetched());
await Say(new MachineCommand.Release());
foreach (var entry in await core.Timeline.ReadAsync(id))
    if (entry is TimelineEntry.EventEntry { Event: var e })
        Console.WriteLine($"{e.At:HH:mm:ss.fff}  {e.Note.Type,-14} {e.Note.Description}");

async Task Say(MachineInput input) => Console.WriteLine(await TellAsync(input) switch
{
    CommandResult.Done done => $"{input.GetType().Name,-16} → {done.Machine.Status.DisplayName}, boots next: {done.Machine.NextBoot}",
    CommandResult.Refused refused => $"{input.GetType().Name,-16} ✗ {refused.Reason}",
    _ => "gone",
});

// A user's command, or the machine's own report.
Task<CommandResult> TellAsync(MachineInput input) => input is MachineReport report
    ? core.Machines.ReportAsync(id, report)
    : core.Machines.ExecuteAsync(id, (MachineCommand)input, new MachineActor("admin", IsAdministrator: true));
