using System.Net;
using VmLab.Disks;
using VmLab.Machines;
using VmLab.Networks;
using VmLab.Power;
using VmLab.Servers;

namespace VmLab.Journeys;

/// <summary>A rack for journeys: a link with the Debian mirror on it, a server, and machines with their buttons wired.</summary>
public sealed class LabRack : IAsyncDisposable
{
    /// <summary>The name the image is uploaded and deployed under.</summary>
    public const string ImageName = "lab-debian";

    private readonly Stack<IAsyncDisposable> _owned = [];
    private readonly TimeProvider _time;

    private LabRack(LabNetwork network, string folder, ServerSetup setup, TimeProvider timeProvider)
    {
        (Network, Folder, _time) = (network, folder, timeProvider);
        Server = new MaasServerProcess(network, Path.Combine(folder, "data"), setup, timeProvider);
    }

    public LabNetwork Network { get; }

    /// <summary>Disks, logs and the server's data.</summary>
    public string Folder { get; }

    public MaasServerProcess Server { get; }

    /// <summary>
    /// Builds the rack; machines come with <see cref="AddMachineAsync(string, Firmware, int, CancellationToken)"/>, the server starts with
    /// <see cref="OpenAsync(CancellationToken)"/>.
    /// </summary>
    public static async Task<LabRack> CreateAsync(
        string folder,
        TimeProvider timeProvider,
        ServerSetup setup,
        CancellationToken cancellationToken)
    {
        var network = await LabNetwork.CreateAsync(cancellationToken);
        var rack = new LabRack(network, folder, setup, timeProvider);
        rack._owned.Push(network);
        try
        {
            rack._owned.Push(await MirrorRelay.StartAsync(
                network, DebianMirror.OfThisHost(), Path.Combine(DebianDiskImage.CacheFolder(), "mirror"), cancellationToken));
            rack._owned.Push(rack.Server);
            return rack;
        }
        catch
        {
            await rack.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server, waits for its ephemeral environment and gives it the image.</summary>
    public async Task<MaasClient> OpenAsync(DebianDiskImage image, CancellationToken cancellationToken)
    {
        var client = await OpenAsync(cancellationToken);
        await client.UploadImageAsync($"custom/{ImageName}", "ddzst", image.CompressedPath, cancellationToken);
        return client;
    }

    /// <summary>Starts the server and waits for its ephemeral environment.</summary>
    public async Task<MaasClient> OpenAsync(CancellationToken cancellationToken)
    {
        await Server.StartAsync(cancellationToken);
        var client = new MaasClient(
            Network.CreateHttpHandler(), MaasServerProcess.Address, await Server.ReadApiKeyAsync(cancellationToken), _time);
        using var ticks = new PeriodicTimer(TimeSpan.FromSeconds(1), _time);
        var since = _time.GetTimestamp();
        while (!await client.HasBootFileAsync("ephemeral/amd64/initrd", cancellationToken))
        {
            if (_time.GetElapsedTime(since) > TimeSpan.FromMinutes(5))
                throw new TimeoutException($"No ephemeral environment after 5 minutes:\n{Server.Log}");
            await ticks.WaitForNextTickAsync(cancellationToken);
        }

        return client;
    }

    /// <summary>Puts a machine into the rack: BIOS ones with a BMC, UEFI ones with Wake-on-LAN.</summary>
    public Task<RackedMachine> AddMachineAsync(string name, Firmware firmware, int slot, CancellationToken cancellationToken) =>
        AddMachineAsync(name, firmware, slot, machine => machine, cancellationToken);

    /// <summary>The same, with other hardware.</summary>
    public async Task<RackedMachine> AddMachineAsync(
        string name, Firmware firmware, int slot, Func<VirtualMachine, VirtualMachine> equip, CancellationToken cancellationToken)
    {
        var machine = new QemuMachine(
            equip(new VirtualMachine
            {
                Name = name,
                Firmware = firmware,
                MacAddress = $"52:54:00:77:00:{slot:x2}",
                Tap = await Network.AddTapAsync(cancellationToken),
                Uuid = Guid.Parse($"4c4c4544-0000-4d61-8073-0000000000{slot:x2}"),
                Serial = $"LAB{slot:0000}",
                Folder = Folder,
            }),
            Network,
            _time);
        _owned.Push(machine);
        if (firmware == Firmware.Bios)
        {
            var bmc = await BmcSimulator.StartAsync(Network, machine, IPAddress.Parse($"10.77.0.{10 + slot}"), _time, cancellationToken);
            _owned.Push(bmc);
            return new RackedMachine(machine, new JourneyPower.Ipmi(bmc));
        }

        return WakeOnLan(machine);
    }

    /// <summary>Puts a machine of one's own making into the rack, with Wake-on-LAN; it stays the caller's.</summary>
    public RackedMachine WakeOnLan(IRackMachine machine)
    {
        _owned.Push(WakeOnLanStandIn.Start(Network, [machine]));
        return new RackedMachine(machine, new JourneyPower.WakeOnLan(machine.MacAddress));
    }

    public async ValueTask DisposeAsync()
    {
        while (_owned.TryPop(out var each)) await each.DisposeAsync();
    }
}

/// <summary>A machine and how the server reaches its button.</summary>
public sealed record RackedMachine(IRackMachine Machine, JourneyPower Power);
