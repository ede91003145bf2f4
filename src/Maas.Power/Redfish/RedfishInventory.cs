namespace Maas.Power.Redfish;

/// <summary>What a machine is made of, read from its controller: the machine need not be on.</summary>
/// <param name="System">The machine.</param>
/// <param name="Processors">Its processors.</param>
/// <param name="Memory">Its memory modules.</param>
/// <param name="Interfaces">Its network interfaces.</param>
/// <param name="Drives">Its drives.</param>
/// <param name="Gaps">What the service has and could not be read, each as a sentence; empty for a complete inventory.</param>
public sealed record RedfishInventory(
    RedfishSystem System,
    IReadOnlyList<RedfishProcessor> Processors,
    IReadOnlyList<RedfishMemoryModule> Memory,
    IReadOnlyList<RedfishNetworkInterface> Interfaces,
    IReadOnlyList<RedfishDrive> Drives,
    IReadOnlyList<string> Gaps);

/// <summary>A processor.</summary>
/// <param name="Name">Its name or socket.</param>
/// <param name="Model">Model; null when it is not named.</param>
/// <param name="Cores">Cores; null when not known.</param>
/// <param name="Threads">Threads; null when not known.</param>
/// <param name="Architecture">Instruction set, such as <c>x86-64</c> or <c>ARM-A64</c>; null when not known.</param>
public sealed record RedfishProcessor(string Name, string? Model, int? Cores, int? Threads, string? Architecture);

/// <summary>A memory module.</summary>
/// <param name="Name">Its name or slot.</param>
/// <param name="MebiBytes">Capacity in MiB.</param>
/// <param name="Type">Kind, such as <c>DDR5</c>; null when not known.</param>
/// <param name="SerialNumber">Serial number; null when not known.</param>
public sealed record RedfishMemoryModule(string Name, long MebiBytes, string? Type, string? SerialNumber);

/// <summary>A network interface.</summary>
/// <param name="Name">Its name.</param>
/// <param name="MacAddress">Its address, in the service's spelling; null when the service does not know it.</param>
/// <param name="SpeedMbps">Speed in Mbit/s; null when not known.</param>
/// <param name="HasLink">Whether a cable is connected; null when not known.</param>
public sealed record RedfishNetworkInterface(string Name, string? MacAddress, int? SpeedMbps, bool? HasLink);

/// <summary>A drive.</summary>
/// <param name="Name">Its name or bay.</param>
/// <param name="Model">Model; null when not known.</param>
/// <param name="SerialNumber">Serial number; null when not known.</param>
/// <param name="Bytes">Capacity; null when not known.</param>
/// <param name="Media">Kind, such as <c>SSD</c> or <c>HDD</c>; null when not known.</param>
/// <param name="Protocol">Connection, such as <c>NVMe</c>, <c>SATA</c> or <c>SAS</c>; null when not known.</param>
public sealed record RedfishDrive(string Name, string? Model, string? SerialNumber, long? Bytes, string? Media, string? Protocol);

/// <summary>A sensor.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Reading">What it measures; null while it has no reading.</param>
/// <param name="Unit">The unit, such as <c>Cel</c>, <c>RPM</c>, <c>%</c>, <c>V</c> or <c>W</c>.</param>
/// <param name="Health"><c>OK</c>, <c>Warning</c> or <c>Critical</c>; null when not known.</param>
public sealed record RedfishSensor(string Name, double? Reading, string Unit, string? Health);

/// <summary>An event of a service: an entry of a log, or one that was pushed.</summary>
/// <param name="Id">Its id; empty when it has none.</param>
/// <param name="Time">When; null when not known.</param>
/// <param name="Severity"><c>OK</c>, <c>Warning</c> or <c>Critical</c>; null when not known.</param>
/// <param name="MessageId">The message of a registry, such as <c>ResourceEvent.1.3.ResourcePoweredOn</c>; null when it has none.</param>
/// <param name="Message">The message in words.</param>
public sealed record RedfishEvent(string Id, DateTimeOffset? Time, string? Severity, string? MessageId, string Message);
