using System.Text.Json;

namespace Maas.Power.Redfish;

public sealed partial class RedfishClient
{
    /// <summary>
    /// Reads what a system is made of. The machine need not be on; some services know less of one that never was. What cannot be read is
    /// named in <see cref="RedfishInventory.Gaps"/>.
    /// </summary>
    public async Task<RedfishInventory> ReadInventoryAsync(RedfishSystem system, CancellationToken cancellationToken = default)
    {
        List<string> gaps = [];
        var processors = await ReadAllAsync(system.Links.Processors, ParseProcessor, gaps, cancellationToken).ConfigureAwait(false);
        var memory = await ReadAllAsync(system.Links.Memory, ParseMemory, gaps, cancellationToken).ConfigureAwait(false);
        var interfaces = await ReadAllAsync(system.Links.Interfaces, ParseInterface, gaps, cancellationToken).ConfigureAwait(false);
        var drives = await ReadDrivesAsync(system, gaps, cancellationToken).ConfigureAwait(false);
        return new RedfishInventory(system, processors, memory, interfaces, drives, gaps);
    }

    /// <summary>Reads the sensors of a system's chassis.</summary>
    public async Task<IReadOnlyList<RedfishSensor>> ReadSensorsAsync(RedfishSystem system, CancellationToken cancellationToken = default)
    {
        List<RedfishSensor> sensors = [];
        foreach (var path in system.Links.Chassis)
        {
            var chassis = await GetAsync(path, cancellationToken).ConfigureAwait(false);
            List<string> gaps = [];
            // Newer services have one resource for each sensor, older ones have lists (deprecated in 2020).
            if (chassis.Link("Sensors") is { } collection)
                sensors.AddRange(await ReadAllAsync(collection, ParseSensor, gaps, cancellationToken).ConfigureAwait(false));
            if (sensors.Count > 0) continue;
            if (await TryGetAsync(chassis.Link("Thermal"), gaps, cancellationToken).ConfigureAwait(false) is { } thermal)
            {
                sensors.AddRange(thermal.Items("Temperatures").Select(item => ParseListed(item, "ReadingCelsius", "Cel")));
                sensors.AddRange(thermal.Items("Fans").Select(item => ParseListed(
                    item, "Reading", item.Text("ReadingUnits") == "Percent" ? "%" : "RPM")));
            }

            if (await TryGetAsync(chassis.Link("Power"), gaps, cancellationToken).ConfigureAwait(false) is not { } power) continue;
            sensors.AddRange(power.Items("Voltages").Select(item => ParseListed(item, "ReadingVolts", "V")));
            sensors.AddRange(power.Items("PowerControl").Select(item => ParseListed(item, "PowerConsumedWatts", "W")));
        }

        return sensors;
    }

    private async Task<List<RedfishDrive>> ReadDrivesAsync(RedfishSystem system, List<string> gaps, CancellationToken cancellationToken)
    {
        List<RedfishDrive> drives = [];
        if (system.Links.Storage is { } storage)
        {
            var controllers = await ReadAllAsync(storage, controller => controller.Links("Drives"), gaps, cancellationToken)
                .ConfigureAwait(false);
            foreach (var path in controllers.SelectMany(list => list).Distinct(StringComparer.Ordinal).Take(MostMembers))
            {
                if (await TryGetAsync(path, gaps, cancellationToken).ConfigureAwait(false) is { } drive) drives.Add(ParseDrive(drive));
            }
        }

        if (drives.Count > 0 || system.Links.SimpleStorage is not { } simple) return drives;
        var lists = await ReadAllAsync(
            simple, controller => controller.Items("Devices").Select(ParseDrive).ToList(), gaps, cancellationToken).ConfigureAwait(false);
        return [.. lists.SelectMany(list => list).Take(MostMembers)];
    }

    private async Task<List<T>> ReadAllAsync<T>(
        string? collection, Func<JsonElement, T> parse, List<string> gaps, CancellationToken cancellationToken)
    {
        List<T> all = [];
        if (collection is null) return all;
        IReadOnlyList<string> members;
        try
        {
            members = await ListMembersAsync(collection, cancellationToken).ConfigureAwait(false);
        }
        catch (RedfishException e) when (IsGap(e))
        {
            gaps.Add($"{LogText.From(collection)}: {e.Message}");
            return all;
        }

        foreach (var member in members)
            if (await TryGetAsync(member, gaps, cancellationToken).ConfigureAwait(false) is { } resource && !IsAbsent(resource))
                all.Add(parse(resource));
        return all;
    }

    private async Task<JsonElement?> TryGetAsync(string? path, List<string> gaps, CancellationToken cancellationToken)
    {
        if (path is null) return null;
        try
        {
            return await GetAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (RedfishException e) when (IsGap(e))
        {
            gaps.Add($"{LogText.From(path)}: {e.Message}");
            return null;
        }
    }

    // One resource that a service cannot show, or not to this user, does not hide the others.
    private static bool IsGap(RedfishException e) => e.Failure is not (PowerFailure.Unreachable or PowerFailure.CredentialsRefused);

    // An empty socket, slot or bay.
    private static bool IsAbsent(JsonElement resource) => resource.Property("Status")?.Text("State") == "Absent";

    private static string NameOf(JsonElement resource) => resource.Text("Name") ?? resource.Text("Id") ?? "";

    private static RedfishProcessor ParseProcessor(JsonElement resource) => new(
        resource.Text("Socket") ?? NameOf(resource),
        resource.Text("Model"),
        resource.Integer("TotalCores"),
        resource.Integer("TotalThreads"),
        resource.Text("InstructionSet"));

    private static RedfishMemoryModule ParseMemory(JsonElement resource) => new(
        resource.Text("DeviceLocator") ?? NameOf(resource),
        resource.Long("CapacityMiB") ?? 0,
        resource.Text("MemoryDeviceType"),
        resource.Text("SerialNumber"));

    private static RedfishNetworkInterface ParseInterface(JsonElement resource) => new(
        resource.Text("Id") ?? NameOf(resource),
        resource.Text("PermanentMACAddress") ?? resource.Text("MACAddress"),
        resource.Integer("SpeedMbps"),
        resource.Text("LinkStatus") switch
        {
            "LinkUp" => true,
            "LinkDown" or "NoLink" => false,
            _ => null,
        });

    private static RedfishDrive ParseDrive(JsonElement resource) => new(
        NameOf(resource),
        resource.Text("Model"),
        resource.Text("SerialNumber"),
        resource.Long("CapacityBytes"),
        resource.Text("MediaType"),
        resource.Text("Protocol"));

    private static RedfishSensor ParseSensor(JsonElement resource) => new(
        NameOf(resource), resource.Number("Reading"), resource.Text("ReadingUnits") ?? "", resource.Property("Status")?.Text("Health"));

    private static RedfishSensor ParseListed(JsonElement item, string reading, string unit) => new(
        item.Text("Name") ?? item.Text("FanName") ?? "", item.Number(reading), unit, item.Property("Status")?.Text("Health"));
}
