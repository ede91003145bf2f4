using Maas.Core;
using Maas.Core.Power;

namespace Maas.Api.Tests.Machines;

/// <summary>A controller of power type <c>redfish</c> that says what the test says.</summary>
internal sealed class TestInventory : IMachineInventory
{
    /// <summary>A machine with two interfaces, of which the second has a cable.</summary>
    public static MachineInventory Complete { get; } = new()
    {
        PowerState = MachinePowerState.Off,
        Vendor = "Acme",
        Product = "Server 1",
        Serial = "SN-1",
        Uuid = "6d616173-0000-4000-8000-000000000001",
        FirmwareVersion = "1.2.3",
        Architecture = "arm64",
        CpuCount = 32,
        MemoryMiB = 65536,
        Processors = [new("CPU 0", "Acme 3000", 16, 32, "ARM-A64")],
        Memory = [new("DIMM0", 65536, "DDR5", "M-0")],
        Interfaces =
        [
            new("NIC.1", MacAddress.Parse("52:54:00:00:00:01"), null, false),
            new("NIC.2", MacAddress.Parse("52:54:00:00:00:02"), 25000, true),
            new("NIC.3", null, null, null),
        ],
        Drives = [new("Bay 0", "Disk", "D-0", 960_197_124_096, "SSD", "NVMe")],
        Gaps = ["/redfish/v1/Systems/1/Storage: refused."],
    };

    public MachineInventoryResult Result { get; set; } = new MachineInventoryResult.Read(Complete, DateTimeOffset.UnixEpoch);

    public List<MachinePowerTarget> Asked { get; } = [];

    public IReadOnlyList<string> PowerTypes { get; } = ["redfish"];

    public bool HasInventory(MachinePowerTarget target) => target.Power.Type == "redfish";

    public Task<MachineInventoryResult> ReadAsync(MachinePowerTarget target, CancellationToken cancellationToken)
    {
        Asked.Add(target);
        return Task.FromResult(Result);
    }
}
