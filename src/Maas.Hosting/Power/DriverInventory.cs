using System.Diagnostics;
using Maas.Core;
using Maas.Core.Power;
using Maas.Power;

namespace Maas.Hosting.Power;

/// <summary>
/// Inventories, read by the drivers of <c>Maas.Power</c>, which have one conversation at a time with a controller.
/// </summary>
internal sealed class DriverInventory(PowerDrivers drivers, TimeProvider timeProvider) : IMachineInventory
{
    private readonly ControllerReadings<MachineInventoryResult> _readings = new(timeProvider);

    /// <inheritdoc/>
    public IReadOnlyList<string> PowerTypes => drivers.InventoryPowerTypes;

    /// <inheritdoc/>
    public bool HasInventory(MachinePowerTarget target) => drivers.HasInventory(DriverPower.ForDriver(target).PowerType);

    /// <inheritdoc/>
    public Task<MachineInventoryResult> ReadAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
        target.Id == default
            ? ReadOnceAsync(target, cancellationToken)
            : _readings.ReadAsync(target, () => ReadOnceAsync(target, CancellationToken.None), cancellationToken);

    private async Task<MachineInventoryResult> ReadOnceAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
        await drivers.ReadInventoryAsync(DriverPower.ForDriver(target), cancellationToken).ConfigureAwait(false) switch
        {
            InventoryResult.Read read => new MachineInventoryResult.Read(Of(read.Inventory), timeProvider.GetUtcNow()),
            InventoryResult.Failed failed => new MachineInventoryResult.Failed(Of(failed.Failure), failed.Reason),
            _ => throw new UnreachableException(),
        };

    /// <summary>A driver's failure in Core's words.</summary>
    private static ControllerFailure Of(PowerFailure failure) => failure switch
    {
        PowerFailure.UnknownPowerType => ControllerFailure.Unsupported,
        PowerFailure.BadParameters or PowerFailure.ToolMissing => ControllerFailure.Settings,
        PowerFailure.CredentialsRefused or PowerFailure.PermissionDenied => ControllerFailure.Credentials,
        PowerFailure.Unreachable => ControllerFailure.Unreachable,
        PowerFailure.TimedOut => ControllerFailure.TimedOut,
        _ => ControllerFailure.Refused,
    };

    private static MachineInventory Of(PowerInventory read) => new()
    {
        PowerState = read.State switch
        {
            PowerState.On => MachinePowerState.On,
            PowerState.Off => MachinePowerState.Off,
            _ => MachinePowerState.Unknown,
        },
        Vendor = read.Manufacturer,
        Product = read.Model,
        Serial = read.SerialNumber,
        Uuid = read.Uuid?.ToString(),
        FirmwareVersion = read.FirmwareVersion,
        Architecture = ArchitectureOf(read.Processors),
        CpuCount = read.LogicalProcessors is { } count and > 0 and <= 1_000_000 ? count : 0,
        MemoryMiB = read.MemoryMiB is { } memory and > 0 and <= int.MaxValue ? (int)memory : 0,
        Processors =
        [
            .. read.Processors.Select(each => new MachineProcessor(each.Name, each.Model, each.Cores, each.Threads, each.Architecture)),
        ],
        Memory = [.. read.Memory.Select(each => new MachineMemoryModule(each.Name, each.MebiBytes, each.Type, each.SerialNumber))],
        Interfaces =
        [
            .. read.Interfaces.Select(each => new MachineInterface(
                each.Name, MacAddress.TryParse(each.MacAddress, out var address) ? address : null, each.SpeedMbps, each.HasLink)),
        ],
        Drives =
        [
            .. read.Drives.Select(each =>
                new MachineDrive(each.Name, each.Model, each.SerialNumber, each.Bytes, each.Media, each.Protocol)),
        ],
        Gaps =
        [
            .. read.Gaps,
            .. read.Interfaces.Where(each => each.MacAddress is { } text && !MacAddress.TryParse(text, out _))
                .Select(each => $"{each.Name}: its address is not a MAC address."),
        ],
    };

    // Accelerators are listed as processors, without an instruction set of machines (DSP0268, Processor.InstructionSet).
    private static string? ArchitectureOf(IEnumerable<InventoryProcessor> processors)
    {
        List<string> all =
        [
            .. processors.Select(each => each.Architecture?.ToUpperInvariant() switch
            {
                "X86-64" => "amd64",
                "X86" => "i386",
                "ARM-A64" => "arm64",
                "ARM-A32" => "armhf",
                "POWERISA" => "ppc64el",
                "RV64" => "riscv64",
                _ => null,
            }).OfType<string>().Distinct(),
        ];
        return all is [var one] ? one : null;
    }
}
