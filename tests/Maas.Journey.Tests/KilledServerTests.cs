using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using Maas.Boot;
using Maas.Journey.Tests.Lab;
using Maas.Testing;
using VmLab.Journeys;

namespace Maas.Journey.Tests;

/// <summary>
/// <c>samples/MaasServer</c>, killed (SIGKILL) while each order is given and while each is carried out, and between: a machine that knows
/// nothing of it gets there all the same. The machine is simulated, so that a kill costs seconds.
/// </summary>
[Collection(LabCollection.Name)]
public class KilledServerTests(ITestOutputHelper output)
{
    private const string Mac = "52:54:00:77:00:09";

    // Programs of one machine are different clients to a DHCP server (RFC 2131 section 4.2): the firmware's, the agent's, the installed
    // system's.
    private static readonly IPAddress[] Addresses = [.. Enumerable.Range(100, 4).Select(last => IPAddress.Parse($"10.77.0.{last}"))];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_journey_is_completed_although_the_server_is_killed_at_each_of_its_phases()
    {
        LabJudges.RequireNetwork();
        await using var bench = await RackBench.CreateAsync("simulated", output, new() { Range = $"{Addresses[0]}-{Addresses[^1]}" });
        var cable = await bench.Rack.Network.AddCableAsync(Mac, Addresses, Token);
        await using var machine = new SimulatedRackMachine(
            "simulated",
            new()
            {
                Mac = HardwareAddress.Parse(Mac),
                Firmware = SimulatedFirmware.UefiPxe,
                Uuid = Guid.Parse("4c4c4544-0000-4d61-8073-000000000009"),
                Network = new() { Interface = cable }
            },
            bench.Rack.Folder);
        var racked = bench.Rack.WakeOnLan(machine);
        using var client = await bench.Rack.OpenAsync(Token);
        var written = await UploadAsync(client);
        await client.PostAsync("account/prefs/sshkeys/", [new("key", SshKey.Public)], Token);
        var journey = new MachineJourney(client, racked, TimeProvider.System, bench);
        var killer = new ServerKiller(bench.Rack, racked, output);

        var enlisting = journey.EnlistAsync(Token);
        await killer.KillWhenAsync("MAAS-AGENT task=enlist", Token);
        await enlisting;
        // The machine has its lease and answers ARP from now on, as a real one does: a boot token goes only to a host that is seen on the
        // link.
        await File.WriteAllTextAsync($"/proc/sys/net/ipv4/conf/{cable}/arp_ignore", "0", Token);
        await killer.KillAsync("New", Token);

        await journey.BeginCommissioningAsync(Token);
        await killer.KillAsync("accepted", Token);
        await killer.KillWhenAsync("MAAS-AGENT task=commission", Token);
        await journey.WaitForStatusAsync("Ready", Token);
        await machine.WaitForPowerOffAsync(journey.Patience, Token);
        await killer.KillAsync("Ready", Token);

        await journey.AllocateAsync(Token);
        await killer.KillAsync("Allocated", Token);

        await journey.BeginDeployingAsync(Token);
        await killer.KillAsync("told to deploy", Token);
        await killer.KillWhenAsync("MAAS-AGENT task=deploy", Token);
        await killer.KillWhenAsync("cloud-init: ", Token);
        await journey.WaitForStatusAsync("Deployed", Token);
        await killer.KillAsync("Deployed", Token);
        (await machine.Simulated.WhenAtRestAsync(Token)).Should().BeOfType<SettledState.SystemRunning>();
        machine.Simulated.System!.PublicKeys.Should().Contain(SshKey.Public); // checked above
        machine.Simulated.System.UserData.Length.Should().BePositive();
        machine.Simulated.Disks[0].ImageLength.Should().BeGreaterThanOrEqualTo(written);

        await journey.BeginReleasingAsync(Token);
        await killer.KillAsync("told to release", Token);
        await killer.KillWhenAsync("MAAS-AGENT task=erase", Token);
        await journey.WaitForStatusAsync("Ready", Token);
        await machine.WaitForPowerOffAsync(journey.Patience, Token);
        killer.Kills.Should().Be(12);
    }

    /// <summary>A disk of noise: a simulated machine checks it and boots nothing of it.</summary>
    private static async Task<long> UploadAsync(VmLab.Servers.MaasClient client)
    {
        const int Size = 8 << 20;
        var file = Path.GetTempFileName();
        try
        {
            await using (var packed = new GZipStream(File.Create(file), CompressionLevel.Fastest))
                await packed.WriteAsync(RandomNumberGenerator.GetBytes(Size), Token);
            await client.UploadImageAsync($"custom/{LabRack.ImageName}", "ddgz", file, Token);
        }
        finally
        {
            File.Delete(file);
        }

        return Size;
    }
}
