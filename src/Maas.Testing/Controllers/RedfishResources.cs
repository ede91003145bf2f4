using System.Text.Json.Nodes;

namespace Maas.Testing.Controllers;

/// <summary>The resources of a simulated service that do not change: what the machine is made of, and its sensors.</summary>
internal static class RedfishResources
{
    private const string Root = "/redfish/v1";

    public static JsonObject? Find(string path, SimulatedRedfishOptions options, SimulatedChassis chassis, string? image)
    {
        foreach (var id in options.SystemIds)
        {
            var prefix = $"{Root}/Systems/{id}/";
            if (path.StartsWith(prefix, StringComparison.Ordinal)) return OfSystem(path, path[prefix.Length..], options, image);
        }

        if (path.StartsWith($"{Root}/Managers/1", StringComparison.Ordinal))
            return OfManager(path, path[$"{Root}/Managers/1".Length..], options, image);
        return path.StartsWith($"{Root}/Chassis/1", StringComparison.Ordinal)
            ? OfChassis(path, path[$"{Root}/Chassis/1".Length..], options, chassis)
            : null;
    }

    private static JsonObject? OfSystem(string path, string rest, SimulatedRedfishOptions options, string? image) => rest switch
    {
        "Processors" => RedfishResponder.Collection(path, ["CPU0", "CPU1"]),
        "Processors/CPU0" => new()
        {
            ["Id"] = "CPU0", ["Socket"] = "CPU 0", ["Model"] = "Simulated 3000", ["TotalCores"] = 16, ["TotalThreads"] = 32,
            ["InstructionSet"] = "x86-64", ["Status"] = new JsonObject { ["State"] = "Enabled" },
        },
        "Processors/CPU1" => new() { ["Id"] = "CPU1", ["Status"] = new JsonObject { ["State"] = "Absent" } },
        "Memory" => RedfishResponder.Collection(path, ["DIMM0", "DIMM1"]),
        "Memory/DIMM0" or "Memory/DIMM1" => new()
        {
            ["Id"] = path[^5..], ["DeviceLocator"] = path[^5..], ["CapacityMiB"] = 32768, ["MemoryDeviceType"] = "DDR5",
            ["SerialNumber"] = $"M-{path[^1]}",
        },
        "EthernetInterfaces" => RedfishResponder.Collection(path, ["NIC.1", "NIC.2"]),
        "EthernetInterfaces/NIC.1" => new()
        {
            ["Id"] = "NIC.1", ["MACAddress"] = "52:54:00:00:00:01", ["SpeedMbps"] = 25000, ["LinkStatus"] = "LinkUp",
        },
        "EthernetInterfaces/NIC.2" => new()
        {
            ["Id"] = "NIC.2", ["PermanentMACAddress"] = "52:54:00:00:00:02", ["LinkStatus"] = "LinkDown",
        },
        "Storage" => RedfishResponder.Collection(path, ["1"]),
        "Storage/1" => new() { ["Id"] = "1", ["Drives"] = new JsonArray(RedfishResponder.Link($"{path}/Drives/0")) },
        "Storage/1/Drives/0" => new()
        {
            ["Name"] = "Bay 0", ["Model"] = "SimDisk", ["SerialNumber"] = "D-0", ["CapacityBytes"] = 960_197_124_096, ["MediaType"] = "SSD",
            ["Protocol"] = "NVMe",
        },
        "VirtualMedia" when !options.HasMediaAtManager => RedfishResponder.Collection(path, ["Floppy", "Cd"]),
        "VirtualMedia/Floppy" or "VirtualMedia/Cd" when !options.HasMediaAtManager => Drive(path, image),
        _ => null,
    };

    private static JsonObject? OfManager(string path, string rest, SimulatedRedfishOptions options, string? image)
    {
        if (rest.Length == 0)
        {
            var manager = new JsonObject { ["@odata.id"] = path, ["Id"] = "1" };
            if (options.HasMediaAtManager) manager["VirtualMedia"] = RedfishResponder.Link($"{path}/VirtualMedia");
            return manager;
        }

        return !options.HasMediaAtManager ? null : rest switch
        {
            "/VirtualMedia" => RedfishResponder.Collection(path, ["Floppy", "Cd"]),
            "/VirtualMedia/Floppy" or "/VirtualMedia/Cd" => Drive(path, image),
            _ => null,
        };
    }

    private static JsonObject Drive(string path, string? image)
    {
        var isOptical = path.EndsWith("/Cd", StringComparison.Ordinal);
        return new JsonObject
        {
            ["@odata.id"] = path,
            ["MediaTypes"] = isOptical ? new JsonArray("CD", "DVD") : new JsonArray("Floppy", "USBStick"),
            ["Inserted"] = isOptical && image is not null,
            ["Image"] = isOptical ? image : null,
            ["Actions"] = new JsonObject
            {
                ["#VirtualMedia.InsertMedia"] = new JsonObject { ["target"] = $"{path}/Actions/VirtualMedia.InsertMedia" },
                ["#VirtualMedia.EjectMedia"] = new JsonObject { ["target"] = $"{path}/Actions/VirtualMedia.EjectMedia" },
            },
        };
    }

    private static JsonObject? OfChassis(string path, string rest, SimulatedRedfishOptions options, SimulatedChassis chassis) => rest switch
    {
        "" when options.HasThermalLists => new()
        {
            ["Id"] = "1", ["Thermal"] = RedfishResponder.Link($"{path}/Thermal"), ["Power"] = RedfishResponder.Link($"{path}/Power"),
        },
        "" => new() { ["Id"] = "1", ["Sensors"] = RedfishResponder.Link($"{path}/Sensors") },
        "/Sensors" => RedfishResponder.Collection(path, ["Inlet", "Fan1", "Power"]),
        "/Sensors/Inlet" => Sensor("Inlet Temp", 23, "Cel"),
        "/Sensors/Fan1" => Sensor("Fan 1", chassis.IsOn ? 5400 : null, "RPM"),
        "/Sensors/Power" => Sensor("Power", chassis.IsOn ? 184 : 12, "W"),
        "/Thermal" => new()
        {
            ["Temperatures"] = new JsonArray(new JsonObject
            {
                ["Name"] = "Inlet Temp", ["ReadingCelsius"] = 23, ["Status"] = new JsonObject { ["Health"] = "OK" },
            }),
            ["Fans"] = new JsonArray(new JsonObject { ["FanName"] = "Fan 1", ["Reading"] = 40, ["ReadingUnits"] = "Percent" }),
        },
        "/Power" => new()
        {
            ["Voltages"] = new JsonArray(new JsonObject { ["Name"] = "12V", ["ReadingVolts"] = 12.1 }),
            ["PowerControl"] = new JsonArray(new JsonObject { ["Name"] = "Power", ["PowerConsumedWatts"] = 184 }),
        },
        _ => null,
    };

    private static JsonObject Sensor(string name, double? reading, string unit) => new()
    {
        ["Name"] = name, ["Reading"] = reading, ["ReadingUnits"] = unit, ["Status"] = new JsonObject { ["Health"] = "OK" },
    };
}
