using System.Security.Cryptography;
using System.Text;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Images;
using Maas.Core.Power;
using Maas.Core.Scripts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Maas.Aot;

/// <summary>A machine from New to Deployed and back to Ready: services from a host's container, power from this program.</summary>
internal static class LifeChecks
{
    private const string Inventory = """
        maas-inventory	1
        system	machine=x86_64	firmware=uefi
        cpu	count=4
        memory	kib=8388608
        disk	name=vda	size=500107862016	serial=s1
        nic	name=eth0	mac=52:54:00:00:00:12
        end

        """;

    public static async Task RunAsync(string folder)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<IMachinePower, ObedientPower>();
        builder.Services.AddMaasCore().AddMaasSqlite(options => options.DataSource = Path.Combine(folder, "life.db"));
        using var host = builder.Build();
        host.Services.GetRequiredService<IStartupValidator>().Validate();
        await new Life(host.Services.GetRequiredService<MaasCore>()).LiveAsync();
    }

    private sealed class Life(MaasCore core)
    {
        private static readonly MachineActor Administrator = new("admin", IsAdministrator: true);
        private SystemId _id;

        public async Task LiveAsync()
        {
            await UploadAsync();
            var enlisted = await core.Machines.EnlistAsync(new NewMachine
            {
                MacAddresses = [MacAddress.Parse("52:54:00:00:00:12")],
                Power = new PowerSettings("ipmi", new Dictionary<string, string> { ["power_address"] = "10.0.0.8" }),
            });
            _id = ((CreateResult.Created)enlisted).Machine.Id;
            await DoAsync(new MachineCommand.Accept());
            await ReportScriptsAsync();
            await DoAsync(new MachineReport.Signal(SignalReport.Ok, null));
            await BecomesAsync(MachineStatus.Ready);

            var request = new AllocationRequest { Owner = "bob", TokenKey = "t1", AgentName = "juju" };
            var allocated = await core.Machines.AllocateAsync(request);
            Check.That(allocated is AllocationResult.Allocated { Machine: var taken } && taken.Id == _id);
            var bobs = new MachineFilter { Owners = ["bob"], AllocatedByTokens = ["t1"], AgentNames = ["juju"] };
            Check.That((await core.Machines.ListAsync(bobs)).Count == 1);
            await DoAsync(new MachineCommand.Deploy("bob") { UserData = "#cloud-config\n"u8.ToArray() });
            var data = await core.Machines.GetUserDataAsync(_id);
            Check.That(data is { } bytes && bytes.Span.SequenceEqual("#cloud-config\n"u8));
            await DoAsync(new MachineReport.NetbootOff());
            await DoAsync(new MachineReport.UserDataFetched());
            await BecomesAsync(MachineStatus.Deployed);
            await DoAsync(new MachineCommand.Release());
            await BecomesAsync(MachineStatus.Ready);
            Check.That((await core.Timeline.ReadAsync(_id)).Count > 5);
        }

        private async Task UploadAsync()
        {
            var image = "a disk image"u8.ToArray();
            var upload = new NewBootResource
            {
                Name = "custom/debian-12",
                Architecture = "amd64",
                FileType = "ddraw",
                Size = image.Length,
                Sha256 = Convert.ToHexString(SHA256.HashData(image)),
            };
            var resource = ((UploadResult.Taken)await core.BootResources.CreateAsync(upload)).Resource;
            using var content = new MemoryStream(image);
            await core.BootResources.AppendAsync(resource.Id, resource.Sets[^1].File.Id, content);
        }

        private async Task ReportScriptsAsync()
        {
            foreach (var script in await core.ScriptResults.PendingAsync(_id))
            {
                var printed = Encoding.UTF8.GetBytes(script.Result.Name == BuiltinScripts.Inventory ? Inventory : "fine\n");
                var output = new ScriptOutput(printed, printed, default);
                var report = new ScriptReport { ResultId = script.Result.Id, ExitStatus = 0, Output = output };
                Check.That(await core.ScriptResults.ReportAsync(_id, report) is { Status: ScriptStatus.Passed });
                Check.That(Check.Found(await core.ScriptResults.OutputAsync(script.Result.Id)).Combined.Span.SequenceEqual(printed));
            }

            Check.That((await core.ScriptResults.CurrentAsync([_id]))[_id].Any());
        }

        private async Task DoAsync(MachineInput input)
        {
            var result = input is MachineReport report
                ? await core.Machines.ReportAsync(_id, report)
                : await core.Machines.ExecuteAsync(_id, (MachineCommand)input, Administrator);
            Check.That(result is CommandResult.Done, input.ToString());
        }

        /// <summary>Lets the power worker do all that is due.</summary>
        private async Task BecomesAsync(MachineStatus status)
        {
            while (await core.PowerQueue.PassAsync() > 0)
            {
                // Each action may be followed by another.
            }

            Check.That((await core.Machines.GetAsync(_id))?.Status == status);
        }
    }

    private sealed class ObedientPower : IMachinePower
    {
        public Task<MachinePowerResult> TurnOnAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
            Reply(MachinePowerState.On);

        public Task<MachinePowerResult> TurnOffAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
            Reply(MachinePowerState.Off);

        public Task<MachinePowerResult> QueryAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
            Reply(MachinePowerState.Unknown);

        private static Task<MachinePowerResult> Reply(MachinePowerState state) =>
            Task.FromResult<MachinePowerResult>(new MachinePowerResult.Done(state));
    }
}
