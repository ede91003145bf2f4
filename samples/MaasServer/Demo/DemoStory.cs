using System.IO.Compression;
using System.Security.Cryptography;
using Maas.Core;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Testing;

namespace MaasServer.Demo;

/// <summary>
/// What happens to the machines without the user: they are switched on and enlist, most are accepted and commissioned, a third is
/// deployed. One fails its tests. The user does the rest.
/// </summary>
internal sealed class DemoStory(DemoFleet fleet, MaasCore core)
{
    private const string Administrator = "admin";
    private const int ImageBytes = 16 << 20;

    private static readonly PowerSettings S_power = new(SimulatedRackPower.PowerType, new Dictionary<string, string>());

    private readonly Dictionary<MacAddress, int> _numbers = fleet.Rack.Machines.Index()
        .ToDictionary(each => MacAddress.Parse(each.Item.Mac.ToString()), each => each.Index);

    private readonly HashSet<MacAddress> _known = [], _deployed = [];

    /// <summary>Acts until the demonstration ends.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var user = await core.Users.FindAsync(Administrator, cancellationToken)
            ?? throw new InvalidOperationException($"The first start made no user {Administrator}.");
        var actor = MachineActor.Of(user);
        await UploadImageAsync(cancellationToken);
        foreach (var machine in fleet.Rack.Machines) machine.TurnOn("the demonstration begins");
        await foreach (var change in core.Machines.WatchAsync(after: 0, cancellationToken: cancellationToken))
        {
            if (change.To is MachineStatus.New or MachineStatus.Ready
                && await core.Machines.GetAsync(change.MachineId, cancellationToken) is { } machine)
                await ActAsync(machine, actor, cancellationToken);
        }
    }

    // Each once: what the user does later is not undone.
    private async Task ActAsync(Machine machine, MachineActor actor, CancellationToken cancellationToken)
    {
        if (machine.MacAddresses is not [var mac, ..] || !_numbers.TryGetValue(mac, out var number)) return;
        switch (machine.Status)
        {
            case MachineStatus.New when _known.Add(mac):
                await core.Machines.EditAsync(
                    machine.Id,
                    actor,
                    edited => edited with { Hostname = $"demo-{number + 1:d2}", Power = S_power },
                    cancellationToken);
                if (number % 6 != 5) await core.Machines.AcceptAsync(machine.Id, actor, cancellationToken); // the rest waits for the user
                break;
            case MachineStatus.Ready when number % 3 == 0 && _deployed.Add(mac):
                await core.Machines.DeployAsync(
                    machine.Id, new DeployRequest { OsSystem = "custom", DistroSeries = "demo" }, actor, cancellationToken);
                break;
        }
    }

    // A deployed machine writes a whole disk; a simulated one takes any bytes.
    private async Task UploadImageAsync(CancellationToken cancellationToken)
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(new byte[ImageBytes], cancellationToken);
        packed.Position = 0;
        var result = await core.BootResources.CreateAsync(
            new NewBootResource
            {
                Name = "custom/demo",
                Title = "Demonstration system",
                Architecture = "amd64/generic",
                FileType = "ddgz",
                Size = packed.Length,
                Sha256 = Convert.ToHexStringLower(SHA256.HashData(packed.GetBuffer().AsSpan(0, (int)packed.Length))),
            },
            cancellationToken);
        if (result is not UploadResult.Taken { Resource: var resource })
            throw new InvalidOperationException($"The demonstration's image was refused: {result}");
        await core.BootResources.AppendAsync(resource.Id, resource.Sets[^1].File.Id, packed, cancellationToken);
    }
}
