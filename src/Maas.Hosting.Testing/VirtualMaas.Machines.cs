using System.Security.Cryptography;
using Maas.Boot;
using Maas.Core;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Testing;
using Maas.Testing.Hardware;

namespace Maas.Hosting.Testing;

/// <summary>Machines, and what an administrator does with them.</summary>
public sealed partial class VirtualMaas
{
    private const int ImageBytes = 64 * 1024;

    private int _added;

    /// <summary>
    /// Adds a machine, which is off and not known yet: UEFI PXE, a disk of 64 GiB, on the first site. Its MAC address
    /// (<c>52:54:00:00:00:01</c> and on), UUID and serial numbers follow from how many were added before.
    /// </summary>
    /// <param name="change">Changes what it is, such as its faults; <see langword="null"/> for nothing.</param>
    /// <param name="power">How the server switches it, once it is known.</param>
    /// <param name="site">The site that it is on; <see langword="null"/> for the first.</param>
    /// <exception cref="ArgumentException">There is a machine with its MAC address.</exception>
    public SimulatedMachine AddMachine(
        Func<SimulatedMachineOptions, SimulatedMachineOptions>? change = null,
        VirtualPower power = VirtualPower.Switch,
        VirtualSite? site = null)
    {
        var number = ++_added;
        var options = new SimulatedMachineOptions
        {
            Mac = new HardwareAddress(
                HardwareAddress.Ethernet, [0x52, 0x54, (byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number]),
            Firmware = SimulatedFirmware.UefiPxe,
            Uuid = new Guid(number, 0x4d41, 0x4153, [.. "virtual "u8]),
            Hardware = new SimulatedHardware { Disks = [new SimulatedDiskModel("sda", 64L << 30, Serial: $"V{number:d8}")] },
            Network = new SimulatedNetwork { Virtual = Network, Segment = (site ?? _sites[0]).Host.Segment },
            DiskFolder = null, // a file is not of the network: its clock would not wait for it
        };
        var machine = Rack.Add(change?.Invoke(options) ?? options);
        _power[machine] = Connect(machine, power);
        return machine;
    }

    /// <summary>Uploads an image of 64 KiB of random bytes, which any machine can be deployed with. Not while the network runs.</summary>
    /// <param name="name">Operating system and series, such as <c>custom/app</c>.</param>
    /// <param name="architecture">For which architecture; <c>amd64</c>.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    /// <exception cref="ArgumentException">There is such an image, or the name is not one of an image.</exception>
    public async Task AddImageAsync(string name, string architecture = "amd64", CancellationToken cancellationToken = default)
    {
        var image = RandomNumberGenerator.GetBytes(ImageBytes);
        var result = await Core.BootResources.CreateAsync(
            new NewBootResource
            {
                Name = name,
                Architecture = architecture,
                FileType = "ddraw",
                Size = image.Length,
                Sha256 = Convert.ToHexStringLower(SHA256.HashData(image)),
            },
            cancellationToken).ConfigureAwait(false);
        if (result is not UploadResult.Taken { Resource: var resource })
            throw new ArgumentException($"The image {name} was refused: {result}", nameof(name));
        await Core.BootResources.AppendAsync(resource.Id, resource.Sets[^1].File.Id, new MemoryStream(image), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>The machine as the server knows it; <see langword="null"/> before it has enlisted.</summary>
    /// <param name="machine">The simulated machine.</param>
    public Task<Machine?> FindAsync(SimulatedMachine machine)
    {
        ArgumentNullException.ThrowIfNull(machine);
        return OnNetworkAsync(() => Network.OutsideAsync(() => Core.Machines.FindByMacAsync(MacOf(machine))));
    }

    /// <summary>Boots an unknown machine, which enlists itself, and lets the server switch its power.</summary>
    /// <param name="machine">The simulated machine.</param>
    /// <returns>The machine, New.</returns>
    /// <exception cref="InvalidOperationException">It has not enlisted; the message names how it came to rest.</exception>
    public Task<Machine> EnlistAsync(SimulatedMachine machine) => OnNetworkAsync(async () =>
    {
        var state = await machine.BootAsync().ConfigureAwait(true);
        var known = await FindAsync(machine).ConfigureAwait(true)
            ?? throw new InvalidOperationException($"{machine.Mac} has not enlisted: {state}");
        var edited = await Network.OutsideAsync(() => Core.Machines.EditAsync(
            known.Id, Administrator, each => each with { Power = _power.GetValueOrDefault(machine, each.Power) })).ConfigureAwait(true);
        return edited is EditResult.Done done
            ? done.Machine
            : throw new InvalidOperationException($"{machine.Mac}: its power settings were refused: {edited}");
    });

    /// <summary>Accepts a machine, which is enlisted first if it is unknown, and waits until it has been commissioned and tested.</summary>
    /// <param name="machine">The simulated machine.</param>
    /// <returns>The machine: Ready, or with the status of what failed.</returns>
    /// <exception cref="InvalidOperationException">It has not enlisted, or was refused.</exception>
    public Task<Machine> CommissionAsync(SimulatedMachine machine) => OnNetworkAsync(async () =>
    {
        var known = await FindAsync(machine).ConfigureAwait(true) ?? await EnlistAsync(machine).ConfigureAwait(true);
        return await ExecuteAsync(machine, known, new MachineCommand.Accept()).ConfigureAwait(true);
    });

    /// <summary>Deploys a machine, and waits until it is deployed or has failed.</summary>
    /// <param name="machine">The simulated machine, which is Ready.</param>
    /// <param name="request">What to install.</param>
    /// <returns>The machine: Deployed, or with the status of what failed.</returns>
    /// <exception cref="InvalidOperationException">It is not known, or was refused.</exception>
    public Task<Machine> DeployAsync(SimulatedMachine machine, DeployRequest request) => OnNetworkAsync(async () =>
    {
        var known = await KnownAsync(machine).ConfigureAwait(true);
        var result = await Network.OutsideAsync(() => Core.Machines.DeployAsync(known.Id, request, Administrator)).ConfigureAwait(true);
        return await SettleAsync(machine, result).ConfigureAwait(true);
    });

    /// <summary>Releases a machine, and waits until it is Ready or has failed.</summary>
    /// <param name="machine">The simulated machine, which is deployed.</param>
    /// <param name="erase">How its disks are erased; <see langword="null"/>, the default, for not at all.</param>
    /// <returns>The machine: Ready, or with the status of what failed.</returns>
    /// <exception cref="InvalidOperationException">It is not known, or was refused.</exception>
    public Task<Machine> ReleaseAsync(SimulatedMachine machine, EraseMode? erase = null) => OnNetworkAsync(async () =>
    {
        var known = await KnownAsync(machine).ConfigureAwait(true);
        return await ExecuteAsync(machine, known, new MachineCommand.Release { Erase = erase }).ConfigureAwait(true);
    });

    /// <summary>Waits until a machine is as wanted; a look each second by the network's clock.</summary>
    /// <param name="machine">The simulated machine, which is known.</param>
    /// <param name="isWanted">Whether it is.</param>
    /// <returns>The machine.</returns>
    /// <exception cref="InvalidOperationException">It is not known, or no longer.</exception>
    public Task<Machine> WaitAsync(SimulatedMachine machine, Func<Machine, bool> isWanted)
    {
        ArgumentNullException.ThrowIfNull(isWanted);
        return OnNetworkAsync(async () =>
        {
            while (true)
            {
                var known = await KnownAsync(machine).ConfigureAwait(true);
                if (isWanted(known)) return known;
                await Task.Delay(Tick, Network.TimeProvider, CancellationToken.None).ConfigureAwait(true);
            }
        });
    }

    private static MacAddress MacOf(SimulatedMachine machine) => MacAddress.Parse(machine.Mac.ToString());

    private async Task<Machine> KnownAsync(SimulatedMachine machine) =>
        await FindAsync(machine).ConfigureAwait(true) ?? throw new InvalidOperationException($"{machine.Mac} is not known to the server.");

    private async Task<Machine> ExecuteAsync(SimulatedMachine machine, Machine known, MachineCommand command)
    {
        var result = await Network.OutsideAsync(() => Core.Machines.ExecuteAsync(known.Id, command, Administrator)).ConfigureAwait(true);
        return await SettleAsync(machine, result).ConfigureAwait(true);
    }

    private Task<Machine> SettleAsync(SimulatedMachine machine, CommandResult result) => result is CommandResult.Done
        ? WaitAsync(machine, known => !IsUnderWay(known.Status))
        : throw new InvalidOperationException($"{machine.Mac} was refused: {result}");

    private static bool IsUnderWay(MachineStatus status) => status is MachineStatus.Commissioning or MachineStatus.Testing
        or MachineStatus.Deploying or MachineStatus.Allocated or MachineStatus.Releasing or MachineStatus.DiskErasing;

    // A test that does one thing after the other needs no scenario.
    private Task<T> OnNetworkAsync<T>(Func<Task<T>> work) => Network.Loop.IsRunning ? work() : RunAsync(work);
}
