using Maas.Power.Ipmi;
using Maas.Power.Manual;
using Maas.Power.Redfish;
using Maas.Testing.Controllers;

namespace Maas.Power.Tests;

/// <summary>Inventories, as the drivers read them.</summary>
public sealed class InventoryDriverTests
{
    private static readonly PowerDrivers Drivers = new(
    [
        new RedfishDriver(new() { Timing = QuickTiming.Options }), new IpmiDriver(new() { Timing = QuickTiming.Options }),
        new ManualDriver(),
    ]);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_inventory_of_Redfish_is_read_and_the_session_is_ended()
    {
        await using var bmc = new SimulatedRedfish();

        var read = await ReadAsync(bmc);

        read.Should().BeEquivalentTo(new
        {
            State = PowerState.Off,
            Manufacturer = "Simulated",
            Model = "Server 1",
            SerialNumber = "SIM0001",
            Uuid = Guid.Parse("6d616173-0000-4000-8000-000000000001"),
            FirmwareVersion = "1.2.3",
            LogicalProcessors = 32,
            MemoryMiB = 65536L,
        });
        read.Processors.Should().Equal(new InventoryProcessor("CPU 0", "Simulated 3000", 16, 32, "x86-64"));
        read.Memory.Should().HaveCount(2).And.Contain(new InventoryMemory("DIMM0", 32768, "DDR5", "M-0"));
        read.Interfaces.Should().Equal(
            new InventoryInterface("NIC.1", "52:54:00:00:00:01", 25000, true),
            new InventoryInterface("NIC.2", "52:54:00:00:00:02", null, false));
        read.Drives.Should().Equal(new InventoryDrive("Bay 0", "SimDisk", "D-0", 960_197_124_096, "SSD", "NVMe"));
        read.Gaps.Should().BeEmpty();
        bmc.OpenSessions.Should().Be(0);
        bmc.Chassis.Commands.Should().BeEmpty("the machine is not booted");
    }

    [Fact]
    public async Task What_the_service_cannot_show_is_a_gap_and_its_sums_are_used()
    {
        await using var bmc = new SimulatedRedfish(new()
        {
            BrokenPaths =
            [
                "/redfish/v1/Systems/1/Memory", "/redfish/v1/Systems/1/Processors", "/redfish/v1/Systems/1/EthernetInterfaces/NIC.1",
            ],
        });

        var read = await ReadAsync(bmc);

        read.Gaps.Should().HaveCount(3).And.Contain(gap => gap.Contains("/EthernetInterfaces/NIC.1", StringComparison.Ordinal));
        read.Interfaces.Should().ContainSingle().Which.Name.Should().Be("NIC.2");
        read.MemoryMiB.Should().Be(64 * 1024);
        read.LogicalProcessors.Should().Be(32);
    }

    [Fact]
    public async Task A_wrong_password_is_named_and_is_not_tried_again()
    {
        await using var bmc = new SimulatedRedfish();

        var failed = await FailAsync(Redfish(bmc, "hunter2hunter2"));

        failed.Failure.Should().Be(PowerFailure.CredentialsRefused);
        failed.Reason.Should().Contain("password").And.NotContain("hunter2");
        bmc.Requests.Should().ContainSingle(request => request.StartsWith("POST", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_controller_that_is_away_is_unreachable()
    {
        var bmc = new SimulatedRedfish();
        var target = Redfish(bmc, "secret");
        await bmc.DisposeAsync();

        (await FailAsync(target)).Failure.Should().Be(PowerFailure.Unreachable);
    }

    [Fact]
    public async Task A_driver_without_an_inventory_says_so()
    {
        Drivers.InventoryPowerTypes.Should().Equal("redfish");
        Drivers.HasInventory("ipmi").Should().BeFalse();
        (await FailAsync(new PowerTarget("ipmi", []))).Should().Be(
            new InventoryResult.Failed(PowerFailure.UnknownPowerType, "Power type 'ipmi' has no inventory."));
    }

    private static async Task<PowerInventory> ReadAsync(SimulatedRedfish bmc) =>
        (await Drivers.ReadInventoryAsync(Redfish(bmc, "secret"), Stop)).Should().BeOfType<InventoryResult.Read>().Subject.Inventory;

    private static async Task<InventoryResult.Failed> FailAsync(PowerTarget target) =>
        (await Drivers.ReadInventoryAsync(target, Stop)).Should().BeOfType<InventoryResult.Failed>().Subject;

    private static PowerTarget Redfish(SimulatedRedfish bmc, string password) => new("redfish", new Dictionary<string, string>
    {
        ["power_address"] = bmc.Address.ToString(),
        ["power_user"] = "admin",
        ["power_pass"] = password,
        ["power_tls_fingerprint"] = bmc.CertificateFingerprint,
    });
}
